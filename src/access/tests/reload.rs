//! What a reload keeps, and that it is all or nothing.

use super::*;

#[test]
fn a_reload_keeps_what_is_counted_under_limits_that_stay() {
    let limits = "requests_per_minute = 1\nburst = 1\nconcurrency = 1";
    let files = Files::new(&(entry("same", "s", limits) + &entry("gone", "g", "")));
    let access = files.load();
    let (used, held) = (key(&access, "s"), key(&access, "s").place().unwrap());
    used.count().unwrap();

    files.write(
        "keys.toml",
        &(entry("same", "s", limits) + &entry("new", "n", "")),
    );
    let told = access.reload(&files.settings).unwrap();
    assert_eq!(
        (told.added, told.removed),
        (vec!["new".to_owned()], vec!["gone".to_owned()])
    );
    assert_eq!(told.changed, [""; 0]);
    assert!(access.now().keys.as_ref().unwrap().whose("g").is_none());
    let kept = key(&access, "s");
    assert!(kept.count().is_err(), "what was used up stays used up");
    assert!(kept.place().is_err(), "what runs goes on to count");
    drop(held);
    assert!(kept.place().is_ok());

    // Another rate begins anew, and the places stay.
    let _held = kept.place().unwrap();
    files.write(
        "keys.toml",
        &entry("same", "s", "requests_per_minute = 2\nconcurrency = 1"),
    );
    let told = access.reload(&files.settings).unwrap();
    assert_eq!(told.changed, ["same"]);
    let changed = key(&access, "s");
    assert!(changed.count().is_ok() && changed.place().is_err());

    // So does all of another secret.
    files.write("keys.toml", &entry("same", "other", limits));
    let told = access.reload(&files.settings).unwrap();
    assert_eq!(told.changed, ["same"]);
    assert!(key(&access, "other").place().is_ok());
}

#[test]
fn a_wrong_file_changes_nothing() {
    let files = Files::new(&entry("a", "x", ""));
    let access = files.load();
    files.write("keys.toml", "nonsense");
    let mut settings = files.settings.clone();
    settings.cors = Cors::Any;
    access.reload(&settings).unwrap_err();
    assert_eq!(&*key(&access, "x").name, "a");
    assert_eq!(access.now().cors, Cors::None);
    // Who asked before goes on with the rules of then; who asks later has the new ones.
    let before = access.now();
    files.write("keys.toml", "");
    files.write(
        "token",
        "another token, and long".replace(' ', "_").as_str(),
    );
    access.reload(&settings).unwrap();
    assert!(before.is_admin(TOKEN) && !access.now().is_admin(TOKEN));
    assert!(access.now().allows_origin(b"https://a.example"));
}
