//! How an output is compared with the expected one. Pure: bytes in, a difference out.
//!
//! Outputs are compared as bytes, so that what is not UTF-8 is compared too; only what is shown of a
//! difference is text.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use utoipa::ToSchema;

/// How an output is judged by comparing it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Checker {
    /// Every byte.
    Exact,
    /// Line by line; white space at the end of a line and empty lines at the end of all do not count.
    #[default]
    Lines,
    /// Word by word, whatever white space is between them.
    Tokens,
    /// Word by word; those that are numbers may differ by this much, absolutely or relative to the
    /// expected one: either is enough.
    Float { abs: f64, rel: f64 },
    /// As `Lines`, in any order.
    UnorderedLines,
}

/// Where two outputs first differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// From 1, in what the program wrote; in the expected output where it wrote too little.
    pub line: usize,
    /// The word of that line, from 1; 0 where whole lines are compared.
    pub column: usize,
    /// What was there, and what should have been; shortened. `None`: nothing more.
    pub got: Option<String>,
    pub expected: Option<String>,
}

/// What is shown of a line or word.
const SHOWN_CHARS: usize = 200;

impl Checker {
    /// The first difference, if there is one.
    pub fn compare(self, output: &[u8], expected: &[u8]) -> Option<Difference> {
        match self {
            Checker::Exact => exact(output, expected),
            Checker::Lines => lines(output, expected),
            Checker::UnorderedLines => unordered(output, expected),
            Checker::Tokens => tokens(output, expected, |a, b| a == b),
            Checker::Float { abs, rel } => tokens(output, expected, |a, b| {
                a == b || close(a, b, abs, rel).unwrap_or(false)
            }),
        }
    }
}

fn exact(output: &[u8], expected: &[u8]) -> Option<Difference> {
    if output == expected {
        return None;
    }
    let same = output.iter().zip(expected).take_while(|(a, b)| a == b);
    let at = same.count();
    let begins = output[..at]
        .iter()
        .rposition(|b| *b == b'\n')
        .map_or(0, |at| at + 1);
    let line = output[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
    // The line's end belongs to it here: it may be what differs.
    let shown = |bytes: &[u8]| {
        let rest = bytes.get(begins..).filter(|rest| !rest.is_empty())?;
        let end = rest
            .iter()
            .position(|b| *b == b'\n')
            .map_or(rest.len(), |at| at + 1);
        Some(show(&rest[..end]))
    };
    Some(Difference {
        line,
        column: 0,
        got: shown(output),
        expected: shown(expected),
    })
}

/// Lines without what does not count.
fn counted(text: &[u8]) -> Vec<&[u8]> {
    let mut lines: Vec<_> = text
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .collect();
    while lines.last().is_some_and(|line| line.is_empty()) {
        lines.pop();
    }
    lines
}

fn lines(output: &[u8], expected: &[u8]) -> Option<Difference> {
    let (output, expected) = (counted(output), counted(expected));
    let most = output.len().max(expected.len());
    let differs = (0..most).find(|at| output.get(*at) != expected.get(*at))?;
    Some(Difference {
        line: differs + 1,
        column: 0,
        got: output.get(differs).map(|line| show(line)),
        expected: expected.get(differs).map(|line| show(line)),
    })
}

fn unordered(output: &[u8], expected: &[u8]) -> Option<Difference> {
    let (output, expected) = (counted(output), counted(expected));
    let mut missing: HashMap<&[u8], usize> = HashMap::new();
    for line in &expected {
        *missing.entry(line).or_default() += 1;
    }
    let one_too_many = output.iter().position(|line| match missing.get_mut(line) {
        Some(left) if *left > 0 => {
            *left -= 1;
            false
        }
        _ => true,
    });
    // With one too many, the first that is still missing can only be a guess at what was meant.
    let left = |line: &&&[u8]| missing.get(**line).is_some_and(|left| *left > 0);
    let one_missing = expected.iter().position(|line| left(&line));
    match (one_too_many, one_missing) {
        (None, None) => None,
        (Some(at), missing) => Some(Difference {
            line: at + 1,
            column: 0,
            got: output.get(at).map(|line| show(line)),
            expected: missing
                .and_then(|at| expected.get(at))
                .map(|line| show(line)),
        }),
        (None, Some(at)) => Some(Difference {
            line: at + 1,
            column: 0,
            got: None,
            expected: expected.get(at).map(|line| show(line)),
        }),
    }
}

/// A word and where it stands: line and place in it, from 1.
type Word<'a> = (usize, usize, &'a [u8]);

fn words(text: &[u8]) -> impl Iterator<Item = Word<'_>> {
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    lines.flat_map(|(line, text)| {
        let words = text
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty());
        words
            .enumerate()
            .map(move |(at, word)| (line + 1, at + 1, word))
    })
}

fn tokens(
    output: &[u8],
    expected: &[u8],
    same: impl Fn(&[u8], &[u8]) -> bool,
) -> Option<Difference> {
    let (mut output, mut expected) = (words(output), words(expected));
    loop {
        let (got, wanted) = (output.next(), expected.next());
        let (line, column) = match (got, wanted) {
            (None, None) => return None,
            (Some((_, _, a)), Some((_, _, b))) if same(a, b) => continue,
            (Some((line, column, _)), _) | (None, Some((line, column, _))) => (line, column),
        };
        return Some(Difference {
            line,
            column,
            got: got.map(|(_, _, word)| show(word)),
            expected: wanted.map(|(_, _, word)| show(word)),
        });
    }
}

