//! Runs that somebody follows while they go on: what such a run tells, what it is told, and how a
//! client that lost its connection finds it again. Knows nothing of HTTP; a run goes on in the same
//! way whether it is followed by a WebSocket, by server-sent events or by nobody any more.

mod event;
mod feed;
mod feeds;
mod input;
mod runs;
mod told;

pub use event::Event;
pub use feed::{Entry, Feed, Next, Reader};
pub use feeds::{Feeds, Going};
pub use input::{Full, Input};
pub use runs::{LiveRun, Runs, TooMany};
pub use told::{Command, Follow};
