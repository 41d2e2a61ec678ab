//! Command lines with placeholders. `{sources}` and `{args}` stand for several words and so only
//! as a whole word; what is put in is never looked through for placeholders again.

/// A command line, checked when it was read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template(Vec<Word>);

#[derive(Debug, Clone, PartialEq)]
enum Word {
    One(Vec<Part>),
    Sources,
    Args,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(String),
    Main,
    Output,
    Std,
}

/// What stands for the placeholders.
#[derive(Debug, Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) main: &'a str,
    pub(super) output: &'a str,
    pub(super) default_std: &'a str,
    pub(super) std: Option<&'a str>,
    pub(super) sources: &'a [&'a str],
    pub(super) args: &'a [String],
}

impl Template {
    /// Reads a command line; `known` are the placeholders that have a meaning in it.
    pub(super) fn parse(words: &[String], known: &[&str]) -> Result<Self, String> {
        if words.is_empty() {
            return Err("argv is empty".to_owned());
        }
        words
            .iter()
            .map(|word| parse_word(word, known))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    pub(super) fn words(&self, values: &Values<'_>) -> Vec<String> {
        let mut words = Vec::with_capacity(self.0.len() + values.sources.len() + values.args.len());
        for word in &self.0 {
            match word {
                Word::Sources => {
                    words.extend(values.sources.iter().map(|source| (*source).to_owned()))
                }
                Word::Args => words.extend(values.args.iter().cloned()),
                Word::One(parts) => {
                    words.push(parts.iter().map(|part| part.text(values)).collect())
                }
            }
        }
        words
    }
}

impl Part {
    fn text<'a>(&'a self, values: &Values<'a>) -> &'a str {
        match self {
            Part::Text(text) => text,
            Part::Main => values.main,
            Part::Output => values.output,
            Part::Std => values.std.unwrap_or(values.default_std),
        }
    }
}

fn parse_word(word: &str, known: &[&str]) -> Result<Word, String> {
    let mut parts = Vec::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, after)) = after.split_once('}') else {
            return Err(format!("{word:?} has a {{ without its }}"));
        };
        if !known.contains(&name) {
            return Err(format!(
                "{word:?}: {{{name}}} means nothing here; known are {}",
                known.join(", ")
            ));
        }
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(match name {
            "main" => Part::Main,
            "output" => Part::Output,
            "std" => Part::Std,
            _ if word.len() != name.len() + 2 => {
                return Err(format!(
                    "{{{name}}} stands for several words: it cannot be a part of {word:?}"
                ));
            }
            "sources" => return Ok(Word::Sources),
            _ => return Ok(Word::Args),
        });
        rest = after;
    }
    if !rest.is_empty() || parts.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Ok(Word::One(parts))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_templates_are_refused_with_a_reason() {
        for (word, reason) in [
            ("{main", "without its }"),
            ("{mian}", "means nothing here"),
            ("-I{sources}", "several words"),
            ("{std}", "means nothing here"),
        ] {
            let error = Template::parse(&[word.to_owned()], &["main", "sources"]).unwrap_err();
            assert!(error.contains(reason), "{word}: {error}");
        }
        assert!(Template::parse(&[], &[]).is_err());
    }
}
