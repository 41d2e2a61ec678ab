//! Reads what a C++ compiler and its linker wrote into a list. Pure, and generous: a line that is
//! not understood is left to the text, which is always answered whole.

use serde::Serialize;
use utoipa::ToSchema;

/// More than anybody reads; a template can make a compiler write thousands.
const MAX_DIAGNOSTICS: usize = 500;

/// One message of the compile stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Diagnostic {
    /// As the compiler named it; `null` for the linker and the compiler itself.
    pub file: Option<String>,
    /// From 1.
    pub line: Option<u32>,
    /// From 1, in bytes, as g++ counts by default.
    pub column: Option<u32>,
    pub severity: Severity,
    pub message: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
    Note,
}

const MARKS: [(&str, Severity); 4] = [
    (": fatal error: ", Severity::Error),
    (": error: ", Severity::Error),
    (": warning: ", Severity::Warning),
    (": note: ", Severity::Note),
];

/// Every message found in the compiler's standard error.
pub fn parse(text: &str) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for line in text.lines() {
        if found.len() == MAX_DIAGNOSTICS {
            break;
        }
        let Some(diagnostic) = compiler_line(line).or_else(|| linker_line(line)) else {
            continue;
        };
        let placed = diagnostic.line.is_some();
        let ends_it = diagnostic.message.starts_with("ld returned ");
        // the linker repeats itself, and its last line only counts where it gave no reason
        let said = ends_it
            && found
                .iter()
                .any(|earlier| earlier.severity == Severity::Error);
        if placed || !(said || found.contains(&diagnostic)) {
            found.push(diagnostic);
        }
    }
    found
}

fn compiler_line(line: &str) -> Option<Diagnostic> {
    if is_excerpt(line) {
        return None;
    }
    let (at, mark, severity) = MARKS
        .iter()
        .filter_map(|(mark, severity)| Some((line.find(mark)?, mark, *severity)))
        .min_by_key(|m| m.0)?;
    let (place, message) = (&line[..at], &line[at + mark.len()..]);
    let diagnostic = |file: Option<&str>, line, column| Diagnostic {
        file: file.map(str::to_owned),
        line,
        column,
        severity,
        message: message.to_owned(),
    };
    let Some((rest, last)) = split_number(place) else {
        // "g++: error: ...": the name of a program is one word
        return (!place.is_empty() && !place.contains([' ', ':', '(']))
            .then(|| diagnostic(None, None, None));
    };
    Some(match split_number(rest) {
        Some((file, line)) => diagnostic(Some(file), Some(line), Some(last)),
        None => diagnostic(Some(rest), Some(last), None),
    })
}

/// `   12 |     int x = "no";` and the lines of carets below it.
fn is_excerpt(line: &str) -> bool {
    line.starts_with(' ')
        || line
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .starts_with(" | ")
}

fn split_number(text: &str) -> Option<(&str, u32)> {
    let (rest, number) = text.rsplit_once(':')?;
    let number = number.parse().ok()?;
    (!rest.is_empty()).then_some((rest, number))
}

