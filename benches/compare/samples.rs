//! Durations, and what can be said of many.

use std::time::Duration;

/// What one way took, round by round.
#[derive(Debug, Default, Clone)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn extend(&mut self, more: Samples) {
        self.0.extend(more.0);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// The nearest-rank percentile, in milliseconds.
    pub(crate) fn percentile_ms(&self, percent: usize) -> f64 {
        let milliseconds = self.0.iter().map(|took| took.as_secs_f64() * 1000.0);
        percentile(milliseconds.collect(), percent)
    }

    /// By how much the second half of the run was slower than the first, as a ratio of medians.
    pub(crate) fn drift(&self) -> f64 {
        let (first, second) = self.0.split_at(self.0.len() / 2);
        let median = |half: &[Duration]| Samples(half.to_vec()).percentile_ms(50);
        median(second) / median(first)
    }
}

/// The median of plain figures.
pub(crate) fn median(figures: &[f64]) -> f64 {
    percentile(figures.to_vec(), 50)
}

fn percentile(mut figures: Vec<f64>, percent: usize) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    let rank = (figures.len() * percent).div_ceil(100).max(1);
    figures.get(rank - 1).copied().unwrap_or(f64::NAN)
}
