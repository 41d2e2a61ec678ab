//! The fields of a request that ask for tests: `tests`, `checker`, `interactor`,
//! `stop_on_first_failure`. Each refusal names the field, with its place among the tests.

use super::files::{data_files, program_files};
use super::named::{Named, NamedPlace};
use super::{Object, WrittenFile, check_args, check_std};
use crate::api::problem::Problem;
use crate::api::{ApiState, openapi};
use crate::config::Asked;
use crate::judge::{Check, Checker, Judging, Program, Test};
use crate::language::Language;
use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::fmt;
use std::sync::Arc;
use utoipa::ToSchema;

const MAX_TESTS: usize = 1000;
/// The weights of all tests together stay far from where adding them up would be inexact.
const MAX_WEIGHT: f64 = 1e9;
/// How far apart numbers may be that are taken for the same, where nothing else is said.
const NEAR: f64 = 1e-6;

#[derive(Deserialize, Default, ToSchema)]
#[schema(as = Test)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenTest {
    name: Option<String>,
    stdin: Option<String>,
    /// Another name for `stdin`.
    input: Option<String>,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    stdin_blob: Option<String>,
    expected_output: Option<String>,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    expected_output_blob: Option<String>,
    /// Instead of the request's.
    #[schema(max_items = 64)]
    args: Option<Vec<String>>,
    /// Beside the program's.
    #[serde(default)]
    #[schema(value_type = Vec<WrittenFile>, max_items = 256)]
    files: Vec<Object<WrittenFile>>,
    /// Those that are named here go before the request's.
    #[schema(value_type = Option<Asked>)]
    limits: Option<Object<Asked>>,
    /// By default 1.
    #[schema(minimum = 0, maximum = 1e9)]
    weight: Option<f64>,
    #[schema(schema_with = openapi::checker)]
    checker: Option<WrittenChecker>,
}

/// A program of the request that judges another.
#[derive(Deserialize, ToSchema)]
#[schema(as = JudgingProgram)]
#[serde(deny_unknown_fields)]
pub(super) struct WrittenProgram {
    language: String,
    #[schema(pattern = r"[^\t\n\x0C\r ]")]
    code: Option<String>,
    #[schema(value_type = Option<Vec<WrittenFile>>, min_items = 1, max_items = 256)]
    files: Option<Vec<Object<WrittenFile>>>,
    std: Option<String>,
}

/// A checker by its name, or as an object with its settings.
pub(super) enum WrittenChecker {
    Compare(Checker),
    Custom(WrittenProgram),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Exact,
    Lines,
    Tokens,
    Float,
    UnorderedLines,
    Custom,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenObject {
    r#type: Kind,
    abs: Option<f64>,
    rel: Option<f64>,
    language: Option<String>,
    code: Option<String>,
    files: Option<Vec<Object<WrittenFile>>>,
    std: Option<String>,
}

impl<'de> Deserialize<'de> for WrittenChecker {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = WrittenChecker;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a checker, or an object with its type")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
                let r#type = Kind::deserialize(StrDeserializer::new(name))?;
                checker(WrittenObject {
                    r#type,
                    abs: None,
                    rel: None,
                    language: None,
                    code: None,
                    files: None,
                    std: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                checker(WrittenObject::deserialize(MapAccessDeserializer::new(map))?)
            }
        }
        deserializer.deserialize_any(Either)
    }
}