fn linker_line(line: &str) -> Option<Diagnostic> {
    if is_excerpt(line) {
        return None;
    }
    let message = if let Some(at) = line.find("undefined reference to ") {
        &line[at..]
    } else if let Some(at) = line.find("multiple definition of ") {
        line[at..].split("; ").next().unwrap_or(&line[at..])
    } else {
        let (program, message) = line.split_once(": ")?;
        if !program.ends_with("/ld")
            || message.contains(": in function ")
            || message.starts_with("warning: ")
        {
            return None;
        }
        message
    };
    Some(Diagnostic {
        file: None,
        line: None,
        column: None,
        severity: Severity::Error,
        message: message.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(text: &str) -> Vec<String> {
        let number = |n: Option<u32>| n.map_or("-".to_owned(), |n| n.to_string());
        parse(text)
            .into_iter()
            .map(|d| {
                let file = d.file.unwrap_or("-".to_owned());
                format!(
                    "{file} {} {} {:?} {}",
                    number(d.line),
                    number(d.column),
                    d.severity,
                    d.message
                )
            })
            .collect()
    }

    /// Written by g++ 12.2 of Debian 12 for small wrong programs.
    #[test]
    fn what_gpp_writes() {
        let cases: [(&str, &[&str]); 8] = [
            (
                "a.cpp: In function ‘int main()’:\n\
                 a.cpp:3:13: error: invalid conversion from ‘const char*’ to ‘int’ [-fpermissive]\n    \
                 3 |     int x = \"no\";\n      |             ^~~~\n      |             |\n      |             const char*\n\
                 a.cpp:4:18: error: ‘y’ was not declared in this scope\n    4 |     std::cout << y << std::endl\n",
                &[
                    "a.cpp 3 13 Error invalid conversion from ‘const char*’ to ‘int’ [-fpermissive]",
                    "a.cpp 4 18 Error ‘y’ was not declared in this scope",
                ],
            ),
            (
                "/usr/bin/ld: /tmp/ccgKbh8D.o: in function `main':\n\
                 b.cpp:(.text.startup+0x1): undefined reference to `f()'\n\
                 collect2: error: ld returned 1 exit status\n",
                &["- - - Error undefined reference to `f()'"],
            ),
            (
                "/usr/bin/ld: /tmp/ccOJV4lg.o: in function `main':\n\
                 b.cpp:(.text+0x0): multiple definition of `main'; /tmp/cctqnOvy.o:b.cpp:(.text+0x0): first defined here\n\
                 b.cpp:(.text+0x5): undefined reference to `f()'\nb.cpp:(.text+0x5): undefined reference to `f()'\n\
                 collect2: error: ld returned 1 exit status\n",
                &[
                    "- - - Error multiple definition of `main'",
                    "- - - Error undefined reference to `f()'",
                ],
            ),
            (
                "m.cpp:1:10: fatal error: nope.h: No such file or directory\n    1 | #include <nope.h>\n\
                 compilation terminated.\n",
                &["m.cpp 1 10 Error nope.h: No such file or directory"],
            ),
            (
                "In file included from w.cpp:1:\nh.h:1:12: note: declared here\n\
                 w.cpp:2:18: warning: unused variable ‘unused’ [-Wunused-variable]\n",
                &[
                    "h.h 1 12 Note declared here",
                    "w.cpp 2 18 Warning unused variable ‘unused’ [-Wunused-variable]",
                ],
            ),
            (
                "cc1plus: fatal error: q.cpp: No such file or directory\ncompilation terminated.\n\
                 g++: fatal error: Killed signal terminated program cc1plus\n",
                &[
                    "- - - Error q.cpp: No such file or directory",
                    "- - - Error Killed signal terminated program cc1plus",
                ],
            ),
            (
                "/usr/include/c++/12/bits/stl_algo.h:1809:14:   required from ‘void std::sort(int)’\n\
                 t.cpp:4:41:   required from here\n\
                 /usr/include/c++/12/bits/predefined_ops.h:45:23: error: no match for ‘operator<’\n",
                &["/usr/include/c++/12/bits/predefined_ops.h 45 23 Error no match for ‘operator<’"],
            ),
            (
                "/usr/bin/ld: cannot find -lnope: No such file or directory\ncollect2: error: ld returned 1 exit status\n",
                &["- - - Error cannot find -lnope: No such file or directory"],
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(short(text), expected, "{text}");
        }
    }

    #[test]
    fn only_what_is_a_message_is_one() {
        assert_eq!(
            short("e.cpp:2:2: error: #error \"x: note: y\"\n"),
            ["e.cpp 2 2 Error #error \"x: note: y\""]
        );
        assert_eq!(
            short("12345 | puts(\"a.cpp:1:2: error: no\");\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            short("collect2: error: ld returned 1 exit status\n").len(),
            1
        );
        assert_eq!(
            short("my lib/a b.cpp:7: warning: w\n"),
            ["my lib/a b.cpp 7 - Warning w"]
        );
        assert_eq!(
            parse(&"a.cpp:1:1: error: e\n".repeat(9000)).len(),
            MAX_DIAGNOSTICS
        );
    }
}
