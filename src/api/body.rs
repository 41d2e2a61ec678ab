//! From a body's bytes to a checked request. Every refusal names the field and the way out.

use super::ApiState;
use super::file_names::{check_name, check_together};
use super::problem::Problem;
use crate::access::Digest;
use crate::blobs::unhex;
use crate::config::{Asked, StageLimits};
use crate::language::Language;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;
use warmbox_protocol::InputFile;

const MAX_FILES: usize = 256;
const MAX_ARGS: usize = 64;
/// All arguments together; far below what the kernel takes.
const MAX_ARGS_BYTES: usize = 64 << 10;

/// What a body asks for, checked.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) files: Vec<InputFile>,
    pub(super) stdin: Vec<u8>,
    pub(super) args: Vec<String>,
    pub(super) std: Option<String>,
    pub(super) limits: StageLimits,
    pub(super) stop_at_output_limit: bool,
    /// What is named by its content and lies elsewhere.
    pub(super) named: Vec<Named>,
}

/// A blob that a body names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) sha256: Digest,
    pub(super) place: NamedPlace,
}

/// Where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedPlace {
    /// The file of that number.
    File(usize),
    Stdin,
}

impl NamedPlace {
    /// The field that names it.
    pub(super) fn field(self) -> String {
        match self {
            Self::File(index) => format!("files[{index}].blob"),
            Self::Stdin => "stdin_blob".to_owned(),
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Written {
    code: Option<String>,
    files: Option<Vec<Object<WrittenFile>>>,
    stdin: Option<String>,
    input: Option<String>,
    stdin_blob: Option<String>,
    args: Vec<String>,
    std: Option<String>,
    limits: Option<Object<Asked>>,
    on_output_limit: OnOutputLimit,
}

/// What becomes of a program that writes more than `output_bytes` to one stream.
#[derive(Deserialize, Default, PartialEq)]
#[serde(rename_all = "lowercase")]
enum OnOutputLimit {
    /// Head and tail are kept, and it goes on.
    #[default]
    Truncate,
    /// It is ended.
    Stop,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    name: String,
    content: Option<String>,
    encoding: Option<Encoding>,
    blob: Option<String>,
}

/// A JSON object and nothing else: serde by itself would take an array for a struct, field by
/// field.
struct Object<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OnlyMap<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for OnlyMap<T> {
            type Value = Object<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        deserializer.deserialize_map(OnlyMap(PhantomData))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    Utf8,
    Base64,
}

/// A body of `text/plain` is the code itself.
pub(super) fn parse_text(
    bytes: &[u8],
    language: &Language,
    state: &ApiState,
) -> Result<Parsed, Problem> {
    let code = utf8(bytes)?.to_owned();
    check(
        Written {
            code: Some(code),
            ..Written::default()
        },
        language,
        state,
    )
}

/// A body of `application/json`.
pub(super) fn parse_json(
    bytes: &[u8],
    language: &Language,
    state: &ApiState,
) -> Result<Parsed, Problem> {
    let text = utf8(bytes)?;
    let mut json = serde_json::Deserializer::from_str(text);
    let Object(written): Object<Written> =
        serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let path = error.path().to_string();
            refused(&path, error.inner())
        })?;
    json.end().map_err(|error| refused(".", &error))?;
    check(written, language, state)
}

pub(super) fn utf8(bytes: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(bytes).map_err(|error| {
        Problem::new(
            400,
            "invalid_utf8",
            "Invalid UTF-8",
            format!(
                "the body is not UTF-8 at byte {}; send other bytes as a file with \"encoding\": \"base64\"",
                error.valid_up_to()
            ),
        )
    })
}

pub(super) fn refused(path: &str, error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        return Problem::new(
            400,
            "malformed_json",
            "Malformed JSON",
            format!("the body is not JSON: {error}"),
        );
    }
    let message = error.to_string();
    let unknown = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next());
    let (code, field) = match unknown {
        Some(name) if path == "." || path.is_empty() => ("unknown_field", name.to_owned()),
        Some(name) if path.rsplit('.').next() == Some(name) => ("unknown_field", path.to_owned()),
        Some(name) => ("unknown_field", format!("{path}.{name}")),
        None => ("invalid_field", path.to_owned()),
    };
    Problem::field(code, &field, format!("{field}: {message}"))
}

