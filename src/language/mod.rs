//! The languages, as data: one folder with a `language.toml` each. Owns their definitions and the
//! command lines that follow from them; knows nothing of engines, pools or HTTP. There is no shell
//! anywhere: a command line is a list of words.

mod definition;
mod load;
mod prepared;
mod template;

pub use load::{LanguageError, load};

use template::{Template, Values};
use warmbox_protocol::{InputFile, SupportFile};

/// The environment of every program, built from nothing; a language's `[env]` comes on top.
const BASE_ENV: [(&str, &str); 7] = [
    // where the supervisor looks programs up, too
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    // the only place besides the work folder where programs may write
    ("HOME", "/tmp"),
    ("TMPDIR", "/tmp"),
    // output is UTF-8 whatever the host speaks
    ("LANG", "C.UTF-8"),
    // getpass.getuser() and its like fail without a name
    ("USER", "sandbox"),
    ("LOGNAME", "sandbox"),
    // times are the same wherever the server stands
    ("TZ", "UTC"),
];

/// One language that can be executed.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// The folder's name and the word in the URL.
    pub name: String,
    /// Other words for it in the URL.
    pub aliases: Vec<String>,
    /// For people.
    pub title: String,
    /// What a request's `code` is called in the work folder.
    pub main_file: String,
    /// Endings, without the dot, of files that a compiler is given.
    pub source_endings: Vec<String>,
    /// Prints the toolchain's version on its first line.
    pub version_argv: Vec<String>,
    pub compile: Option<Compile>,
    pub standards: Option<Standards>,
    /// The whole environment of its programs.
    pub env: Vec<(String, String)>,
    /// Endings of files that are answered as pictures.
    pub images: Vec<String>,
    /// The command that must exist where the host's own programs are used.
    pub needs: String,
    /// Our own files, read-only beside its programs.
    pub support: Vec<SupportFile>,
    /// The configuration names it or brings it: a server that cannot execute it is not ready. Any
    /// other language is left out where its programs are not there.
    pub asked_for: bool,
    prepared: Vec<prepared::Interpreter>,
    run: Template,
}

/// The compile stage of a language.
#[derive(Debug, Clone, PartialEq)]
pub struct Compile {
    /// The program it makes, relative to the work folder.
    pub output: String,
    /// Words in a source that stand for something else each time.
    pub changing: Vec<String>,
    argv: Template,
}

/// The values of a request's `std`.
#[derive(Debug, Clone, PartialEq)]
pub struct Standards {
    pub default: String,
    pub allowed: Vec<String>,
}

impl Language {
    /// Whether this is the language that a URL asks for.
    pub fn answers_to(&self, word: &str) -> bool {
        self.name == word || self.aliases.iter().any(|alias| alias == word)
    }

    /// Whether a compiler would be given this file.
    pub fn is_source(&self, path: &str) -> bool {
        let file = path.rsplit('/').next().unwrap_or(path);
        file.rsplit_once('.').is_some_and(|(stem, ending)| {
            !stem.is_empty() && self.source_endings.iter().any(|e| e == ending)
        })
    }

    /// The compiler's command line, where there is a compile stage. `std` must be one of the
    /// allowed; without it the default is taken.
    pub fn compile_argv(&self, files: &[InputFile], std: Option<&str>) -> Option<Vec<String>> {
        let compile = self.compile.as_ref()?;
        let sources: Vec<&str> = files
            .iter()
            .map(|file| file.path.as_str())
            .filter(|path| self.is_source(path))
            .collect();
        Some(compile.argv.words(&Values {
            sources: &sources,
            std,
            ..self.values(files)
        }))
    }

    /// Whether these files make the same program whenever they are compiled.
    pub fn compiles_alike(&self, files: &[InputFile]) -> bool {
        let changing = (self.compile.iter()).flat_map(|compile| &compile.changing);
        let has = |file: &InputFile, word: &str| {
            // What is not UTF-8 is part of no word.
            let texts = file.bytes.utf8_chunks();
            texts
                .map(|chunk| chunk.valid())
                .any(|text| text.contains(word))
        };
        let mut words = changing.map(String::as_str);
        !words.any(|word| files.iter().any(|file| has(file, word)))
    }

    /// The program's command line. The first file is the main one.
    pub fn run_argv(&self, files: &[InputFile], args: &[String]) -> Vec<String> {
        self.run.words(&Values {
            args,
            ..self.values(files)
        })
    }

