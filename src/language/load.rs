//! Finds the definitions: those inside the binary, and those of the operator's folder over them.

use super::{Language, definition};
use include_dir::{Dir, include_dir};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use warmbox_protocol::SupportFile;

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/runner-images");
const DEFINITION: &str = "language.toml";
const SUPPORT: &str = "support";

#[derive(Debug, thiserror::Error)]
pub enum LanguageError {
    #[error("cannot read {path}: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("{path}: {text}")]
    Definition { path: PathBuf, text: String },
    #[error("the word {word:?} stands for both {first} and {second}")]
    Ambiguous {
        word: String,
        first: String,
        second: String,
    },
    #[error("there is no language {word:?} to offer; known are {known}")]
    Unknown { word: String, known: String },
    #[error("{0} has no language: a language is a folder with a language.toml")]
    Empty(PathBuf),
}

/// The languages to offer, by name: those that `only` names, or all where it names none. A folder
/// of `dir` replaces the built-in language of its name, and takes its aliases from others: what is
/// built in tomorrow must not end a server that has its own today.
///
/// # Errors
/// A folder or file that cannot be read, a definition that is wrong, a word for two languages, a
/// word in `only` for none.
pub fn load(dir: Option<&Path>, only: &[String]) -> Result<Vec<Arc<Language>>, LanguageError> {
    let mut languages = built_in()?;
    if let Some(dir) = dir {
        let found = from_folder(dir)?;
        if found.is_empty() {
            return Err(LanguageError::Empty(dir.to_path_buf()));
        }
        for (name, mut language) in found {
            for word in std::iter::once(&name).chain(&language.aliases) {
                languages.retain(|built_in, other| built_in != word || other.asked_for);
                for other in languages.values_mut().filter(|other| !other.asked_for) {
                    other.aliases.retain(|alias| alias != word);
                }
            }
            language.asked_for = true;
            languages.insert(name, language);
        }
    }
    let mut words = BTreeMap::new();
    for language in languages.values() {
        for word in std::iter::once(&language.name).chain(&language.aliases) {
            if let Some(first) = words.insert(word.clone(), language.name.clone()) {
                return Err(LanguageError::Ambiguous {
                    word: word.clone(),
                    first,
                    second: language.name.clone(),
                });
            }
        }
    }
    if let Some(word) = only.iter().find(|word| !words.contains_key(*word)) {
        return Err(LanguageError::Unknown {
            word: word.clone(),
            known: words.into_keys().collect::<Vec<_>>().join(", "),
        });
    }
    let mut offered = Vec::new();
    for mut language in languages.into_values() {
        let named = only.iter().any(|word| language.answers_to(word));
        if named || only.is_empty() {
            language.asked_for |= named;
            offered.push(Arc::new(language));
        }
    }
    Ok(offered)
}

fn built_in() -> Result<BTreeMap<String, Language>, LanguageError> {
    let mut languages = BTreeMap::new();
    for folder in BUILT_IN.dirs() {
        let path = folder.path().join(DEFINITION);
        let Some(text) = BUILT_IN
            .get_file(&path)
            .and_then(|file| file.contents_utf8())
        else {
            continue;
        };
        let mut support: Vec<_> = BUILT_IN
            .get_dir(folder.path().join(SUPPORT))
            .into_iter()
            .flat_map(Dir::files)
            .filter_map(|file| {
                let name = file.path().file_name()?.to_str()?.to_owned();
                Some(SupportFile {
                    name,
                    bytes: file.contents().to_vec(),
                })
            })
            .collect();
        support.sort_by(|a, b| a.name.cmp(&b.name));
        add(&mut languages, &path, folder.path(), text, support)?;
    }
    Ok(languages)
}

fn from_folder(dir: &Path) -> Result<BTreeMap<String, Language>, LanguageError> {
    let mut languages = BTreeMap::new();
    for folder in entries(dir)? {
        let path = folder.join(DEFINITION);
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(|source| LanguageError::Read {
            path: path.clone(),
            source,
        })?;
        let mut support = Vec::new();
        let support_dir = folder.join(SUPPORT);
        if support_dir.is_dir() {
            for file in entries(&support_dir)?
                .into_iter()
                .filter(|file| file.is_file())
            {
                let bytes = std::fs::read(&file).map_err(|source| LanguageError::Read {
                    path: file.clone(),
                    source,
                })?;
                if let Some(name) = file.file_name().and_then(|name| name.to_str()) {
                    support.push(SupportFile {
                        name: name.to_owned(),
                        bytes,
                    });
                }
            }
        }
        add(&mut languages, &path, &folder, &text, support)?;
    }
    Ok(languages)
}

