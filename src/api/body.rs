//! From a body's bytes to a checked request. Every refusal names the field and the way out.

mod files;
mod judging;
mod named;

pub(super) use named::{Named, NamedPlace};

use super::problem::Problem;
use super::{ApiState, openapi};
use crate::config::{Asked, StageLimits};
use crate::judge::Judging;
use crate::language::Language;
use judging::{WrittenChecker, WrittenProgram, WrittenTest};
use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::marker::PhantomData;
use utoipa::ToSchema;
use warmbox_protocol::{InputFile, TerminalSize};

const MAX_ARGS: usize = 64;
const MAX_GLOBS: usize = 32;
const MAX_GLOB_BYTES: usize = 256;
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
    pub(super) terminal: Option<TerminalSize>,
    pub(super) outputs: Vec<String>,
    pub(super) judging: Option<Judging>,
    /// What is named by its content and lies elsewhere.
    pub(super) named: Vec<Named>,
}

impl Parsed {
    /// Where a blob's bytes go.
    pub(super) fn place(&mut self, place: NamedPlace) -> Option<&mut Vec<u8>> {
        let judging = self.judging.as_mut();
        Some(match place {
            NamedPlace::File(index) => &mut self.files.get_mut(index)?.bytes,
            NamedPlace::Stdin => &mut self.stdin,
            NamedPlace::TestFile(test, index) => {
                &mut judging?.tests.get_mut(test)?.files.get_mut(index)?.bytes
            }
            NamedPlace::TestStdin(test) => &mut judging?.tests.get_mut(test)?.stdin,
            NamedPlace::TestExpected(test) => &mut judging?.tests.get_mut(test)?.expected,
            NamedPlace::JudgeFile(program, index) => {
                &mut judging?
                    .programs
                    .get_mut(program)?
                    .files
                    .get_mut(index)?
                    .bytes
            }
        })
    }
}

#[derive(Deserialize, Default, ToSchema)]
#[schema(as = Execution)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    /// The program. Either this or `files`.
    #[schema(pattern = r"[^\t\n\x0C\r ]")]
    code: Option<String>,
    /// The program's files; the first is the main one.
    #[schema(value_type = Option<Vec<WrittenFile>>, min_items = 1, max_items = 256)]
    files: Option<Vec<Object<WrittenFile>>>,
    /// Standard input.
    stdin: Option<String>,
    /// Another name for `stdin`.
    input: Option<String>,
    /// Standard input, by a blob's name.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    stdin_blob: Option<String>,
    /// The program's arguments, after its own name.
    #[serde(default)]
    #[schema(max_items = 64)]
    args: Vec<String>,
    /// Of the language, as in `GET /languages`.
    std: Option<String>,
    #[schema(value_type = Option<Asked>)]
    limits: Option<Object<Asked>>,
    #[serde(default)]
    on_output_limit: OnOutputLimit,
    /// The three streams are a terminal of that size.
    #[schema(value_type = Option<WrittenTerminal>)]
    terminal: Option<Object<WrittenTerminal>>,
    /// Files to answer: globs over paths in the work folder.
    #[serde(default)]
    #[schema(max_items = 32)]
    outputs: Vec<String>,
    /// Each is run by itself and judged.
    #[schema(value_type = Option<Vec<WrittenTest>>, min_items = 1, max_items = 1000)]
    tests: Option<Vec<Object<WrittenTest>>>,
    /// Of tests that name none; by default `lines`.
    #[schema(schema_with = openapi::checker)]
    checker: Option<WrittenChecker>,
    /// A program that talks to the tested one, and judges it.
    #[schema(value_type = Option<WrittenProgram>)]
    interactor: Option<Object<WrittenProgram>>,
    stop_on_first_failure: Option<bool>,
}

/// In characters; the defaults are those of a VT100.
#[derive(Deserialize, ToSchema)]
#[schema(as = Terminal)]
#[serde(deny_unknown_fields)]
struct WrittenTerminal {
    #[serde(default = "rows")]
    #[schema(default = 24)]
    rows: u16,
    #[serde(default = "columns")]
    #[schema(default = 80)]
    columns: u16,
}

fn rows() -> u16 {
    24
}

fn columns() -> u16 {
    80
}

/// What becomes of a program that writes more than `output_bytes` to one stream.
#[derive(Deserialize, Default, PartialEq, ToSchema)]
#[serde(rename_all = "lowercase")]
enum OnOutputLimit {
    /// Head and tail are kept, and it goes on.
    #[default]
    Truncate,
    /// It is ended.
    Stop,
}

#[derive(Deserialize, ToSchema)]
#[schema(as = File)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    /// Its path in the work folder.
    #[schema(max_length = 1024)]
    name: String,
    content: Option<String>,
    /// Of `content`; by default `utf8`.
    encoding: Option<Encoding>,
    /// Instead of `content`: a blob's name.
    #[schema(pattern = "^[0-9a-f]{64}$")]
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

