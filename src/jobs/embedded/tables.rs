//! What lies in the file, and how. Each value begins with the number of its format.

use super::calm::{Calm, calm};
use super::index::Scope;
use crate::access::Digest;
use crate::jobs::job::{Job, Moment};
use crate::jobs::store::Found;
use redb::{ReadTransaction, ReadableTable, Table, TableDefinition, WriteTransaction};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

type Id = [u8; 16];

/// What is known of each job.
const JOBS: TableDefinition<'static, Id, &'static [u8]> = TableDefinition::new("jobs");
/// What is to be executed, for as long as it may have to be.
const WORK: TableDefinition<'static, Id, &'static [u8]> = TableDefinition::new("work");
const RESULTS: TableDefinition<'static, Id, &'static [u8]> = TableDefinition::new("results");
/// Submissions that may be sent again.
const KEYS: TableDefinition<'static, &'static [u8], &'static [u8]> = TableDefinition::new("keys");

/// Of values; a file with another one is not read.
const FORMAT: u8 = 1;

/// Why a file was not read or written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    File(Box<redb::Error>),
    #[error("a record in it is not as this version writes it")]
    Format,
}

impl<E: Into<redb::Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::File(Box::new(error.into()))
    }
}

/// A submission that may be sent again.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) owner: String,
    pub(super) key: String,
    pub(super) digest: Digest,
    pub(super) ids: Vec<Uuid>,
    pub(super) until: Moment,
}

/// All tables, in one transaction that writes.
pub(super) struct Tables<'t> {
    jobs: Calm<Table<'t, Id, &'static [u8]>>,
    work: Calm<Table<'t, Id, &'static [u8]>>,
    results: Calm<Table<'t, Id, &'static [u8]>>,
    keys: Calm<Table<'t, &'static [u8], &'static [u8]>>,
}

impl<'t> Tables<'t> {
    pub(super) fn open(transaction: &'t WriteTransaction) -> Result<Self, Trouble> {
        Ok(Self {
            jobs: calm(transaction.open_table(JOBS)?),
            work: calm(transaction.open_table(WORK)?),
            results: calm(transaction.open_table(RESULTS)?),
            keys: calm(transaction.open_table(KEYS)?),
        })
    }

    pub(super) fn job(&self, id: Uuid) -> Result<Option<Job>, Trouble> {
        let found = self.jobs.get(id.into_bytes())?;
        found.map(|bytes| decode(bytes.value())).transpose()
    }

    pub(super) fn put_job(&mut self, job: &Job) -> Result<(), Trouble> {
        let bytes = encode(job)?;
        self.jobs.insert(job.id.into_bytes(), &*bytes)?;
        Ok(())
    }

    pub(super) fn work(&self, id: Uuid) -> Result<Option<Vec<u8>>, Trouble> {
        let found = self.work.get(id.into_bytes())?;
        Ok(found.map(|bytes| bytes.value().to_vec()))
    }

    pub(super) fn put_work(&mut self, id: Uuid, work: &[u8]) -> Result<(), Trouble> {
        self.work.insert(id.into_bytes(), work)?;
        Ok(())
    }

    pub(super) fn remove_work(&mut self, id: Uuid) -> Result<(), Trouble> {
        self.work.remove(id.into_bytes())?;
        Ok(())
    }

    pub(super) fn put_result(&mut self, id: Uuid, result: &[u8]) -> Result<(), Trouble> {
        self.results.insert(id.into_bytes(), result)?;
        Ok(())
    }

    pub(super) fn result(&self, id: Uuid) -> Result<Option<Vec<u8>>, Trouble> {
        let found = self.results.get(id.into_bytes())?;
        Ok(found.map(|bytes| bytes.value().to_vec()))
    }

    pub(super) fn remove(&mut self, id: Uuid) -> Result<(), Trouble> {
        self.jobs.remove(id.into_bytes())?;
        self.work.remove(id.into_bytes())?;
        self.results.remove(id.into_bytes())?;
        Ok(())
    }

    pub(super) fn put_key(&mut self, kept: &Kept) -> Result<(), Trouble> {
        let bytes = encode(kept)?;
        self.keys.insert(&*name(&kept.owner, &kept.key), &*bytes)?;
        Ok(())
    }

    pub(super) fn remove_key(&mut self, (owner, key): &Scope) -> Result<(), Trouble> {
        self.keys.remove(&*name(owner, key))?;
        Ok(())
    }

    /// Every job, with what its texts take.
    pub(super) fn all_jobs(
        &self,
        mut each: impl FnMut(Job, u64) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        for row in self.jobs.iter()? {
            let (id, bytes) = row?;
            let length = |found: Option<redb::AccessGuard<'_, &'static [u8]>>| {
                found.map_or(0, |bytes| bytes.value().len() as u64)
            };
            let texts = length(self.work.get(id.value())?) + length(self.results.get(id.value())?);
            each(decode(bytes.value())?, texts)?;
        }
        Ok(())
    }

    pub(super) fn all_keys(&self) -> Result<Vec<Kept>, Trouble> {
        let mut all = Vec::new();
        for row in self.keys.iter()? {
            all.push(decode(row?.1.value())?);
        }
        Ok(all)
    }
}

/// A job as it stands in the file, with its result where it has one and that is wanted.
pub(super) fn read(
    transaction: &ReadTransaction,
    id: Uuid,
    with_result: bool,
) -> Result<Option<Found>, Trouble> {
    let found = transaction.open_table(JOBS)?.get(id.into_bytes())?;
    let Some(bytes) = found else {
        return Ok(None);
    };
    let result = match with_result {
        true => transaction.open_table(RESULTS)?.get(id.into_bytes())?,
        false => None,
    };
    Ok(Some(Found {
        job: decode(bytes.value())?,
        result: result.map(|bytes| bytes.value().to_vec().into()),
    }))
}

/// With its length in front, so that no two of them are the same.
fn name(owner: &str, key: &str) -> Vec<u8> {
    let length = u32::try_from(owner.len()).unwrap_or(u32::MAX);
    [&length.to_be_bytes(), owner.as_bytes(), key.as_bytes()].concat()
}

fn encode(value: &impl Serialize) -> Result<Vec<u8>, Trouble> {
    postcard::to_extend(value, vec![FORMAT]).map_err(|_| Trouble::Format)
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Trouble> {
    match bytes.split_first() {
        Some((&FORMAT, rest)) => postcard::from_bytes(rest).map_err(|_| Trouble::Format),
        _ => Err(Trouble::Format),
    }
}
