//! What the cache tells about itself: figures only.

use serde::Serialize;
use utoipa::ToSchema;

/// The part `cache` of `GET /pool/stats`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct CacheStats {
    /// Requests that got a program that had been compiled before, from whichever tier.
    pub hits_total: u64,
    /// Requests that waited for another's compile stage and got what came of it.
    pub shared_total: u64,
    /// Requests whose program had to be compiled.
    pub misses_total: u64,
    pub memory: TierStats,
    pub disk: DiskStats,
}

/// One tier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct TierStats {
    pub entries: u64,
    pub bytes: u64,
    /// As configured; 0 is off.
    pub max_bytes: u64,
    pub hits_total: u64,
    /// Looks that found nothing here, or nothing that could be used.
    pub misses_total: u64,
    /// Entries that made room for others.
    pub evicted_total: u64,
}

/// The tier on disk.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct DiskStats {
    /// `null` where there is none.
    pub folder: Option<String>,
    #[serde(flatten)]
    pub tier: TierStats,
    /// Files that were not whole, not ours or not in their place, and were removed.
    pub refused_total: u64,
    /// Why it does not work, or why nothing could be written when that was last tried; `null`
    /// when all is well.
    pub last_error: Option<String>,
}