fn check(written: Written, language: &Language, state: &ApiState) -> Result<Parsed, Problem> {
    let Written {
        code,
        files,
        stdin,
        input,
        stdin_blob,
        args,
        std,
        limits,
        on_output_limit,
    } = written;
    let mut named = Vec::new();
    let source_field = if code.is_some() { "code" } else { "files" };
    let files = match (code, files) {
        (Some(_), Some(_)) => {
            return Err(Problem::field(
                "code_and_files",
                "files",
                "both code and files are given; send one of them (the first of files is the main one)".to_owned(),
            ));
        }
        (Some(code), None) => {
            require_code(code.as_bytes(), "code")?;
            vec![InputFile {
                path: language.main_file.clone(),
                bytes: code.into_bytes(),
                executable: false,
            }]
        }
        (None, Some(files)) => decode_files(files, language, &mut named)?,
        (None, None) => return Err(empty_code("code", "code is missing; send code or files")),
    };
    let size: usize = files.iter().map(|file| file.bytes.len()).sum();
    if size > state.source_bytes {
        let limit = state.source_bytes;
        return Err(Problem::new(
            413,
            "source_too_large",
            "Source too large",
            format!("the source is {size} bytes; allowed are {limit}"),
        )
        .with("field", source_field)
        .with("limit", limit));
    }
    let stdin = match (stdin, input) {
        (Some(_), Some(_)) => {
            return Err(Problem::field(
                "stdin_and_input",
                "input",
                "input is another name for stdin; send one of them".to_owned(),
            ));
        }
        (stdin, input) => stdin.or(input),
    };
    if let Some(blob) = stdin_blob {
        if stdin.is_some() {
            return Err(Problem::field(
                "stdin_and_blob",
                "stdin_blob",
                "standard input is given by itself and as a blob; send one of them".to_owned(),
            ));
        }
        named.push(named_blob(&blob, NamedPlace::Stdin)?);
    }
    let stdin = stdin.unwrap_or_default().into_bytes();
    if stdin.len() > state.stdin_bytes {
        let (size, limit) = (stdin.len(), state.stdin_bytes);
        let detail = format!("stdin is {size} bytes; allowed are {limit}");
        return Err(Problem::field("stdin_too_large", "stdin", detail).with("limit", limit));
    }
    check_args(&args)?;
    check_std(std.as_deref(), language)?;
    let limits = state
        .limits
        .resolve(&limits.map(|Object(asked)| asked).unwrap_or_default())
        .map_err(|error| {
            let code = if error.asked == 0 {
                "limit_zero"
            } else {
                "limit_above_ceiling"
            };
            Problem::field(
                code,
                format!("limits.{}", error.field),
                format!("limits.{error}"),
            )
            .with("asked", error.asked)
            .with("ceiling", error.ceiling)
        })?;
    Ok(Parsed {
        files,
        stdin,
        args,
        std,
        limits,
        stop_at_output_limit: on_output_limit == OnOutputLimit::Stop,
        named,
    })
}

/// A blob's name, which is its SHA-256.
fn named_blob(text: &str, place: NamedPlace) -> Result<Named, Problem> {
    let Some(sha256) = unhex(text) else {
        let field = place.field();
        let detail = format!("{field} is not a SHA-256 in 64 digits of lower case hexadecimal");
        return Err(Problem::field("invalid_blob_name", field, detail));
    };
    Ok(Named { sha256, place })
}

