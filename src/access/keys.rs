//! The API keys of a server: who is who, and what is left to whom.

use super::limits::{KeyLimits, Meters, Place, RateRefused, RateState};
use super::{Digest, Reloaded, digest};
use std::collections::HashMap;
use std::sync::Arc;

/// All keys, by the digest of their secret.
#[derive(Debug, Default)]
pub struct Keys(HashMap<Digest, Arc<Key>>);

/// One key. Its secret is not known here.
#[derive(Debug)]
pub struct Key {
    pub name: Arc<str>,
    pub limits: KeyLimits,
    pub(super) digest: Digest,
    meters: Meters,
}

impl Key {
    pub(super) fn new(name: &str, digest: Digest, limits: KeyLimits) -> Self {
        Self {
            name: name.into(),
            limits,
            digest,
            meters: Meters::new(limits),
        }
    }

    /// A place among this key's requests: `Ok(None)` where they are not counted.
    ///
    /// # Errors
    /// The number of places, where all are taken.
    pub fn place(&self) -> Result<Option<Place>, u32> {
        let most = self.limits.concurrency.map_or(0, |most| most.get());
        self.meters.place().map_err(|()| most)
    }

    /// Counts one request: `Ok(None)` where there is no limit.
    ///
    /// # Errors
    /// The limit and how long to wait, where the key has asked too often.
    pub fn count(&self) -> Result<Option<RateState>, RateRefused> {
        match self.limits.rate {
            None => Ok(None),
            Some(rate) => self.meters.count(rate),
        }
    }
}

impl Keys {
    pub(super) fn of(keys: impl IntoIterator<Item = Key>) -> Self {
        let by_digest = |key: Key| (key.digest, Arc::new(key));
        Self(keys.into_iter().map(by_digest).collect())
    }

    /// Whose secret this is. The look-up is by digest: how long it takes depends on the digest of
    /// what was sent, from which nothing follows about the digests that are here. One SHA-256 is
    /// enough, where a password would need a slow one: a key is 256 random bits, which nobody can
    /// try out, not even with this file in hand.
    pub fn whose(&self, secret: &str) -> Option<&Arc<Key>> {
        self.find(&digest(secret.as_bytes()))
    }

    pub(super) fn find(&self, digest: &Digest) -> Option<&Arc<Key>> {
        self.0.get(digest)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These keys, with what the old ones of the same name and secret had used up and running, as
    /// far as their limits are the same.
    pub fn reload(self, old: &Self) -> Self {
        Self::of(self.0.into_values().map(|key| {
            let (name, limits) = (key.name.clone(), key.limits);
            let mut meters = Meters::new(limits);
            if let Some(old) = old.0.get(&key.digest).filter(|old| old.name == name) {
                meters.keep(limits, &old.meters, old.limits);
            }
            Key {
                name,
                limits,
                digest: key.digest,
                meters,
            }
        }))
    }

    /// What is different from the old keys.
    pub(super) fn compare(&self, old: &Self, told: &mut Reloaded) {
        let by_name = |keys: &Self| -> HashMap<Arc<str>, Arc<Key>> {
            let named = |key: &Arc<Key>| (key.name.clone(), key.clone());
            keys.0.values().map(named).collect()
        };
        let (new, old) = (by_name(self), by_name(old));
        for (name, key) in &new {
            match old.get(name) {
                None => told.added.push(name.to_string()),
                Some(old) if old.digest != key.digest || old.limits != key.limits => {
                    told.changed.push(name.to_string());
                }
                Some(_) => {}
            }
        }
        let gone = old.keys().filter(|name| !new.contains_key(*name));
        told.removed.extend(gone.map(ToString::to_string));
        for names in [&mut told.added, &mut told.removed, &mut told.changed] {
            names.sort();
        }
    }
}
