//! Who is next: a queue for each language, in which those who asked take turns. A hundred jobs of one
//! wait for each other, and nobody else for them.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use uuid::Uuid;

#[derive(Debug, Default)]
pub(super) struct Queue(HashMap<String, Turns>);

/// The jobs of one language.
#[derive(Debug, Default)]
struct Turns {
    /// In the order of their next turns; each has something waiting.
    owners: VecDeque<Arc<str>>,
    /// Of each the oldest first.
    waiting: HashMap<Arc<str>, BTreeSet<Uuid>>,
}

impl Queue {
    pub(super) fn add(&mut self, language: &str, owner: &Arc<str>, id: Uuid) {
        let turns = match self.0.get_mut(language) {
            Some(turns) => turns,
            None => self.0.entry(language.to_owned()).or_default(),
        };
        let waiting = turns.waiting.entry(owner.clone()).or_default();
        if waiting.is_empty() {
            turns.owners.push_back(owner.clone());
        }
        waiting.insert(id);
    }

    pub(super) fn next(&mut self, language: &str) -> Option<Uuid> {
        let turns = self.0.get_mut(language)?;
        let owner = turns.owners.pop_front()?;
        let waiting = turns.waiting.get_mut(&owner)?;
        let id = waiting.pop_first();
        match waiting.is_empty() {
            true => drop(turns.waiting.remove(&owner)),
            false => turns.owners.push_back(owner),
        }
        id
    }

    pub(super) fn remove(&mut self, language: &str, owner: &Arc<str>, id: Uuid) {
        let Some(turns) = self.0.get_mut(language) else {
            return;
        };
        let Some(waiting) = turns.waiting.get_mut(owner) else {
            return;
        };
        waiting.remove(&id);
        if waiting.is_empty() {
            turns.waiting.remove(owner);
            turns.owners.retain(|other| other != owner);
        }
    }

    pub(super) fn has(&self, language: &str) -> bool {
        let turns = self.0.get(language);
        turns.is_some_and(|turns| !turns.owners.is_empty())
    }

    /// The one that was made first.
    pub(super) fn oldest(&self) -> Option<Uuid> {
        let all = self.0.values().flat_map(|turns| turns.waiting.values());
        all.filter_map(|waiting| waiting.first().copied()).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_who_asks_has_turns_of_his_own() {
        let mut queue = Queue::default();
        let ids: Vec<Uuid> = (0..7).map(|_| Uuid::now_v7()).collect();
        for (id, owner) in ids.iter().zip(["a", "a", "a", "a", "b", "b", "c"]) {
            queue.add("python", &owner.into(), *id);
        }
        queue.add("cpp", &"a".into(), Uuid::nil());
        assert_eq!(queue.oldest(), Some(Uuid::nil()));
        queue.remove("python", &"a".into(), ids[1]);
        let mut order = Vec::new();
        while let Some(id) = queue.next("python") {
            order.push(ids.iter().position(|other| *other == id).unwrap());
            if order.len() == 2 {
                // Given back: before the others of the same who asked.
                queue.add("python", &"a".into(), ids[0]);
            }
        }
        assert_eq!(order, [0, 4, 6, 0, 5, 2, 3]);
        assert!(!queue.has("python") && queue.has("cpp"));
        queue.remove("cpp", &"a".into(), Uuid::nil());
        assert!(!queue.has("cpp") && queue.oldest().is_none());
    }
}
