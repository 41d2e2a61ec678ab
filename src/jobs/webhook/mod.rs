//! Tells the ends of jobs to whoever asked for it: signed, again and again for about an hour until it
//! is heard, and never to an address that clients have no business with.

mod address;
mod client;
mod secret;
mod target;

pub use client::CaError;
pub use secret::{SecretError, Secrets};
pub use target::TargetError;

use super::Executor;
use super::clock::wall_ms;
use super::store::{Found, Store, StoreError, Told};
use crate::config::WebhookSettings;
use crate::metrics::Metrics;
use bytes::Bytes;
use client::{Client, SendError};
use std::sync::Arc;
use std::time::Duration;
use target::Target;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Messages on their way at once.
const AT_ONCE: usize = 16;
/// From one try to the next, give or take a fifth; after the last it is given up.
const PAUSES_S: [u64; 7] = [1, 5, 30, 120, 600, 1200, 1800];
/// After a failure of the store.
const REST: Duration = Duration::from_millis(500);

/// Why a server cannot tell anybody anything, though it should.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Ca(#[from] CaError),
}

/// What tells. Cheap to clone.
#[derive(Clone)]
pub struct Webhooks {
    /// `None` where nobody is told anything.
    signing: Option<Arc<(Secrets, Client)>>,
    allow_private: bool,
    metrics: Arc<Metrics>,
}

impl Webhooks {
    /// Reads the files that the settings name.
    pub fn load(settings: &WebhookSettings, metrics: Arc<Metrics>) -> Result<Self, WebhookError> {
        let signing = match &settings.secret_file {
            None => None,
            Some(path) => {
                let secrets = Secrets::load(path)?;
                let client = Client::new(settings.ca_file.as_deref())?;
                Some(Arc::new((secrets, client)))
            }
        };
        Ok(Self {
            signing,
            allow_private: settings.allow_private,
            metrics,
        })
    }

    /// Nobody is told anything.
    pub fn off() -> Self {
        Self {
            signing: None,
            allow_private: false,
            metrics: Arc::default(),
        }
    }

    pub fn are_on(&self) -> bool {
        self.signing.is_some()
    }

    /// Judges what a client wrote.
    pub fn check(&self, url: &str) -> Result<(), TargetError> {
        Target::parse(url, self.allow_private).map(|_| ())
    }

    /// Tells what is due, until it is dropped.
    pub(super) async fn deliver(&self, store: Arc<dyn Store>, executor: Arc<dyn Executor>) {
        let places = Arc::new(Semaphore::new(AT_ONCE));
        let mut under_way = JoinSet::new();
        loop {
            while under_way.try_join_next().is_some() {}
            // Never closed.
            let Ok(place) = places.clone().acquire_owned().await else {
                return;
            };
            let found = match store.next_delivery().await {
                Ok(found) => found,
                Err(StoreError::Closed) => return std::future::pending().await,
                Err(error) => {
                    tracing::debug!(%error, "no end can be told for the moment");
                    sleep(REST).await;
                    continue;
                }
            };
            let (webhooks, store, executor) = (self.clone(), store.clone(), executor.clone());
            under_way.spawn(async move {
                let told = webhooks.tell(&found, &*executor).await;
                // Not kept: then it is told once more, which a receiver knows by its id.
                if let Err(error) = store.told(found.job.id, told).await {
                    tracing::warn!(job = %found.job.id, %error, "what came of a callback was not kept");
                }
                drop(place);
            });
        }
    }

    async fn tell(&self, found: &Found, executor: &dyn Executor) -> Told {
        let Some(callback) = &found.job.callback else {
            return Told::Delivered;
        };
        let Some(signing) = &self.signing else {
            let error = "this server has no webhook_secret_file any more".to_owned();
            return Told::Failed { error };
        };
        let (secrets, client) = &**signing;
        let id = found.job.id.to_string();
        let body = Bytes::from(executor.message(found));
        // The receiver compares it with its own clock.
        let timestamp_s = wall_ms() / 1000;
        let signature = secrets.sign(&id, timestamp_s, &body);
        let headers = [
            ("webhook-id", &*id),
            ("webhook-timestamp", &*timestamp_s.to_string()),
            ("webhook-signature", &*signature),
        ];
        let sent = match Target::parse(&callback.url, self.allow_private) {
            Ok(target) => client.post(&target, headers, body).await,
            Err(error) => Err(SendError::Refused(error)),
        };
        let told = match sent {
            Ok(()) => Told::Delivered,
            Err(error) => judge(&error, callback.attempts),
        };
        let (outcome, error) = match &told {
            Told::Delivered => ("delivered", None),
            Told::Again { error, .. } => ("again", Some(error)),
            Told::Failed { error } => ("failed", Some(error)),
        };
        self.metrics.webhook(outcome);
        let attempt = callback.attempts + 1;
        tracing::info!(
            job = id,
            attempt,
            outcome,
            error,
            "the end of a job was told"
        );
        told
    }
}

/// What is done about a try that came to nothing, after so many before it.
fn judge(error: &SendError, attempts: u32) -> Told {
    let words = error.to_string();
    let pause = PAUSES_S.get(attempts as usize);
    let last = matches!(
        error,
        SendError::Gone
            | SendError::Request(_)
            | SendError::Refused(
                TargetError::Private(_) | TargetError::Scheme | TargetError::Credentials
            )
    );
    match pause {
        Some(seconds) if !last => Told::Again {
            error: words,
            after: jittered(Duration::from_secs(*seconds)),
        },
        _ => Told::Failed { error: words },
    }
}

/// Up to a fifth more or less, so that many do not come again together.
fn jittered(time: Duration) -> Duration {
    let mut bytes = [0; 2];
    // Without randomness they come together.
    let _ = getrandom::fill(&mut bytes);
    let part = f64::from(u16::from_le_bytes(bytes)) / f64::from(u16::MAX);
    time.mul_f64(0.8 + 0.4 * part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_tried_for_about_an_hour_and_given_up_at_once_where_that_is_final() {
        let late = SendError::Late;
        let mut all = Duration::ZERO;
        for attempts in 0..PAUSES_S.len() as u32 {
            match judge(&late, attempts) {
                Told::Again { after, .. } => all += after,
                other => panic!("{other:?}"),
            }
        }
        let minutes = all.as_secs() / 60;
        assert!((45..80).contains(&minutes), "{minutes}");
        let given_up = judge(&late, PAUSES_S.len() as u32);
        assert!(matches!(given_up, Told::Failed { .. }));
        let home = TargetError::Private([127, 0, 0, 1].into());
        for error in [SendError::Gone, SendError::Refused(home)] {
            assert!(matches!(judge(&error, 0), Told::Failed { .. }), "{error}");
        }
        let nowhere = SendError::Refused(TargetError::Nowhere);
        assert!(matches!(judge(&nowhere, 0), Told::Again { .. }));
    }
}
