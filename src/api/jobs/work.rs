//! What a job is executed by: the same checks and the same way as a request that waits for its answer.

use super::document;
use crate::api::ApiState;
use crate::api::audit::RunLine;
use crate::api::execute::to_run;
use crate::api::gate::Caller;
use crate::api::problem::Problem;
use crate::api::service::ServiceError;
use crate::api::{VERSION, blobs, body};
use crate::follow::{Event, Follow};
use crate::jobs::{Ended, Ending, Executor, Failure, Found, Job};
use crate::run;
use crate::run::answer::{Answer, Status};
use crate::run::request::RunRequest;
use bytes::Bytes;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// From here on an answer takes more than about a millisecond to write.
const LARGE_BYTES: usize = 1 << 20;

/// Executes jobs as the interface executes requests.
pub struct Work(pub Arc<ApiState>);

impl Executor for Work {
    fn execute<'a>(
        &'a self,
        job: &'a Job,
        work: Vec<u8>,
        cancel: CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Ended> + Send + 'a>> {
        Box::pin(async move {
            match self.prepare(job, &work).await {
                Ok((caller, request)) => self.run(job, &caller, request, cancel).await,
                Err(problem) if problem.is_for_now() => Ended::NotBegun {
                    why: problem.detail().to_owned(),
                },
                // It was right when it was sent: the server's settings are others now, or a blob is gone.
                Err(problem) => Ended::Ending(Ending {
                    result: None,
                    failure: Some(Failure {
                        code: problem.code().to_owned(),
                        detail: problem.detail().to_owned(),
                    }),
                }),
            }
        })
    }

    fn exhausted(&self, job: &Job) -> Ending {
        let (language, instance) = (job.language.clone(), self.0.instance.clone());
        let answer = run::nothing(job.id, language, instance, VERSION);
        let attempts = job.attempts;
        Ending {
            result: serde_json::to_vec(&answer).ok().map(Bytes::from),
            failure: Some(Failure {
                code: "attempts_exhausted".to_owned(),
                detail: format!(
                    "it was begun {attempts} times, and each time its runner or the server was lost; it is not begun again"
                ),
            }),
        }
    }

    fn message(&self, found: &Found) -> Vec<u8> {
        document::message(found)
    }
}

impl Work {
    async fn prepare(&self, job: &Job, work: &[u8]) -> Result<(Caller, RunRequest), Problem> {
        let state = &self.0;
        let language = state.language(&job.language)?;
        let parsed = body::parse_json(work, &language, state)?;
        let parsed = blobs::fetch(state, &job.owner, &language, parsed).await?;
        let caller = Caller {
            key: (!job.owner.is_empty()).then(|| job.owner.as_str().into()),
            address: job.client,
            request_id: job.request_id.clone(),
            place: None,
        };
        let request = to_run(&caller, language, parsed);
        Ok((caller, request))
    }

    async fn run(
        &self,
        job: &Job,
        caller: &Caller,
        request: RunRequest,
        cancel: CancellationToken,
    ) -> Ended {
        let state = &self.0;
        let line = RunLine::new(caller, &request, state.access.now().audit_code).of_job(job.id);
        let going = state.feeds.begin(job.id, job.attempts);
        let follow = Follow::aside(going.feed.clone());
        let executing = state.execute(request, cancel.clone(), Some(follow));
        let error = match executing.await {
            Ok(answer) if answer.status == Status::Cancelled => {
                return Ended::Cancelled { begun: true };
            }
            Ok(answer) => {
                line.executed(&answer);
                let result = Box::new((&answer).into());
                going.feed.push(&Event::Result { result });
                return match write(answer).await {
                    Some(bytes) => Ended::Ending(Ending {
                        result: Some(bytes.into()),
                        failure: None,
                    }),
                    None => Ended::Lost {
                        why: "its answer could not be written".to_owned(),
                    },
                };
            }
            Err(error) => error,
        };
        if cancel.is_cancelled() {
            return Ended::Cancelled { begun: false };
        }
        line.refused();
        let why = error.to_string();
        match error {
            ServiceError::Internal { .. } => Ended::Lost { why },
            ServiceError::Busy { .. }
            | ServiceError::Unavailable { .. }
            | ServiceError::Stopping { .. }
            | ServiceError::Guarded { .. } => Ended::NotBegun { why },
            ServiceError::Wrong { code, .. } | ServiceError::Unsupported { code, .. } => {
                Ended::Ending(Ending {
                    result: None,
                    failure: Some(Failure {
                        code: code.to_owned(),
                        detail: why,
                    }),
                })
            }
        }
    }
}

async fn write(answer: Answer) -> Option<Vec<u8>> {
    if answer.text_bytes() < LARGE_BYTES {
        return serde_json::to_vec(&answer).ok();
    }
    let written = tokio::task::spawn_blocking(move || serde_json::to_vec(&answer));
    written.await.ok()?.ok()
}