fn checker<E: Error>(written: WrittenObject) -> Result<WrittenChecker, E> {
    let WrittenObject {
        r#type,
        abs,
        rel,
        language,
        code,
        files,
        std,
    } = written;
    let is_custom = matches!(r#type, Kind::Custom);
    if !matches!(r#type, Kind::Float) && (abs.is_some() || rel.is_some()) {
        return Err(E::custom("abs and rel are of the type float"));
    }
    let has_program = language.is_some() || code.is_some() || files.is_some() || std.is_some();
    if !is_custom && has_program {
        return Err(E::custom(
            "language, code, files and std are of the type custom",
        ));
    }
    let apart = |value: Option<f64>| match value {
        Some(value) if !(value.is_finite() && value >= 0.0) => {
            Err(E::custom("abs and rel are finite and not negative"))
        }
        value => Ok(value),
    };
    Ok(WrittenChecker::Compare(match r#type {
        Kind::Exact => Checker::Exact,
        Kind::Lines => Checker::Lines,
        Kind::Tokens => Checker::Tokens,
        Kind::UnorderedLines => Checker::UnorderedLines,
        Kind::Float => match (apart(abs)?, apart(rel)?) {
            (None, None) => Checker::Float {
                abs: NEAR,
                rel: NEAR,
            },
            (abs, rel) => Checker::Float {
                abs: abs.unwrap_or(0.0),
                rel: rel.unwrap_or(0.0),
            },
        },
        Kind::Custom => {
            let language = language.ok_or_else(|| E::missing_field("language"))?;
            return Ok(WrittenChecker::Custom(WrittenProgram {
                language,
                code,
                files,
                std,
            }));
        }
    }))
}

/// What a request asks for beside its program.
pub(super) struct Written {
    pub(super) tests: Vec<Object<WrittenTest>>,
    pub(super) checker: Option<WrittenChecker>,
    pub(super) interactor: Option<Object<WrittenProgram>>,
    pub(super) stop_on_first_failure: bool,
}

