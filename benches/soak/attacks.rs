//! The attacks of `tests/attacks/` in random order, one after the other on one runner for each
//! language, which must be clean after every one. What they must come to is the tests' business.

use super::server::Server;
use anyhow::Context;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Those that sleep or loop are there in numbers: none may take longer.
const MOST_MS: u64 = 700;

pub(crate) struct Attack {
    pub(crate) language: &'static str,
    name: String,
    probe: String,
    request: Value,
}

/// Every attack of one language.
pub(crate) fn all(language: &'static str) -> anyhow::Result<Vec<Attack>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks");
    let mut attacks = Vec::new();
    for category in fs::read_dir(folder)? {
        let category = category?.path();
        if category.ends_with("probe") {
            continue;
        }
        for file in fs::read_dir(category)? {
            let path = file?.path();
            if path
                .extension()
                .is_some_and(|found| found == ending(language))
            {
                attacks.push(read(language, path)?);
            }
        }
    }
    attacks.sort_by(|a, b| a.name.cmp(&b.name));
    anyhow::ensure!(!attacks.is_empty(), "there are no attacks in {language}");
    Ok(attacks)
}

fn ending(language: &str) -> &'static str {
    match language {
        "cpp" => "cpp",
        _ => "py",
    }
}

fn read(language: &'static str, path: PathBuf) -> anyhow::Result<Attack> {
    let code = fs::read_to_string(&path)?;
    let header = code.lines().take_while(|line| line.starts_with(['#', '/']));
    let request = header
        .filter_map(|line| {
            let line = line.trim_start_matches(['#', '/', ' ']);
            line.strip_prefix("request: ")
        })
        .next();
    let mut request: Value = match request {
        Some(text) => serde_json::from_str(text).context("its request")?,
        None => json!({}),
    };
    for limit in ["wall_ms", "cpu_ms"] {
        let asked = request["limits"][limit].as_u64().unwrap_or(MOST_MS);
        request["limits"][limit] = json!(asked.min(MOST_MS));
    }
    let name = path.display().to_string();
    let head = "import sys\nsys.argv[1:] = ['soak', '/nonexistent', 'no canary']\n";
    let args = json!(["soak", "/nonexistent", "no canary"]);
    if language == "python" {
        request["code"] = json!(format!("{head}{code}"));
    } else {
        request["code"] = json!(code);
        request["args"] = args;
    }
    Ok(Attack {
        language,
        name,
        probe: probe(language)?,
        request,
    })
}

fn probe(language: &str) -> anyhow::Result<String> {
    let file = format!("tests/attacks/probe/clean.{}", ending(language));
    Ok(fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join(file),
    )?)
}

/// Sends an attack, and then looks for anything of it. The number is another each time, so that
/// both are compiled, whatever the server keeps.
pub(crate) fn strike(server: &Server, attack: &Attack, number: u64) -> anyhow::Result<()> {
    let new = |code: &str| match attack.language {
        "cpp" => json!(format!("{code}\n// {number}\n")),
        _ => json!(code),
    };
    let mut request = attack.request.clone();
    request["code"] = new(request["code"].as_str().unwrap_or_default());
    let answer = server
        .execute(attack.language, &request)
        .with_context(|| attack.name.clone())?;
    anyhow::ensure!(
        answer["status"] != "internal_error",
        "{}: {answer:.2000}",
        attack.name
    );
    let after = server.execute(attack.language, &json!({"code": new(&attack.probe)}))?;
    anyhow::ensure!(
        after["status"] == "ok" && after["stdout"] == "clean\n",
        "after {}: {after:.2000}",
        attack.name
    );
    Ok(())
}

/// The next of a sequence of numbers without order: the same for the same seed (xorshift).
pub(crate) fn next(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}
