//! A request as clients write it: the right fields, with values that are often right and sometimes
//! not.

use arbitrary::Arbitrary;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use warmbox::run::request::RunRequest;

/// Names that meet each other, and each rule.
const NAMES: [&str; 12] = [
    "main.cpp", "main.py", "a.cpp", "a", "a/b", "a/b.h", "main", "main/x", "../x", "/x", "-o", "@x",
];
const LIMITS: [&str; 10] = [
    "wall_ms",
    "cpu_ms",
    "memory_bytes",
    "processes",
    "output_bytes",
    "file_size_bytes",
    "disk_bytes",
    "open_files",
    "compile_wall_ms",
    "wall",
];

#[derive(Debug, Arbitrary)]
pub(super) struct Written<'a> {
    code: Option<&'a str>,
    files: Option<Vec<File<'a>>>,
    stdin: Option<&'a str>,
    input: Option<&'a str>,
    args: Option<Vec<&'a str>>,
    std: Option<Std<'a>>,
    limits: Option<Vec<(u8, Amount)>>,
    stop: Option<bool>,
    unknown: Option<&'a str>,
}

#[derive(Debug, Arbitrary)]
struct File<'a> {
    name: Name<'a>,
    content: Content<'a>,
}

#[derive(Debug, Arbitrary)]
enum Name<'a> {
    Usual(u8),
    Free(&'a str),
}

#[derive(Debug, Arbitrary)]
enum Content<'a> {
    Text(&'a str),
    Bytes(&'a [u8]),
    NotBase64(&'a str),
}

#[derive(Debug, Arbitrary)]
enum Std<'a> {
    Cpp(u8),
    Free(&'a str),
}

#[derive(Debug, Arbitrary)]
enum Amount {
    Small(u16),
    Any(i128),
}

impl Written<'_> {
    pub(super) fn to_json(&self) -> Vec<u8> {
        let mut body = Map::new();
        let texts = [
            ("code", self.code),
            ("stdin", self.stdin),
            ("input", self.input),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                body.insert(name.to_owned(), text.into());
            }
        }
        if let Some(files) = &self.files {
            body.insert(
                "files".to_owned(),
                files.iter().map(File::to_json).collect(),
            );
        }
        if let Some(args) = &self.args {
            body.insert("args".to_owned(), json!(args));
        }
        if let Some(std) = &self.std {
            let std = match std {
                Std::Cpp(year) => format!("c++{year}"),
                Std::Free(text) => (*text).to_owned(),
            };
            body.insert("std".to_owned(), std.into());
        }
        if let Some(limits) = &self.limits {
            let limits: Map<String, Value> = limits.iter().map(limit).collect();
            body.insert("limits".to_owned(), limits.into());
        }
        if let Some(stop) = self.stop {
            let word = if stop { "stop" } else { "truncate" };
            body.insert("on_output_limit".to_owned(), word.into());
        }
        if let Some(name) = self.unknown {
            body.insert(name.to_owned(), Value::Null);
        }
        serde_json::to_vec(&body).unwrap()
    }

    /// An accepted request is what was written, byte for byte.
    pub(super) fn assert_became(&self, request: &RunRequest) {
        match (self.code, &self.files) {
            (Some(code), None) => {
                assert_eq!(request.files.len(), 1);
                assert_eq!(request.files[0].bytes, code.as_bytes());
            }
            (None, Some(files)) => {
                assert_eq!(files.len(), request.files.len());
                for (written, file) in files.iter().zip(&request.files) {
                    assert_eq!(written.name(), file.path);
                    if let Content::Text(text) = written.content {
                        assert_eq!(file.bytes, text.as_bytes());
                    }
                    if let Content::Bytes(bytes) = written.content {
                        assert_eq!(file.bytes, bytes);
                    }
                }
            }
            both => panic!("accepted with {both:?}"),
        }
        let stdin = self.stdin.or(self.input).unwrap_or_default();
        assert!(self.stdin.is_none() || self.input.is_none());
        assert_eq!(request.stdin, stdin.as_bytes());
        assert_eq!(request.args, self.args.as_deref().unwrap_or_default());
        assert_eq!(request.stop_at_output_limit, self.stop == Some(true));
        assert!(
            self.unknown.is_none_or(is_field),
            "accepted an unknown field"
        );
    }
}

impl File<'_> {
    fn name(&self) -> &str {
        match self.name {
            Name::Usual(index) => NAMES[usize::from(index) % NAMES.len()],
            Name::Free(name) => name,
        }
    }

    fn to_json(&self) -> Value {
        let name = self.name();
        match self.content {
            Content::Text(text) => json!({"name": name, "content": text}),
            Content::Bytes(bytes) => {
                json!({"name": name, "content": STANDARD.encode(bytes), "encoding": "base64"})
            }
            Content::NotBase64(text) => {
                json!({"name": name, "content": text, "encoding": "base64"})
            }
        }
    }
}

fn limit((name, amount): &(u8, Amount)) -> (String, Value) {
    let name = LIMITS[usize::from(*name) % LIMITS.len()];
    let amount = match *amount {
        Amount::Small(number) => json!(number),
        // beyond 64 bits serde_json writes it as the number that it is
        Amount::Any(number) => match serde_json::from_str(&number.to_string()) {
            Ok(number) => Value::Number(number),
            Err(_) => Value::Null,
        },
    };
    (name.to_owned(), amount)
}

fn is_field(name: &str) -> bool {
    // null is a value where it stands for "not given"
    ["code", "files", "stdin", "input", "std", "limits"].contains(&name)
}