/// Whether two words are numbers that are near enough; nothing where one is none. Infinities are only
/// near themselves, and what is not a number is near nothing.
fn close(got: &[u8], expected: &[u8], abs: f64, rel: f64) -> Option<bool> {
    let number = |word: &[u8]| -> Option<f64> { std::str::from_utf8(word).ok()?.parse().ok() };
    let (got, expected) = (number(got)?, number(expected)?);
    let apart = (got - expected).abs();
    Some(got == expected || apart <= abs || apart <= rel * expected.abs() && expected.is_finite())
}

fn show(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    match text.char_indices().nth(SHOWN_CHARS) {
        None => text.into_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn differs(checker: Checker, output: &str, expected: &str) -> bool {
        checker
            .compare(output.as_bytes(), expected.as_bytes())
            .is_some()
    }

    const ALL: [Checker; 5] = [
        Checker::Exact,
        Checker::Lines,
        Checker::Tokens,
        Checker::Float {
            abs: 1e-6,
            rel: 1e-6,
        },
        Checker::UnorderedLines,
    ];

    #[test]
    fn each_checker_lets_pass_what_it_should_and_no_more() {
        // output, expected, and which of ALL let it pass
        let cases = [
            ("a b\n", "a b\n", [true; 5]),
            ("", "", [true; 5]),
            ("a b", "a b\n", [false, true, true, true, true]),
            ("a b  \r\n\n\n", "a b\n", [false, true, true, true, true]),
            ("a  b\n", "a b\n", [false, false, true, true, false]),
            (" a b\n", "a b\n", [false, false, true, true, false]),
            ("a\nb\n", "a b\n", [false, false, true, true, false]),
            ("b\na\n", "a\nb\n", [false, false, false, false, true]),
            ("a\n\nb\n", "a\nb\n", [false, false, true, true, false]),
            ("a\na\n", "a\n", [false; 5]),
            ("a\n", "a\na\n", [false; 5]),
            ("", "a\n", [false; 5]),
            ("a\n", "", [false; 5]),
            (
                "0.3333333\n",
                "0.33333333\n",
                [false, false, false, true, false],
            ),
            ("1e3\n", "1000\n", [false, false, false, true, false]),
            (
                "1000000.5\n",
                "1000000\n",
                [false, false, false, true, false],
            ),
            ("1.1\n", "1\n", [false; 5]),
            ("A\n", "a\n", [false; 5]),
        ];
        for (output, expected, passes) in cases {
            for (checker, pass) in ALL.into_iter().zip(passes) {
                assert_eq!(
                    !differs(checker, output, expected),
                    pass,
                    "{checker:?}: {output:?}, expected {expected:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_number_is_near_nothing() {
        let near = Checker::Float { abs: 1.0, rel: 1.0 };
        for (output, expected, pass) in [
            ("nan", "nan", true),
            ("NaN", "nan", false),
            ("nan", "1", false),
            ("inf", "inf", true),
            ("inf", "infinity", true),
            ("inf", "1", false),
            ("1", "inf", false),
            ("-inf", "inf", false),
            ("x", "1", false),
            ("0x10", "16", false),
        ] {
            assert_eq!(
                !differs(near, output, expected),
                pass,
                "{output} {expected}"
            );
        }
    }

    #[test]
    fn the_first_difference_is_shown_where_it_is() {
        let told = |checker: Checker, output: &str, expected: &str| {
            let found = checker
                .compare(output.as_bytes(), expected.as_bytes())
                .unwrap();
            (found.line, found.column, found.got, found.expected)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(Checker::Lines, "1\n2\nx \n", "1\n2\n3\n4\n"),
            (3, 0, some("x"), some("3"))
        );
        assert_eq!(
            told(Checker::Lines, "1\n", "1\n2\n"),
            (2, 0, None, some("2"))
        );
        assert_eq!(
            told(Checker::Tokens, "1 2\n3 5\n", "1 2 3 4"),
            (2, 2, some("5"), some("4"))
        );
        assert_eq!(
            told(Checker::Exact, "a\r\nb", "a\nb"),
            (1, 0, some("a\r\n"), some("a\n"))
        );
        assert_eq!(
            told(Checker::UnorderedLines, "b\nc\n", "a\nb\n"),
            (2, 0, some("c"), some("a"))
        );
        let long = "x".repeat(1000);
        let (_, _, got, _) = told(Checker::Lines, &long, "");
        assert_eq!(got.unwrap().chars().count(), SHOWN_CHARS + 1);
    }

    proptest! {
        #[test]
        fn whatever_is_expected_passes_and_a_change_of_a_word_does_not(
            words in prop::collection::vec("[a-z0-9.é]{1,6}", 1..30),
            ends in prop::collection::vec(prop::sample::select(vec![" ", "\n", "  ", " \n"]), 30),
            at in 0_usize..30,
        ) {
            let text: String = words.iter().zip(&ends).flat_map(|(word, end)| [word.as_str(), end]).collect();
            for checker in ALL {
                prop_assert!(!differs(checker, &text, &text));
            }
            let mut changed = words.clone();
            let at = at % words.len();
            changed[at].push('X');
            let changed: String = changed.iter().zip(&ends).flat_map(|(word, end)| [word.as_str(), end]).collect();
            for checker in ALL {
                prop_assert!(differs(checker, &changed, &text));
                prop_assert!(differs(checker, &text, &changed));
            }
        }

        #[test]
        fn bytes_of_any_kind_are_compared(output: Vec<u8>, expected: Vec<u8>) {
            prop_assert_eq!(Checker::Exact.compare(&output, &expected).is_none(), output == expected);
            for checker in ALL {
                let _ = checker.compare(&output, &expected);
            }
        }
    }
}
