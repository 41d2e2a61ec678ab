//! A new configuration while the server runs: what can be taken is taken, what cannot is named, and
//! one that is wrong changes nothing.

use super::front::Tls;
use super::{Server, systemd};
use crate::config::Config;

/// What takes a new configuration. Cheap to clone.
#[derive(Clone)]
pub struct Reload {
    live: std::sync::Arc<super::live::Live>,
    tls: Option<Tls>,
    access: crate::access::Access,
    log: crate::logging::Log,
    status: String,
}

impl Server {
    pub fn reload(&self) -> Reload {
        Reload {
            live: self.live.clone(),
            tls: self.tls.clone(),
            access: self.access.clone(),
            log: self.log.clone(),
            status: format!("serves at {}://{}", self.scheme, self.address),
        }
    }
}

impl Reload {
    /// Takes what can be taken, all or nothing, and says which.
    pub fn reload(&self, load: impl FnOnce() -> Result<Config, String>) {
        systemd::reloading();
        match load().and_then(|fresh| self.take(&fresh)) {
            Ok((taken, left)) => {
                tracing::info!(?taken, needs_a_restart = ?left, "the configuration was read again");
                if !left.is_empty() {
                    tracing::warn!(needs_a_restart = ?left, "these settings have changed and are not taken before a restart");
                }
            }
            Err(error) => {
                tracing::error!(error, "the new configuration is wrong; the old one stays");
            }
        }
        systemd::ready(&self.status);
    }

    fn take(&self, fresh: &Config) -> Result<(Vec<&'static str>, Vec<&'static str>), String> {
        // All that can fail comes before anything is changed.
        let tls = match (&self.tls, &fresh.net.tls) {
            (Some(tls), Some(files)) => Some((tls, Tls::load(files).map_err(|it| it.to_string())?)),
            _ => None,
        };
        let keys = self
            .access
            .reload(&fresh.access)
            .map_err(|error| error.to_string())?;
        for warning in &keys.warnings {
            tracing::warn!("{warning}");
        }
        let (added, removed, changed) = (&keys.added, &keys.removed, &keys.changed);
        if !(added.is_empty() && removed.is_empty() && changed.is_empty()) {
            tracing::info!(?added, ?removed, ?changed, "the API keys are others now");
        }
        self.log.set_filter(&fresh.log_filter)?;
        if let Some((tls, fresh)) = tls {
            tls.take(&fresh);
        }
        Ok(self.live.take(fresh))
    }
}