/// `args` and `asked` are the request's own, which hold for tests that say nothing else.
pub(super) fn check(
    written: Written,
    args: &[String],
    asked: &Asked,
    language: &Language,
    state: &ApiState,
    named: &mut Vec<Named>,
) -> Result<Judging, Problem> {
    let Written {
        tests,
        checker,
        interactor,
        stop_on_first_failure,
    } = written;
    if tests.is_empty() || tests.len() > MAX_TESTS {
        let detail = format!(
            "there are {} tests; allowed are 1 to {MAX_TESTS}",
            tests.len()
        );
        return Err(
            Problem::field("wrong_number_of_tests", "tests", detail).with("limit", MAX_TESTS)
        );
    }
    let mut programs = Vec::new();
    let usual = match checker {
        None => Check::Compare(Checker::default()),
        Some(written) => check_of(written, "checker", &mut programs, state, named)?,
    };
    let interactor = match interactor {
        None => None,
        Some(Object(written)) => {
            programs.push(program(
                written,
                "interactor",
                programs.len(),
                state,
                named,
            )?);
            Some(programs.len() - 1)
        }
    };
    let mut checked = Vec::with_capacity(tests.len());
    for (index, Object(written)) in tests.into_iter().enumerate() {
        let field = |name: &str| format!("tests[{index}].{name}");
        let WrittenTest {
            name,
            stdin,
            input,
            stdin_blob,
            expected_output,
            expected_output_blob,
            args: own_args,
            files,
            limits,
            weight,
            checker,
        } = written;
        let check = match checker {
            None => usual.clone(),
            Some(written) => check_of(written, &field("checker"), &mut programs, state, named)?,
        };
        if interactor.is_some() && !matches!(check, Check::Compare(Checker::Lines)) {
            let detail = "an interactor judges by itself; leave the checker out".to_owned();
            return Err(Problem::field(
                "checker_and_interactor",
                field("checker"),
                detail,
            ));
        }
        let compared = interactor.is_none() && matches!(check, Check::Compare(_));
        let has_expected = expected_output.is_some() || expected_output_blob.is_some();
        let mut blob = |text: Option<String>, by_itself: bool, name: &str, place| match text {
            None => Ok(()),
            Some(_) if by_itself => {
                let detail = format!(
                    "{} is given by itself as well; send one of them",
                    field(name)
                );
                Err(Problem::field("content_and_blob", field(name), detail))
            }
            Some(text) => {
                named.push(Named::of(&text, place, field(name))?);
                Ok(())
            }
        };
        let by_itself = stdin.is_some() || input.is_some();
        blob(
            stdin_blob,
            by_itself,
            "stdin_blob",
            NamedPlace::TestStdin(index),
        )?;
        let (by_itself, place) = (expected_output.is_some(), NamedPlace::TestExpected(index));
        blob(
            expected_output_blob,
            by_itself,
            "expected_output_blob",
            place,
        )?;
        let expected = match expected_output {
            None if compared && !has_expected => {
                let detail = format!("{} is missing", field("expected_output"));
                return Err(Problem::field(
                    "missing_field",
                    field("expected_output"),
                    detail,
                ));
            }
            expected => expected.unwrap_or_default().into_bytes(),
        };
        let stdin = match (stdin, input) {
            (Some(_), Some(_)) => {
                let detail = "input is another name for stdin; send one of them".to_owned();
                return Err(Problem::field("stdin_and_input", field("input"), detail));
            }
            (stdin, input) => stdin.or(input).unwrap_or_default().into_bytes(),
        };
        if stdin.len() > state.stdin_bytes {
            let (size, limit) = (stdin.len(), state.stdin_bytes);
            let detail = format!("{} is {size} bytes; allowed are {limit}", field("stdin"));
            return Err(
                Problem::field("stdin_too_large", field("stdin"), detail).with("limit", limit)
            );
        }
        if let Some(args) = &own_args {
            check_args(args, &field("args"))?;
        }
        let own = limits.map(|Object(asked)| asked).unwrap_or_default();
        let limits = super::resolve(&own.or(asked), &field("limits"), state)?.run;
        if expected.len() as u64 > limits.output_bytes && compared {
            let (size, limit) = (expected.len(), limits.output_bytes);
            let detail = format!(
                "{} is {size} bytes, and a program may write {limit}; raise limits.output_bytes",
                field("expected_output")
            );
            return Err(Problem::field(
                "expected_too_large",
                field("expected_output"),
                detail,
            ));
        }
        let weight = weight.unwrap_or(1.0);
        if !(0.0..=MAX_WEIGHT).contains(&weight) {
            let detail = format!(
                "{} is {weight}; allowed are 0 to {MAX_WEIGHT}",
                field("weight")
            );
            return Err(Problem::field("invalid_weight", field("weight"), detail));
        }
        checked.push(Test {
            name,
            stdin,
            expected,
            args: own_args.unwrap_or_else(|| args.to_vec()),
            files: data_files(
                files,
                &format!("tests[{index}].files"),
                language,
                named,
                |file| NamedPlace::TestFile(index, file),
            )?,
            limits,
            check,
            weight,
        });
    }
    Ok(Judging {
        tests: checked,
        stop_on_first_failure,
        programs,
        interactor,
    })
}

fn check_of(
    written: WrittenChecker,
    field: &str,
    programs: &mut Vec<Program>,
    state: &ApiState,
    named: &mut Vec<Named>,
) -> Result<Check, Problem> {
    Ok(match written {
        WrittenChecker::Compare(checker) => Check::Compare(checker),
        WrittenChecker::Custom(written) => {
            programs.push(program(written, field, programs.len(), state, named)?);
            Check::Program(programs.len() - 1)
        }
    })
}

/// The `number` is its place among those that judge.
fn program(
    written: WrittenProgram,
    field: &str,
    number: usize,
    state: &ApiState,
    named: &mut Vec<Named>,
) -> Result<Program, Problem> {
    let WrittenProgram {
        language,
        code,
        files,
        std,
    } = written;
    let language: Arc<Language> = state.language(&language).map_err(|problem| {
        let detail = format!("{field}.language: {}", problem.detail());
        Problem::field("unknown_language", format!("{field}.language"), detail)
    })?;
    let files = program_files(
        code,
        files,
        &format!("{field}."),
        &language,
        named,
        |file| NamedPlace::JudgeFile(number, file),
    )?;
    check_std(std.as_deref(), &language, &format!("{field}.std"))?;
    Ok(Program {
        field: field.to_owned(),
        language,
        files,
        std,
    })
}
