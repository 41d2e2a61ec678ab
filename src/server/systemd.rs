//! What the service tells the one who started it, where that is systemd. Elsewhere nothing is
//! told. A notice that cannot be sent changes nothing for those who are served.

use sd_notify::NotifyState;

pub(super) fn ready(status: &str) {
    tell(&[NotifyState::Ready, NotifyState::Status(status)]);
}

pub(super) fn status(status: &str) {
    tell(&[NotifyState::Status(status)]);
}

pub(super) fn stopping() {
    tell(&[
        NotifyState::Stopping,
        NotifyState::Status("running work finishes"),
    ]);
}

pub(super) fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// To be followed by `ready`, for `Type=notify-reload`.
pub(super) fn reloading() {
    if let Ok(now) = NotifyState::monotonic_usec_now() {
        tell(&[NotifyState::Reloading, now]);
    }
}

/// How often it wants to hear that the service makes progress.
pub(super) fn watchdog() -> Option<std::time::Duration> {
    sd_notify::watchdog_enabled()
}

fn tell(what: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(what) {
        tracing::debug!(%error, "the service manager was not told");
    }
}
