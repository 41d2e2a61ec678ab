//! Turns the checks into text: one line each, then one line of verdict.

use super::{Check, State, able};
use std::fmt::Write;

/// One line per check, `ok|warn|fail  name: what is present → how to mend it`, and a last line
/// that says whether the service can run.
pub fn render(checks: &[Check]) -> String {
    let mut out = String::new();
    for check in checks {
        let state = match check.state {
            State::Ok => "ok  ",
            State::Warn => "warn",
            State::Fail => "fail",
        };
        // What other programs said is part of these texts: it must stay on its own line.
        let _ = write!(out, "{state}  {}: {}", check.name, one_line(&check.text));
        if let Some(mend) = &check.mend {
            let _ = write!(out, " → {}", one_line(mend));
        }
        out.push('\n');
    }
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let (fails, warns) = (count(State::Fail), count(State::Warn));
    let verdict = if able(checks) {
        "can run programs"
    } else {
        "cannot run programs"
    };
    let _ = writeln!(out, "warmbox {verdict} here ({fails} fail, {warns} warn)");
    out
}

fn one_line(text: &str) -> String {
    text.trim()
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_each_and_a_verdict() {
        let checks = [
            Check::ok("kernel", "Linux 6.1"),
            Check::warn("numpy", "missing", "apt-get install python3-numpy"),
        ];
        assert_eq!(
            render(&checks),
            "ok    kernel: Linux 6.1\n\
             warn  numpy: missing → apt-get install python3-numpy\n\
             warmbox can run programs here (0 fail, 1 warn)\n"
        );
        let text = render(&[Check::fail(
            "supervisor",
            "not\nthere\u{1b}[2J",
            "make build",
        )]);
        assert_eq!(
            text,
            "fail  supervisor: not there [2J → make build\n\
             warmbox cannot run programs here (1 fail, 0 warn)\n"
        );
    }
}
