//! Steps of the server's wall clock.

#[path = "../../../tests/clock/mod.rs"]
mod own;

pub(super) use own::Clock;
use std::time::Duration;

const HOUR: i64 = 3600;
const PAUSE: Duration = Duration::from_secs(2);

/// An hour ahead, an hour behind, and right again.
pub(super) fn step(clock: &Clock) -> anyhow::Result<()> {
    for seconds in [HOUR, -HOUR, 0] {
        clock.step(seconds)?;
        std::thread::sleep(PAUSE);
    }
    Ok(())
}
