//! Which prepared interpreter a program is given: by what it imports. A wrong guess costs time and
//! nothing else, as each of them can run any program.

use super::Language;
use super::template::Template;
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use warmbox_protocol::{InputFile, ParentPlan, Prepared, SupportFile};

/// The support file that prepared interpreters run once, to learn what programs need.
const REHEARSAL: &str = "warmbox_rehearsal";

/// One entry of `[[prepared]]` as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Definition {
    name: String,
    argv: Vec<String>,
    #[serde(default)]
    imports: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
    #[serde(default)]
    least_memory_bytes: u64,
    #[serde(default)]
    on_demand: bool,
}

/// An interpreter that a runner holds ready to be forked.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interpreter {
    name: String,
    argv: Template,
    /// It is for programs that import one of these; for all, where there is none.
    imports: Vec<String>,
    /// And that contain none of these words.
    unless: Vec<String>,
    /// And that may use so much memory: what they did not ask for counts as theirs.
    least_memory_bytes: u64,
    /// Runners do without it until a program wants it, and from then on start with it.
    on_demand: bool,
    wanted: Wanted,
}

/// Whether a program has ever wanted it.
#[derive(Debug, Clone, Default)]
struct Wanted(Arc<AtomicBool>);

/// No part of what a language is.
impl PartialEq for Wanted {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// Reads the entries of a language.
pub(super) fn parse(written: Vec<Definition>) -> Result<Vec<Interpreter>, String> {
    let mut interpreters: Vec<Interpreter> = Vec::new();
    for entry in written {
        let name = entry.name;
        if interpreters.iter().any(|other| other.name == name) {
            return Err(format!("prepared: there are two of the name {name:?}"));
        }
        let takes_any = entry.imports.is_empty() && entry.unless.is_empty() && !entry.on_demand;
        if interpreters.is_empty() && !takes_any {
            return Err(format!(
                "prepared: {name:?} is the first and must take any program: without imports, unless and on_demand"
            ));
        }
        let argv = Template::parse(&entry.argv, &["main"])
            .map_err(|error| format!("prepared: {name:?}: {error}"))?;
        interpreters.push(Interpreter {
            name,
            argv,
            imports: entry.imports,
            unless: entry.unless,
            least_memory_bytes: entry.least_memory_bytes,
            on_demand: entry.on_demand,
            wanted: Wanted::default(),
        });
    }
    Ok(interpreters)
}

impl Language {
    /// What a runner holds ready.
    pub fn parents(&self) -> Vec<ParentPlan> {
        let plan = |interpreter: &Interpreter| ParentPlan {
            name: interpreter.name.clone(),
            argv: interpreter.argv.words(&self.values(&[])),
            on_demand: interpreter.on_demand && !interpreter.wanted.0.load(Relaxed),
        };
        self.prepared.iter().map(plan).collect()
    }

    /// What they run once, under the name of a main file.
    pub fn rehearsal(&self) -> Option<SupportFile> {
        let stem = |file: &&SupportFile| file.name.split('.').next() == Some(REHEARSAL);
        let found = self.support.iter().find(stem)?;
        Some(SupportFile {
            name: self.main_file.clone(),
            bytes: found.bytes.clone(),
        })
    }

    /// The prepared interpreter for a program, which new runners have ready from now on. None where
    /// the language has none, or the main file has not the name under which they were started.
    pub fn prepared_for(
        &self,
        files: &[InputFile],
        args: &[String],
        memory_bytes: u64,
    ) -> Option<Prepared> {
        if files.first()?.path != self.main_file {
            return None;
        }
        let suits = |it: &&Interpreter| it.suits(self, files, memory_bytes);
        let found = (self.prepared.iter().skip(1).find(suits)).or(self.prepared.first())?;
        found.wanted.0.store(true, Relaxed);
        Some(Prepared {
            parent: found.name.clone(),
            args: args.to_vec(),
        })
    }
}

impl Interpreter {
    fn suits(&self, language: &Language, files: &[InputFile], memory_bytes: u64) -> bool {
        let mut sources = files.iter().filter(|file| language.is_source(&file.path));
        let says = |file: &InputFile| (self.unless.iter()).any(|word| has(&file.bytes, word));
        memory_bytes >= self.least_memory_bytes
            && sources.clone().any(|file| self.is_imported(&file.bytes))
            && !sources.any(says)
    }

