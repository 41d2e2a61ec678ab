//! Files in, rules out.

mod reload;

use super::*;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use tempfile::TempDir;

const TOKEN: &str = "0123456789abcdef-admin";

struct Files {
    folder: TempDir,
    settings: AccessSettings,
}

impl Files {
    fn new(keys: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| Some(folder.path().join(name));
        let settings = AccessSettings {
            keys_file: path("keys.toml"),
            admin_token_file: path("token"),
            cors: Cors::None,
            audit_code: false,
        };
        let files = Self { folder, settings };
        files.write("token", TOKEN);
        files.write("keys.toml", keys);
        files
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    }

    fn load(&self) -> Access {
        Access::load(&self.settings).unwrap()
    }

    fn refused(&self, keys: &str) -> String {
        self.write("keys.toml", keys);
        let error = Access::load(&self.settings).unwrap_err().to_string();
        let path = self.folder.path().join("keys.toml").display().to_string();
        let rest = error.strip_prefix(&format!("{path}: "));
        rest.unwrap_or_else(|| panic!("{error}")).to_owned()
    }
}

/// Rules without files.
pub(crate) fn rules(keys: Option<&str>, token: Option<&str>, cors: Cors) -> Access {
    Access::of(Rules {
        keys: keys.map(|text| Keys::from_toml(text).unwrap()),
        cors,
        audit_code: false,
        admin: token.map(|text| AdminToken::from_text(text).unwrap()),
        warnings: Vec::new(),
    })
}

/// The entry of a key with this secret.
pub(crate) fn entry(name: &str, secret: &str, more: &str) -> String {
    let sha256 = hex(&digest(secret.as_bytes()));
    format!("[[key]]\nname = {name:?}\nsha256 = {sha256:?}\n{more}\n")
}

fn key(access: &Access, secret: &str) -> Arc<Key> {
    let rules = access.now();
    rules.keys.as_ref().unwrap().whose(secret).unwrap().clone()
}

#[test]
fn a_key_is_known_by_its_secret() {
    let files = Files::new(&(entry("a", "secret a", "") + &entry("b", "secret b", "")));
    let access = files.load();
    assert_eq!(&*key(&access, "secret a").name, "a");
    assert_eq!(&*key(&access, "secret b").name, "b");
    let rules = access.now();
    assert!(rules.keys.as_ref().unwrap().whose("secret c").is_none());
    assert!(rules.has_admin() && rules.is_admin(TOKEN) && !rules.is_admin("secret a"));
    assert_eq!(access.warnings(), [""; 0]);
    let key = key(&access, "secret a");
    assert!(key.place().unwrap().is_none() && key.count().unwrap().is_none());
}

#[test]
fn without_files_nobody_is_asked_and_nobody_is_an_administrator() {
    let rules = Access::open().now();
    assert!(rules.keys.is_none() && !rules.has_admin() && !rules.is_admin(""));
}

#[test]
fn a_new_key_fits_into_the_file() {
    let new = NewKey::make("site", Some(600), None, Some(8)).unwrap();
    let other = NewKey::make("other", None, None, None).unwrap();
    assert_eq!(new.secret.len(), 47);
    assert!(new.secret.starts_with("wbx_") && new.secret != other.secret);
    let access = Files::new(&(new.entry() + &other.entry())).load();
    let found = key(&access, &new.secret);
    assert_eq!(&*found.name, "site");
    assert_eq!(found.limits.rate.unwrap().burst.get(), 600);
    assert_eq!(found.limits.concurrency.unwrap().get(), 8);
    assert_eq!(key(&access, &other.secret).limits, KeyLimits::default());
    let refused = |name: &str, burst| NewKey::make(name, None, burst, None).err().unwrap();
    assert!(refused("a b", None).to_string().starts_with("name takes"));
    assert!(refused("a", Some(1)).to_string().starts_with("burst means"));
}

