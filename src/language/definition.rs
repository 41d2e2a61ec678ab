//! `language.toml` as it is written, and how it becomes a [`Language`].

use super::prepared;
use super::template::Template;
use super::{BASE_ENV, Compile, Language, Standards};
use serde::Deserialize;
use std::collections::BTreeMap;
use warmbox_protocol::SupportFile;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Definition {
    title: String,
    #[serde(default)]
    aliases: Vec<String>,
    main_file: String,
    source_endings: Vec<String>,
    needs: String,
    #[serde(default)]
    images: Vec<String>,
    version: Command,
    compile: Option<CompileCommand>,
    run: Command,
    #[serde(default)]
    prepared: Vec<prepared::Definition>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    standards: Option<StandardsTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Command {
    argv: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompileCommand {
    argv: Vec<String>,
    output: String,
    #[serde(default)]
    changing: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StandardsTable {
    default: String,
    allowed: Vec<String>,
}

/// Reads one definition. `name` is the folder's.
pub(super) fn parse(name: &str, text: &str, support: Vec<SupportFile>) -> Result<Language, String> {
    let written: Definition =
        toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
    for word in std::iter::once(name).chain(written.aliases.iter().map(String::as_str)) {
        if word.is_empty()
            || !word
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"+-_.#".contains(&b))
        {
            return Err(format!(
                "{word:?} cannot be a word in a URL: letters, digits and + - _ . # can"
            ));
        }
    }
    if written.version.argv.is_empty() {
        return Err("version: argv is empty".to_owned());
    }
    let mut known = vec!["main", "args"];
    let compile = match written.compile {
        None => None,
        Some(command) => {
            known.push("output");
            let mut known = vec!["main", "sources", "output"];
            known.extend(written.standards.as_ref().map(|_| "std"));
            let argv = Template::parse(&command.argv, &known)
                .map_err(|error| format!("compile: {error}"))?;
            Some(Compile {
                output: command.output,
                changing: command.changing,
                argv,
            })
        }
    };
    let standards = match written.standards {
        Some(table) if !table.allowed.contains(&table.default) => {
            return Err(format!(
                "standards: the default {:?} is not among the allowed",
                table.default
            ));
        }
        table => table.map(|table| Standards {
            default: table.default,
            allowed: table.allowed,
        }),
    };
    let mut env: BTreeMap<String, String> = BASE_ENV
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    env.extend(written.env);
    Ok(Language {
        name: name.to_owned(),
        aliases: written.aliases,
        title: written.title,
        main_file: written.main_file,
        source_endings: written.source_endings,
        version_argv: written.version.argv,
        compile,
        standards,
        env: env.into_iter().collect(),
        images: written.images,
        needs: written.needs,
        support,
        asked_for: false,
        prepared: prepared::parse(written.prepared)?,
        run: Template::parse(&written.run.argv, &known).map_err(|error| format!("run: {error}"))?,
    })
}