    /// Looks for lines that begin with `import` or `from`, as nearly all imports do.
    fn is_imported(&self, source: &[u8]) -> bool {
        source.split(|&byte| byte == b'\n').any(|line| {
            let line = line.trim_ascii_start();
            let rest = (line.strip_prefix(b"import ")).or_else(|| line.strip_prefix(b"from "));
            rest.is_some_and(|rest| {
                let word = |byte: &u8| !(byte.is_ascii_alphanumeric() || *byte == b'_');
                let mut words = rest.split(word);
                words.any(|word| self.imports.iter().any(|name| name.as_bytes() == word))
            })
        })
    }
}

fn has(text: &[u8], word: &str) -> bool {
    text.windows(word.len()).any(|part| part == word.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::super::load;
    use super::*;

    fn parent_of(code: &str, memory_bytes: u64) -> Option<String> {
        let languages = load(None, &["python".to_owned()]).unwrap();
        let file = InputFile {
            path: "main.py".to_owned(),
            bytes: code.as_bytes().to_vec(),
            executable: false,
        };
        let prepared = languages[0].prepared_for(&[file], &[], memory_bytes);
        prepared.map(|prepared| prepared.parent)
    }

    #[test]
    fn programs_get_what_they_import() {
        let plenty = 256 << 20;
        for (code, parent) in [
            ("print(1)", "standard"),
            ("import numpy as np", "science"),
            ("import sys, numpy", "science"),
            ("def f():\n    from matplotlib import pyplot\n", "science"),
            ("# import numpy", "standard"),
            ("import numpyro", "standard"),
            (
                "import os\nos.environ['OMP_NUM_THREADS'] = '2'\nimport numpy",
                "standard",
            ),
        ] {
            assert_eq!(parent_of(code, plenty).as_deref(), Some(parent), "{code}");
        }
        assert_eq!(
            parent_of("import numpy", 32 << 20).as_deref(),
            Some("standard")
        );
    }

    #[test]
    fn a_main_file_of_another_name_is_started_plainly() {
        let languages = load(None, &["python".to_owned()]).unwrap();
        let file = InputFile {
            path: "app.py".to_owned(),
            bytes: Vec::new(),
            executable: false,
        };
        assert_eq!(languages[0].prepared_for(&[file], &[], u64::MAX), None);
        let on_demand = || {
            languages[0]
                .parents()
                .iter()
                .map(|it| it.on_demand)
                .collect::<Vec<_>>()
        };
        assert_eq!(on_demand(), [false, true]);
        let file = InputFile {
            path: "main.py".to_owned(),
            bytes: b"import numpy".to_vec(),
            executable: false,
        };
        languages[0].prepared_for(&[file], &[], u64::MAX);
        assert_eq!(on_demand(), [false, false], "it was wanted");
        assert_eq!(languages[0].rehearsal().unwrap().name, "main.py");
    }

    #[test]
    fn the_first_must_take_any_program() {
        let entry = |name: &str, imports: &[&str]| Definition {
            name: name.to_owned(),
            argv: vec!["x".to_owned()],
            imports: imports.iter().map(|name| (*name).to_owned()).collect(),
            unless: Vec::new(),
            least_memory_bytes: 0,
            on_demand: false,
        };
        assert!(parse(vec![entry("a", &[]), entry("b", &["c"])]).is_ok());
        for (wrong, reason) in [
            (vec![entry("a", &["c"])], "must take any program"),
            (vec![entry("a", &[]), entry("a", &["c"])], "two of the name"),
        ] {
            let error = parse(wrong).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
