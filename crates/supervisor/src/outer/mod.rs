//! The embedded engine's outer wall: what a container is for the docker engine, made by the
//! supervisor itself.
//!
//! Two processes share the work. The *keeper* is what the server starts; it stays in the
//! host's namespaces, holds the runner's block of identities and its cgroup, and waits. Its
//! child becomes PID 1 of new namespaces, builds a read-only root ([`root`]) and serves the
//! link. When the server dies, the link's end reaches both: the child exits, the kernel kills
//! everything in its pid namespace, and the keeper gives the identities back.

mod identity;
mod keeper;
mod root;
mod seal;

pub use keeper::keep;
