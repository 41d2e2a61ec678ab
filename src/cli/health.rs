//! `warmbox health`: asks a server whether it is ready; for health checks in images that hold no
//! other client.

use super::{exit, fail};
use std::process::ExitCode;
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(3);

pub(super) fn health(url: &str) -> ExitCode {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(DEADLINE))
        .build()
        .into();
    let url = format!("{}/readyz", url.trim_end_matches('/'));
    match agent.get(&url).call() {
        Err(error) => fail(exit::FAILED, &format!("no answer from {url}: {error}")),
        Ok(mut answer) => {
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            println!("{} {text}", answer.status());
            match answer.status().is_success() {
                true => ExitCode::SUCCESS,
                false => ExitCode::from(exit::FAILED),
            }
        }
    }
}
