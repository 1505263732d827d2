//! Coverage as data: the part `coverage` of the record `enact.tests/1`.

use serde::Serialize;

use super::{Coverage, Kind};
use crate::source::Sources;

/// The record. Keys stand in this order.
#[derive(Debug, Serialize)]
pub struct Record {
    kinds: Vec<Kinds>,
    uncovered: Vec<Uncovered>,
}

#[derive(Debug, Serialize)]
struct Kinds {
    kind: &'static str,
    covered: usize,
    total: usize,
}

#[derive(Debug, Serialize)]
struct Uncovered {
    kind: &'static str,
    name: String,
    at: String,
    lacking: &'static str,
}

impl Record {
    /// Makes the record.
    pub fn new(coverage: &Coverage, sources: &Sources) -> Self {
        let kinds = Kind::ALL.map(|kind| {
            let count = coverage.count(kind);
            Kinds { kind: kind.plural(), covered: count.covered, total: count.total }
        });
        let uncovered = coverage.items().iter().filter_map(|item| {
            let lacking = item.lacking()?;
            let at = sources.place(item.place);
            Some(Uncovered { kind: item.kind.plural(), name: item.name.clone(), at, lacking })
        });
        Record { kinds: kinds.into(), uncovered: uncovered.collect() }
    }
}
