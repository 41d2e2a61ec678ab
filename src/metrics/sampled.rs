//! Figures that are asked for when somebody reads them: what is now, and totals that are kept
//! elsewhere.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::fmt;

/// All rows of one name.
pub struct Group {
    name: &'static str,
    help: &'static str,
    kind: Kind,
    rows: Vec<(Vec<(String, String)>, f64)>,
}

/// What a figure may do from one reading to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Grows; its name is written with `_total`.
    Counter,
    Gauge,
}

impl Group {
    pub fn new(name: &'static str, help: &'static str, kind: Kind) -> Self {
        Self {
            name,
            help,
            kind,
            rows: Vec::new(),
        }
    }

    /// A group of one row without labels.
    pub fn of(name: &'static str, help: &'static str, kind: Kind, value: f64) -> Self {
        let mut group = Self::new(name, help, kind);
        group.row([], value);
        group
    }

    pub fn row<const N: usize>(&mut self, labels: [(&str, &str); N], value: f64) {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        self.rows.push((labels.map(owned).to_vec(), value));
    }
}

/// Asks somebody for groups of figures.
pub struct Sampled(Box<dyn Fn() -> Vec<Group> + Send + Sync>);

impl Sampled {
    pub(super) fn new(groups: impl Fn() -> Vec<Group> + Send + Sync + 'static) -> Self {
        Self(Box::new(groups))
    }
}

impl fmt::Debug for Sampled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sampled")
    }
}

impl Collector for Sampled {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        for group in (self.0)() {
            let kind = match group.kind {
                Kind::Counter => MetricType::Counter,
                Kind::Gauge => MetricType::Gauge,
            };
            let mut metric = encoder.encode_descriptor(group.name, group.help, None, kind)?;
            for (labels, value) in group.rows {
                match labels.is_empty() {
                    true => write(&mut metric, group.kind, value)?,
                    false => write(&mut metric.encode_family(&labels)?, group.kind, value)?,
                }
            }
        }
        Ok(())
    }
}

fn write(metric: &mut MetricEncoder<'_>, kind: Kind, value: f64) -> fmt::Result {
    match kind {
        Kind::Counter => metric.encode_counter::<NoLabelSet, _, f64>(&value, None),
        Kind::Gauge => metric.encode_gauge(&value),
    }
}
