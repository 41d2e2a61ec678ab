//! `warmbox health`: asks a server whether it is ready; for health checks in images that hold no
//! other client.

use super::{exit, fail};
use std::process::ExitCode;
use std::time::Duration;
use ureq::tls::TlsConfig;

const DEADLINE: Duration = Duration::from_secs(3);

pub(super) fn health(url: Option<&str>) -> ExitCode {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(DEADLINE))
        // Docker gives containers its client's proxy; this server is not behind it.
        .proxy(None)
        // Its certificate is not for this address; and nothing secret is asked or told.
        .tls_config(TlsConfig::builder().disable_verification(true).build())
        .build()
        .into();
    let port = std::env::var("WARMBOX_PORT").unwrap_or_else(|_| "5001".to_owned());
    let tls = std::env::var_os("WARMBOX_TLS_CERT").is_some_and(|file| !file.is_empty());
    let scheme = if tls { "https" } else { "http" };
    let here = format!("{scheme}://127.0.0.1:{port}");
    let url = format!("{}/readyz", url.unwrap_or(&here).trim_end_matches('/'));
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
