//! The life of a service: its states, stops and restarts under load, health, and what must not end
//! it in silence.

mod clock;
mod figures;
pub(crate) mod health;
mod load;
mod network;
mod restarts;
mod silence;
mod stopping;
mod systems;