/// What is in a folder, in a stable order.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, LanguageError> {
    let read = || {
        std::fs::read_dir(dir)?
            .map(|entry| Ok(entry?.path()))
            .collect::<std::io::Result<Vec<_>>>()
    };
    let mut paths = read().map_err(|source| LanguageError::Read {
        path: dir.to_path_buf(),
        source,
    })?;
    paths.sort();
    Ok(paths)
}

fn add(
    languages: &mut BTreeMap<String, Language>,
    path: &Path,
    folder: &Path,
    text: &str,
    support: Vec<SupportFile>,
) -> Result<(), LanguageError> {
    let name = folder
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let language =
        definition::parse(name, text, support).map_err(|text| LanguageError::Definition {
            path: path.to_path_buf(),
            text,
        })?;
    languages.insert(name.to_owned(), language);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASH: &str = "title='Ash'\nmain_file='main.sh'\nsource_endings=['sh']\nneeds='ash'\n\
        [version]\nargv=['ash','--version']\n[run]\nargv=['ash','{main}','{args}']\n";

    #[test]
    fn every_folder_of_the_repository_is_built_in() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("runner-images");
        let on_disk = from_folder(&root).unwrap();
        assert_eq!(built_in().unwrap(), on_disk);
        let names: Vec<_> = on_disk.keys().collect();
        assert_eq!(names, ["bash", "c", "cpp", "javascript", "python"]);
    }

    #[test]
    fn a_folder_adds_a_language_with_no_rust() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("ash/support")).unwrap();
        std::fs::write(dir.path().join("ash/language.toml"), ASH).unwrap();
        std::fs::write(dir.path().join("ash/support/rc"), "x").unwrap();
        let languages = load(Some(dir.path()), &[]).unwrap();
        let names: Vec<_> = languages
            .iter()
            .map(|language| language.name.as_str())
            .collect();
        assert_eq!(names, ["ash", "bash", "c", "cpp", "javascript", "python"]);
        assert_eq!(languages[0].run_argv(&[], &[]), ["ash", "main.sh"]);
        assert_eq!(languages[0].support.len(), 1);
        let asked_for: Vec<_> = languages.iter().filter(|it| it.asked_for).collect();
        assert_eq!(asked_for, [&languages[0]], "brought, and the others not");
    }

    #[test]
    fn a_folder_takes_words_from_what_is_built_in() {
        let dir = tempfile::tempdir().unwrap();
        for (name, alias) in [("python", "snake"), ("nodejs", "javascript")] {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
            let text = format!("aliases = ['{alias}']\n{ASH}");
            std::fs::write(dir.path().join(name).join("language.toml"), text).unwrap();
        }
        let languages = load(Some(dir.path()), &[]).unwrap();
        for (word, name) in [
            ("nodejs", Some("nodejs")),
            ("javascript", Some("nodejs")),
            // went with the language that was built in under a word of the folder's
            ("js", None),
            ("python", Some("python")),
            ("snake", Some("python")),
            ("py", None),
            ("sh", Some("bash")),
        ] {
            let found = languages.iter().find(|it| it.answers_to(word));
            assert_eq!(found.map(|it| &*it.name), name, "{word}");
        }
    }

    #[test]
    fn only_what_is_named_is_offered() {
        let offered = load(None, &["py".to_owned()]).unwrap();
        assert_eq!(offered.len(), 1);
        assert!(offered[0].name == "python" && offered[0].asked_for);
        assert!(load(None, &[]).unwrap().iter().all(|it| !it.asked_for));
        let error = load(None, &["python".to_owned(), "ruby".to_owned()]).unwrap_err();
        assert!(error.to_string().contains("\"ruby\""), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_file() {
        for (change, reason) in [
            ("colour = 1\n", "unknown field `colour`"),
            ("aliases = ['dash']\n", "stands for both"),
            ("aliases = ['a/b']\n", "cannot be a word in a URL"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            for (name, text) in [("ash", format!("{change}{ASH}")), ("dash", ASH.to_owned())] {
                std::fs::create_dir_all(dir.path().join(name)).unwrap();
                std::fs::write(dir.path().join(name).join("language.toml"), text).unwrap();
            }
            let error = load(Some(dir.path()), &[]).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(
            load(Some(dir.path()), &[]),
            Err(LanguageError::Empty(_))
        ));
        assert!(matches!(
            load(Some(&dir.path().join("no")), &[]),
            Err(LanguageError::Read { .. })
        ));
    }
}
