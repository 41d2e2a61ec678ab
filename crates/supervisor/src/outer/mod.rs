//! The outer wall, put up once for every runner, in both engines alike.
//!
//! Two processes share the work. The *keeper* is what the engine starts; it stays in the
//! namespaces that it was started in, holds the runner's block of identities and its cgroup, and
//! waits. Its child becomes PID 1 of new namespaces, builds a read-only root ([`root`]) and
//! serves the link. When the server dies, the link's end reaches both: the child exits, the
//! kernel kills everything in its pid namespace, and the keeper gives the identities back.
//!
//! In the embedded engine this is all there is between a runner and the host. In a container the
//! keeper is PID 1, and everything here stands inside the container's own walls; its identities
//! and its cgroup are the engine's to give and to take back.

mod identity;
mod keeper;
mod root;
mod seal;

pub use keeper::keep;
