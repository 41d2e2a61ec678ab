//! The files of a body: of a program, or beside one; by content, or by a blob's name.

use super::named::{Named, NamedPlace};
use super::{Encoding, Object, WrittenFile};
use crate::api::file_names::{check_name, check_together};
use crate::api::problem::Problem;
use crate::language::Language;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use warmbox_protocol::InputFile;

const MAX_FILES: usize = 256;

/// The files of a program, by its code or one by one. `within` is the way to its fields, with the
/// last full stop.
pub(super) fn program_files(
    code: Option<String>,
    files: Option<Vec<Object<WrittenFile>>>,
    within: &str,
    language: &Language,
    named: &mut Vec<Named>,
    place: impl Fn(usize) -> NamedPlace,
) -> Result<Vec<InputFile>, Problem> {
    let field = |name: &str| format!("{within}{name}");
    match (code, files) {
        (Some(_), Some(_)) => Err(Problem::field(
            "code_and_files",
            field("files"),
            "both code and files are given; send one of them (the first of files is the main one)"
                .to_owned(),
        )),
        (Some(code), None) => {
            require_code(code.as_bytes(), &field("code"))?;
            Ok(vec![InputFile {
                path: language.main_file.clone(),
                bytes: code.into_bytes(),
                executable: false,
            }])
        }
        (None, Some(files)) => source_files(files, &field("files"), language, named, place),
        (None, None) => {
            let code = field("code");
            Err(empty_code(
                &code,
                &format!("{code} is missing; send code or files"),
            ))
        }
    }
}

/// Files of which the first is the main one.
fn source_files(
    written: Vec<Object<WrittenFile>>,
    field: &str,
    language: &Language,
    named: &mut Vec<Named>,
    place: impl Fn(usize) -> NamedPlace,
) -> Result<Vec<InputFile>, Problem> {
    let before = named.len();
    let files = data_files(written, field, language, named, &place)?;
    let Some(main) = files.first() else {
        let detail = format!("{field} is empty; the first file is the main one");
        return Err(empty_code(field, &detail));
    };
    // What is in a blob is its sender's affair.
    if named[before..]
        .first()
        .is_none_or(|it| it.place != place(0))
    {
        require_code(&main.bytes, &format!("{field}[0].content"))?;
    }
    if language.compile.is_some() && !files.iter().any(|file| language.is_source(&file.path)) {
        let endings = language.source_endings.join(", .");
        let detail = format!(
            "no file is a source of {}; its endings are .{endings}",
            language.title
        );
        return Err(Problem::field("no_source_file", field, detail));
    }
    Ok(files)
}

/// Files for the work folder of a program of that language.
pub(super) fn data_files(
    written: Vec<Object<WrittenFile>>,
    within: &str,
    language: &Language,
    named: &mut Vec<Named>,
    place: impl Fn(usize) -> NamedPlace,
) -> Result<Vec<InputFile>, Problem> {
    if written.len() > MAX_FILES {
        let detail = format!("there are {} files; allowed are {MAX_FILES}", written.len());
        return Err(Problem::field("too_many_files", within, detail).with("limit", MAX_FILES));
    }
    let mut files = Vec::with_capacity(written.len());
    for (index, Object(file)) in written.into_iter().enumerate() {
        let field = |name: &str| format!("{within}[{index}].{name}");
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
                named.push(Named::of(&blob, place(index), field("blob"))?);
                String::new()
            }
            (Some(_), Some(_)) => {
                let detail =
                    format!("{within}[{index}] has both content and blob; send one of them");
                return Err(Problem::field("content_and_blob", field("blob"), detail));
            }
            (None, None) => {
                let whole = format!("{within}[{index}]");
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
    check_together(&names).map_err(|(name, reason)| file_name(within.to_owned(), name, &reason))?;
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