fn decode_files(
    written: Vec<Object<WrittenFile>>,
    language: &Language,
    named: &mut Vec<Named>,
) -> Result<Vec<InputFile>, Problem> {
    if written.len() > MAX_FILES {
        let detail = format!("there are {} files; allowed are {MAX_FILES}", written.len());
        return Err(Problem::field("too_many_files", "files", detail).with("limit", MAX_FILES));
    }
    let mut files = Vec::with_capacity(written.len());
    for (index, Object(file)) in written.into_iter().enumerate() {
        let field = |name: &str| format!("files[{index}].{name}");
        check_name(&file.name).map_err(|reason| file_name(field("name"), &file.name, &reason))?;
        let output = language
            .compile
            .as_ref()
            .map(|compile| compile.output.as_str());
        if output.is_some_and(|output| {
            file.name == output || file.name.starts_with(&format!("{output}/"))
        }) {
            return Err(file_name(
                field("name"),
                &file.name,
                "is where the compiled program goes",
            ));
        }
        let content = match (file.content, file.blob) {
            (Some(content), None) => content,
            (None, Some(blob)) => {
                if file.encoding.is_some() {
                    let detail = format!("{} has no meaning for a blob", field("encoding"));
                    return Err(Problem::field("invalid_field", field("encoding"), detail));
                }
                named.push(named_blob(&blob, NamedPlace::File(index))?);
                String::new()
            }
            (Some(_), Some(_)) => {
                let detail = format!("files[{index}] has both content and blob; send one of them");
                return Err(Problem::field("content_and_blob", field("blob"), detail));
            }
            (None, None) => {
                let whole = format!("files[{index}]");
                let detail = format!("{whole}: missing field `content`, or `blob`");
                return Err(Problem::field("invalid_field", whole, detail));
            }
        };
        let bytes = match file.encoding.unwrap_or(Encoding::Utf8) {
            Encoding::Utf8 => content.into_bytes(),
            Encoding::Base64 => STANDARD.decode(&content).map_err(|error| {
                Problem::field(
                    "invalid_base64",
                    field("content"),
                    format!("{} is not base64: {error}", field("content")),
                )
            })?,
        };
        files.push(InputFile {
            path: file.name,
            bytes,
            executable: false,
        });
    }
    let names: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    check_together(&names)
        .map_err(|(name, reason)| file_name("files".to_owned(), name, &reason))?;
    let Some(main) = files.first() else {
        return Err(empty_code(
            "files",
            "files is empty; the first file is the main one",
        ));
    };
    // What is in a blob is its sender's affair.
    if named
        .first()
        .is_none_or(|it| it.place != NamedPlace::File(0))
    {
        require_code(&main.bytes, "files[0].content")?;
    }
    if language.compile.is_some() && !names.iter().any(|name| language.is_source(name)) {
        let endings = language.source_endings.join(", .");
        let detail = format!(
            "no file is a source of {}; its endings are .{endings}",
            language.title
        );
        return Err(Problem::field("no_source_file", "files", detail));
    }
    Ok(files)
}

fn file_name(field: String, name: &str, reason: &str) -> Problem {
    Problem::field(
        "invalid_file_name",
        field,
        format!("the file name {name:?} {reason}"),
    )
}

fn require_code(code: &[u8], field: &str) -> Result<(), Problem> {
    if code.iter().all(u8::is_ascii_whitespace) {
        return Err(empty_code(field, &format!("{field} is empty")));
    }
    Ok(())
}

fn empty_code(field: &str, detail: &str) -> Problem {
    Problem::field("empty_code", field, detail.to_owned())
}

fn check_args(args: &[String]) -> Result<(), Problem> {
    if args.len() > MAX_ARGS {
        let detail = format!("there are {} arguments; allowed are {MAX_ARGS}", args.len());
        return Err(Problem::field("too_many_args", "args", detail).with("limit", MAX_ARGS));
    }
    if let Some(index) = args.iter().position(|arg| arg.contains('\0')) {
        let field = format!("args[{index}]");
        return Err(Problem::field(
            "invalid_argument",
            &field,
            format!("{field} has a NUL character in it"),
        ));
    }
    let size: usize = args.iter().map(String::len).sum();
    if size > MAX_ARGS_BYTES {
        let detail = format!("args are {size} bytes together; allowed are {MAX_ARGS_BYTES}");
        return Err(Problem::field("args_too_large", "args", detail).with("limit", MAX_ARGS_BYTES));
    }
    Ok(())
}

fn check_std(std: Option<&str>, language: &Language) -> Result<(), Problem> {
    match (std, &language.standards) {
        (None, _) => Ok(()),
        (Some(_), None) => {
            let detail = format!("std has no meaning for {}; leave it out", language.title);
            Err(Problem::field("std_not_supported", "std", detail))
        }
        (Some(std), Some(standards)) if standards.allowed.iter().any(|allowed| allowed == std) => {
            Ok(())
        }
        (Some(std), Some(standards)) => {
            let detail = format!(
                "std {std:?} is not known; allowed are {}",
                standards.allowed.join(", ")
            );
            Err(Problem::field("unknown_std", "std", detail)
                .with("allowed", standards.allowed.clone()))
        }
    }
}