#[derive(Deserialize, ToSchema)]
#[schema(as = FileEncoding)]
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
        terminal,
        outputs,
        tests,
        checker,
        interactor,
        stop_on_first_failure,
    } = written;
    let mut named = Vec::new();
    let source_field = if code.is_some() { "code" } else { "files" };
    let files = files::program_files(code, files, "", language, &mut named, NamedPlace::File)?;
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
        let field = "stdin_blob".to_owned();
        named.push(Named::of(&blob, NamedPlace::Stdin, field)?);
    }
    let stdin = stdin.unwrap_or_default().into_bytes();
    if stdin.len() > state.stdin_bytes {
        let (size, limit) = (stdin.len(), state.stdin_bytes);
        let detail = format!("stdin is {size} bytes; allowed are {limit}");
        return Err(Problem::field("stdin_too_large", "stdin", detail).with("limit", limit));
    }
    check_args(&args, "args")?;
    check_std(std.as_deref(), language, "std")?;
    check_outputs(&outputs)?;
    let asked = limits.map(|Object(asked)| asked).unwrap_or_default();
    let judging = match tests {
        None if checker.is_some() || interactor.is_some() || stop_on_first_failure.is_some() => {
            let detail =
                "checker, interactor and stop_on_first_failure are about tests, and there are none";
            return Err(Problem::field("missing_field", "tests", detail.to_owned()));
        }
        None => None,
        Some(tests) => {
            let is_stdin = |named: &Named| named.place == NamedPlace::Stdin;
            let not_with_tests = [
                ("stdin", !stdin.is_empty()),
                ("stdin_blob", named.iter().any(is_stdin)),
                ("terminal", terminal.is_some()),
                ("outputs", !outputs.is_empty()),
                ("on_output_limit", on_output_limit == OnOutputLimit::Stop),
            ];
            if let Some((field, _)) = not_with_tests.iter().find(|(_, is_there)| *is_there) {
                let detail = format!("{field} has no meaning beside tests; leave it out");
                return Err(Problem::field("not_with_tests", *field, detail));
            }
            let written = judging::Written {
                tests,
                checker,
                interactor,
                stop_on_first_failure: stop_on_first_failure.unwrap_or(false),
            };
            Some(judging::check(
                written, &args, &asked, language, state, &mut named,
            )?)
        }
    };
    let limits = resolve(&asked, "limits", state)?;
    Ok(Parsed {
        files,
        stdin,
        args,
        std,
        limits,
        stop_at_output_limit: on_output_limit == OnOutputLimit::Stop,
        judging,
        named,
        outputs,
        terminal: terminal
            .map(|Object(WrittenTerminal { rows, columns })| TerminalSize { rows, columns }),
    })
}

/// The limits that are asked for, within the ceilings. `field` is what they are called.
fn resolve(asked: &Asked, field: &str, state: &ApiState) -> Result<StageLimits, Problem> {
    state.limits.resolve(asked).map_err(|error| {
        let code = if error.asked == 0 {
            "limit_zero"
        } else {
            "limit_above_ceiling"
        };
        Problem::field(
            code,
            format!("{field}.{}", error.field),
            format!("{field}.{error}"),
        )
        .with("asked", error.asked)
        .with("ceiling", error.ceiling)
    })
}

fn check_args(args: &[String], field: &str) -> Result<(), Problem> {
    if args.len() > MAX_ARGS {
        let detail = format!("there are {} arguments; allowed are {MAX_ARGS}", args.len());
        return Err(Problem::field("too_many_args", field, detail).with("limit", MAX_ARGS));
    }
    if let Some(index) = args.iter().position(|arg| arg.contains('\0')) {
        let field = format!("{field}[{index}]");
        return Err(Problem::field(
            "invalid_argument",
            &field,
            format!("{field} has a NUL character in it"),
        ));
    }
    let size: usize = args.iter().map(String::len).sum();
    if size > MAX_ARGS_BYTES {
        let detail = format!("{field} are {size} bytes together; allowed are {MAX_ARGS_BYTES}");
        return Err(Problem::field("args_too_large", field, detail).with("limit", MAX_ARGS_BYTES));
    }
    Ok(())
}

/// Globs over paths in the work folder.
fn check_outputs(outputs: &[String]) -> Result<(), Problem> {
    if outputs.len() > MAX_GLOBS {
        let detail = format!("there are {} globs; allowed are {MAX_GLOBS}", outputs.len());
        return Err(Problem::field("too_many_outputs", "outputs", detail).with("limit", MAX_GLOBS));
    }
    // Alternatives in braces can be so many that matching never ends.
    let wrong = |glob: &&String| {
        glob.is_empty()
            || glob.contains(['{', '}', '\0'])
            || glob.len() > MAX_GLOB_BYTES
            || glob.starts_with('/')
    };
    if let Some(index) = outputs.iter().position(|glob| wrong(&glob)) {
        let field = format!("outputs[{index}]");
        let detail = format!(
            "{field} is no glob: 1 to {MAX_GLOB_BYTES} bytes, relative to the work folder, without braces, as \"*.csv\" or \"out/**\""
        );
        return Err(Problem::field("invalid_glob", field, detail));
    }
    Ok(())
}

fn check_std(std: Option<&str>, language: &Language, field: &str) -> Result<(), Problem> {
    match (std, &language.standards) {
        (None, _) => Ok(()),
        (Some(_), None) => {
            let detail = format!("std has no meaning for {}; leave it out", language.title);
            Err(Problem::field("std_not_supported", field, detail))
        }
        (Some(std), Some(standards)) if standards.allowed.iter().any(|allowed| allowed == std) => {
            Ok(())
        }
        (Some(std), Some(standards)) => {
            let detail = format!(
                "std {std:?} is not known; allowed are {}",
                standards.allowed.join(", ")
            );
            Err(Problem::field("unknown_std", field, detail)
                .with("allowed", standards.allowed.clone()))
        }
    }
}
