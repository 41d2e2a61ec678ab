//! What a run tells whoever follows it, in the words of the HTTP interface. Its field names are public.

use crate::judge::{TestAnswer, Totals, Verdict};
use crate::run::answer::{Answer, CompileAnswer, OutputFile, Status, Timings, UsageAnswer};
use crate::run::text::Encoding;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

/// One event. They come in this order: `queued`, `compile` where the language compiles, `started`,
/// what the program does, and last `result` or `error`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event<'a> {
    /// The run is accepted under this id. Its place among those that wait for a runner, from 1; 0
    /// when one was ready.
    Queued {
        run_id: Uuid,
        position: usize,
    },
    Compile {
        compile: &'a CompileAnswer,
    },
    /// The program was started.
    Started,
    Stdout {
        text: &'a str,
    },
    Stderr {
        text: &'a str,
    },
    /// A test was judged. They come as they finish.
    Test {
        test: &'a TestAnswer,
    },
    /// A picture, as a data URL.
    Image {
        image: &'a str,
    },
    /// The program waits for standard input, and has been given all that was sent. Told once until
    /// it is sent more.
    WaitingForInput,
    /// About once a second.
    Usage {
        usage: UsageAnswer,
    },
    /// The answer, without what came before it.
    Result {
        result: Box<Rest<'a>>,
    },
    /// There is no answer: a problem document.
    Error {
        #[schema(value_type = Object)]
        problem: &'a RawValue,
    },
}

/// An answer without what was told already: the program's output, its pictures, its tests. They may
/// be large, and many clients take no large message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Result)]
pub struct Rest<'a> {
    run_id: Uuid,
    language: &'a str,
    status: Status,
    limit: Option<&'static str>,
    exit_code: Option<i32>,
    signal: Option<&'a str>,
    encoding: Encoding,
    truncated: bool,
    stdout_bytes: u64,
    stderr_bytes: u64,
    images_omitted: u32,
    files: &'a [OutputFile],
    files_omitted: u32,
    compile: Option<&'a CompileAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    totals: Option<Totals>,
    usage: UsageAnswer,
    timings: Timings,
    instance: &'a str,
    version: &'a str,
}

impl<'a> From<&'a Answer> for Rest<'a> {
    /// Taken apart field by field, so that a new one is a decision to be made here.
    fn from(answer: &'a Answer) -> Self {
        let Answer {
            run_id,
            language,
            status,
            limit,
            exit_code,
            signal,
            stdout: _,
            stderr: _,
            output: _,
            encoding,
            truncated,
            stdout_bytes,
            stderr_bytes,
            images: _,
            images_omitted,
            files,
            files_omitted,
            compile,
            judged,
            usage,
            timings,
            instance,
            version,
        } = answer;
        Self {
            run_id: *run_id,
            language,
            status: *status,
            limit: *limit,
            exit_code: *exit_code,
            signal: signal.as_deref(),
            encoding: *encoding,
            truncated: *truncated,
            stdout_bytes: *stdout_bytes,
            stderr_bytes: *stderr_bytes,
            images_omitted: *images_omitted,
            files,
            files_omitted: *files_omitted,
            compile: compile.as_ref(),
            verdict: judged.as_ref().map(|judged| judged.verdict),
            totals: judged.as_ref().map(|judged| judged.totals),
            usage: *usage,
            timings: *timings,
            instance,
            version,
        }
    }
}

impl Event<'_> {
    /// As in `event`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Queued { .. } => "queued",
            Self::Compile { .. } => "compile",
            Self::Started => "started",
            Self::Stdout { .. } => "stdout",
            Self::Stderr { .. } => "stderr",
            Self::Test { .. } => "test",
            Self::Image { .. } => "image",
            Self::WaitingForInput => "waiting_for_input",
            Self::Usage { .. } => "usage",
            Self::Result { .. } => "result",
            Self::Error { .. } => "error",
        }
    }

    /// The JSON of this event as the one of that number.
    pub(super) fn write(&self, number: u64) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct Numbered<'a> {
            seq: u64,
            #[serde(flatten)]
            event: &'a Event<'a>,
        }
        serde_json::to_string(&Numbered {
            seq: number,
            event: self,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_says_its_number_and_its_name() {
        let written = |event: Event<'_>| {
            let json: serde_json::Value = serde_json::from_str(&event.write(7).unwrap()).unwrap();
            assert_eq!(
                (&json["seq"], &json["event"]),
                (&7.into(), &event.name().into())
            );
            json
        };
        assert_eq!(written(Event::Stdout { text: "a\n" })["text"], "a\n");
        written(Event::Started);
        written(Event::WaitingForInput);
        let run_id = Uuid::nil();
        assert_eq!(
            written(Event::Queued {
                run_id,
                position: 3
            })["position"],
            3
        );
    }
}