#[test]
fn a_wrong_file_is_told_by_key_and_field_and_never_quoted() {
    let files = Files::new("");
    let good = entry("site", "x", "");
    for (text, told) in [
        ("key = 1".to_owned(), "line 1: invalid type"),
        ("\n[[keys]]\n".to_owned(), "line 2: unknown field `keys`"),
        ("[[key]\n".to_owned(), "line 1: "),
        (
            "[[key]]\nname = \"a\"".to_owned(),
            "key 1 (\"a\"): entry: missing field `sha256`",
        ),
        (
            good.clone() + &entry("b", "y", "weight = \"wbx_y\""),
            "key 2 (\"b\"): weight: is not a field",
        ),
        (
            entry("a", "y", "burst = \"wbx_y\""),
            "key 1 (\"a\"): burst: takes a whole number",
        ),
        (
            entry("a", "y", "concurrency = -1"),
            "key 1 (\"a\"): concurrency: takes a whole number",
        ),
        (
            entry("a", "y", "requests_per_minute = 0"),
            "key 1 (\"a\"): requests_per_minute: takes whole numbers from 1",
        ),
        (
            entry("a", "y", "requests_per_minute = 1\nburst = 1000001"),
            "key 1 (\"a\"): burst: takes whole numbers from 1 to 1000000",
        ),
        (
            entry("a", "y", "burst = 1"),
            "key 1 (\"a\"): burst: means nothing without",
        ),
        (entry("wbx_y", "y", ""), "key 1: name: is a key itself"),
        (entry("a\nb", "y", ""), "key 1: name: takes 1 to 64"),
        (
            "[[key]]\nname = \"a\"\nsha256 = \"wbx_y\"".to_owned(),
            "key 1 (\"a\"): sha256: takes 64 hex digits",
        ),
        (
            good.clone() + &entry("site", "y", ""),
            "key 2 (\"site\"): name: is that of key 1",
        ),
        (
            good.clone() + &entry("b", "x", ""),
            "key 2 (\"b\"): sha256: is that of key 1",
        ),
    ] {
        let error = files.refused(&text);
        assert!(error.starts_with(told), "{told}: {error}");
        assert!(!error.contains("wbx_"), "{error}");
    }
}

#[test]
fn a_wrong_token_is_told() {
    let files = Files::new(&entry("a", TOKEN, ""));
    let error = Access::load(&files.settings).unwrap_err().to_string();
    assert!(
        error.ends_with("the admin token is an API key too; take another"),
        "{error}"
    );
    files.write("token", "short\n");
    let error = Access::load(&files.settings).unwrap_err().to_string();
    assert!(
        error.contains("token: the admin token is shorter than 16"),
        "{error}"
    );
    std::fs::remove_file(files.folder.path().join("token")).unwrap();
    let error = Access::load(&files.settings).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read the admin token's file"),
        "{error}"
    );
}

#[test]
fn what_is_open_to_others_is_warned_of() {
    let files = Files::new("");
    let path = files.folder.path().join("keys.toml");
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let warnings = files.load().warnings();
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0].contains("(mode 0644): chmod 600"),
        "{warnings:?}"
    );
    assert!(warnings[1].ends_with("nobody can ask"), "{warnings:?}");
}

#[test]
fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let files = Files::new(&entry("a", "x", "requests_per_minute = 2\nburst = 3"));
    let access = files.load();
    let key = key(&access, "x");
    for left in [2, 1, 0] {
        let state = key.count().unwrap().unwrap();
        assert_eq!(state.remaining, left);
        assert_eq!(state.more_after, Duration::from_secs(30));
        assert_eq!(state.rate.window(), Duration::from_secs(90));
    }
    let wait = key.count().unwrap_err().retry_after;
    assert!(
        wait > Duration::from_secs(25) && wait <= Duration::from_secs(30),
        "{wait:?}"
    );
}

#[test]
fn a_rate_comes_back_by_and_by() {
    let files = Files::new(&entry("a", "x", "requests_per_minute = 6000\nburst = 1"));
    let key = key(&files.load(), "x");
    key.count().unwrap();
    let wait = key.count().unwrap_err().retry_after;
    assert!(wait <= Duration::from_millis(10), "{wait:?}");
    std::thread::sleep(wait);
    key.count().unwrap();
}

#[test]
fn places_come_back_with_their_holders() {
    let files = Files::new(&entry("a", "x", "concurrency = 2"));
    let key = key(&files.load(), "x");
    let (first, second) = (key.place().unwrap(), key.place().unwrap());
    assert!(first.is_some() && second.is_some());
    assert_eq!(key.place().unwrap_err(), 2);
    drop(first);
    assert!(key.place().is_ok());
}

#[test]
fn origins_are_compared_whole() {
    let mut files = Files::new("");
    files.settings.cors = Cors::Origins(vec!["https://a.example".to_owned()]);
    let rules = files.load().now();
    assert!(rules.allows_origin(b"https://a.example"));
    assert!(!rules.allows_origin(b"https://a.example.evil"));
    assert!(!rules.allows_origin(b"null"));
}
