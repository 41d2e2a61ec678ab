//! What a client says on a WebSocket after its request, and what is done at it.

use crate::api::problem::Problem;
use crate::follow::{Command, Input, LiveRun};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use warmbox_protocol::TerminalSize;

/// One message.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    Stdin {
        data: String,
        #[serde(default)]
        encoding: Encoding,
    },
    StdinEof,
    Signal {
        signal: String,
    },
    Resize {
        rows: u16,
        columns: u16,
    },
    Cancel,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    #[default]
    Utf8,
    Base64,
}

/// Signals that a program may be sent, by their numbers (signal(7), x86 and ARM).
const SIGNALS: [(&str, i32); 11] = [
    ("HUP", 1),
    ("INT", 2),
    ("QUIT", 3),
    ("KILL", 9),
    ("USR1", 10),
    ("USR2", 12),
    ("ALRM", 14),
    ("TERM", 15),
    ("CONT", 18),
    ("STOP", 19),
    ("WINCH", 28),
];

/// Does what one message says.
pub(super) fn obey(run: &LiveRun, text: &str) -> Result<(), Problem> {
    let said = serde_json::from_str(text).map_err(|error| {
        Problem::new(400, "invalid_message", "Invalid message", error.to_string())
    })?;
    match said {
        Said::Cancel => run.cancel.cancel(),
        Said::StdinEof => run.input.iter().for_each(Input::close),
        Said::Stdin { data, encoding } => {
            let bytes = match encoding {
                Encoding::Utf8 => data.into_bytes(),
                Encoding::Base64 => STANDARD.decode(&data).map_err(|error| {
                    Problem::field(
                        "invalid_base64",
                        "data",
                        format!("data is not base64: {error}"),
                    )
                })?,
            };
            let input = run.input.as_ref().ok_or_else(|| {
                let detail = "this run was begun with all of its input".to_owned();
                Problem::field("no_stdin", "type", detail)
            })?;
            input.write(bytes.into()).map_err(|full| {
                let detail = format!("{full}; wait until it has");
                Problem::new(413, "stdin_unread", "Too much input", detail)
            })?;
        }
        Said::Signal { signal } => {
            let number = signal_number(&signal).ok_or_else(|| {
                let names = SIGNALS.map(|(name, _)| name).join(", ");
                let detail = format!("the signal {signal:?} cannot be sent; these can: {names}");
                Problem::field("unknown_signal", "signal", detail)
            })?;
            tell(run, Command::Signal(number))?;
        }
        Said::Resize { rows, columns } => {
            tell(run, Command::Resize(TerminalSize { rows, columns }))?;
        }
    }
    Ok(())
}

fn tell(run: &LiveRun, command: Command) -> Result<(), Problem> {
    match run.tell(command) {
        true => Ok(()),
        false => {
            let detail = "signals and sizes came faster than they could be delivered".to_owned();
            Err(Problem::new(
                429,
                "too_many_messages",
                "Too many messages",
                detail,
            ))
        }
    }
}

/// By its name, with or without `SIG`.
fn signal_number(name: &str) -> Option<i32> {
    let name = name.strip_prefix("SIG").unwrap_or(name);
    let known = SIGNALS.iter().find(|(known, _)| *known == name);
    known.map(|(_, number)| *number)
}