    fn values<'a>(&'a self, files: &'a [InputFile]) -> Values<'a> {
        Values {
            main: files
                .first()
                .map_or(self.main_file.as_str(), |file| file.path.as_str()),
            output: self
                .compile
                .as_ref()
                .map_or("", |compile| compile.output.as_str()),
            default_std: self
                .standards
                .as_ref()
                .map_or("", |standards| standards.default.as_str()),
            std: None,
            sources: &[],
            args: &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Language {
        let all = load(None, &[]).unwrap();
        (**all
            .iter()
            .find(|language| language.answers_to(name))
            .unwrap())
        .clone()
    }

    fn files(paths: &[&str]) -> Vec<InputFile> {
        let file = |path: &&str| InputFile {
            path: (*path).to_owned(),
            bytes: Vec::new(),
            executable: false,
        };
        paths.iter().map(file).collect()
    }

    #[test]
    fn cpp_compiles_every_source_and_nothing_else() {
        let cpp = named("c++");
        let argv = cpp
            .compile_argv(
                &files(&["main.cpp", "lib/a.cc", "a.h", ".cpp"]),
                Some("c++20"),
            )
            .unwrap();
        assert_eq!(argv[..2], ["g++", "-std=c++20"]);
        assert!(argv.ends_with(&[
            "-o".into(),
            "main".into(),
            "main.cpp".into(),
            "lib/a.cc".into()
        ]));
        assert_eq!(
            cpp.compile_argv(&files(&["main.cpp"]), None).unwrap()[1],
            "-std=gnu++17"
        );
        assert_eq!(
            cpp.run_argv(&files(&["main.cpp"]), &["-x".into(), "{main}".into()]),
            ["./main", "-x", "{main}"]
        );
    }

    /// With other words g++ leaves a precompiled header aside, and nobody would notice.
    #[test]
    fn headers_are_precompiled_with_the_words_of_the_command() {
        let cpp = named("cpp");
        let argv = cpp.compile_argv(&files(&["main.cpp"]), None).unwrap();
        let words = argv[2..].iter().take_while(|word| *word != "-o");
        let words: Vec<_> = words.map(String::as_str).collect();
        let further = include_str!("../../runner-images/cpp/further");
        let flags = format!("flags=\"-std=$1 {}\"", words.join(" "));
        assert!(words.len() > 1 && further.contains(&flags), "{flags}");
        let standard = cpp.standards.unwrap().default;
        for header in ["iostream", "bits/stdc++.h"] {
            let line = further
                .lines()
                .find(|line| line.ends_with(&format!("$std {header}; done")));
            assert!(
                line.is_some_and(|line| line.contains(&standard)),
                "{header}"
            );
        }
    }

    /// Else their images would share nothing but the name of the compiler.
    #[test]
    fn c_and_cpp_stand_on_the_same_packages() {
        for (c, cpp) in [
            (
                include_str!("../../runner-images/c/packages"),
                include_str!("../../runner-images/cpp/packages"),
            ),
            (
                include_str!("../../runner-images/c/finish"),
                include_str!("../../runner-images/cpp/finish"),
            ),
        ] {
            assert_eq!(c, cpp);
        }
    }

    #[test]
    fn c_compiles_its_own_sources_and_links_the_mathematics_last() {
        let c = named("gcc");
        let argv = c
            .compile_argv(&files(&["main.c", "lib/a.c", "a.h", "b.cpp"]), Some("c11"))
            .unwrap();
        assert_eq!(argv[..2], ["gcc", "-std=c11"]);
        assert!(argv.ends_with(&[
            "main".into(),
            "main.c".into(),
            "lib/a.c".into(),
            "-lm".into()
        ]));
        assert_eq!(
            c.compile_argv(&files(&["main.c"]), None).unwrap()[1],
            "-std=gnu17"
        );
    }

    #[test]
    fn what_tells_the_time_of_its_compilation_never_compiles_alike() {
        let cpp = named("cpp");
        let mut files = files(&["main.cpp", "a.h"]);
        files[0].bytes = b"\xff__DATE_ _TIME__ \xff".to_vec();
        assert!(cpp.compiles_alike(&files));
        for word in ["__DATE__", "__TIME__", "__TIMESTAMP__"] {
            files[1].bytes = [b"\xff", word.as_bytes(), b"\xff"].concat();
            assert!(!cpp.compiles_alike(&files), "{word}");
        }
    }

    #[test]
    fn python_runs_its_main_file() {
        let python = named("py");
        assert_eq!(python.compile_argv(&files(&["main.py"]), None), None);
        let argv = python.run_argv(&files(&["app.py", "lib.py"]), &["a b".into()]);
        assert_eq!(argv, ["python3", "app.py", "a b"]);
        assert!(
            python
                .env
                .contains(&("PYTHONPATH".into(), "/opt/warmbox".into()))
        );
        assert!(python.env.contains(&("HOME".into(), "/tmp".into())));
        let support: Vec<_> = python
            .support
            .iter()
            .map(|file| file.name.as_str())
            .collect();
        assert_eq!(
            support,
            [
                "sitecustomize.py",
                "warmbox_end.py",
                "warmbox_exit.py",
                "warmbox_figures.py",
                "warmbox_fonts.py",
                "warmbox_parent.py",
                "warmbox_rehearsal.py",
            ]
        );
    }
}
