//! What all rows came to: counts by outcome and by what decided, and who went from one outcome to another.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use serde::Serialize;

use super::answer::Asked;
use super::known::{Entry, Known};

/// The schema of the record.
pub const BATCH_SCHEMA: &str = "enact.batch/1";

/// How many rows are named of those that go from one outcome to another.
const MAX_EXAMPLES: usize = 5;

/// Counts under way.
#[derive(Debug)]
pub struct Summary<'p> {
    asked: Vec<Asked<'p>>,
    pub(super) rows: u64,
    pub(super) refused: u64,
    decisions: Vec<Counts>,
    compared: bool,
}

#[derive(Debug, Default)]
struct Counts {
    outcomes: BTreeMap<String, u64>,
    /// By what decided; a row counts for each rule that did.
    rules: BTreeMap<String, u64>,
    /// By the outcomes before and after.
    moved: FxHashMap<(String, String), Moved>,
}

/// Rows with the same two outcomes.
#[derive(Debug, Default)]
struct Moved {
    rows: u64,
    /// The first of them: number and id.
    first: Vec<(u64, String)>,
}

/// The record `enact.batch/1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SummaryRecord {
    /// [`BATCH_SCHEMA`].
    pub schema: &'static str,
    /// The policy asked.
    pub policy: String,
    /// All rows, those that are refused included.
    pub rows: u64,
    /// Rows that could not be read.
    pub refused: u64,
    /// What is asked, in the order asked.
    pub decisions: Vec<DecisionSummary>,
}

/// What all rows came to in one decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecisionSummary {
    /// Its name.
    pub name: String,
    /// By value or status; the most rows first.
    pub outcomes: Vec<Count>,
    /// By rule that decided; the most rows first. A row counts for each of its rules.
    pub rules: Vec<Count>,
    /// With a text to compare: rows by the outcomes before and after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Vec<Impact>>,
}

/// A number of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// What they have in common.
    pub name: String,
    /// How many there are.
    pub rows: u64,
}

/// Rows with the same outcomes before and after.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// The outcome before.
    pub before: String,
    /// The outcome after.
    pub after: String,
    /// How many there are.
    pub rows: u64,
    /// The ids of the first; none where nothing moved.
    pub first: Vec<String>,
}

impl<'p> Summary<'p> {
    pub(super) fn new(asked: Vec<Asked<'p>>, compared: bool) -> Summary<'p> {
        let decisions = asked.iter().map(|_| Counts::default()).collect();
        Summary { asked, rows: 0, refused: 0, decisions, compared }
    }

    /// Counts the rows of all answers that are known.
    pub(super) fn count(&mut self, known: &Known<'p>) {
        for entry in known.entries().iter().filter(|entry| entry.rows > 0) {
            let (asked, counts) = (&self.asked[entry.asked], &mut self.decisions[entry.asked]);
            *counts.outcomes.entry(entry.outcome.clone()).or_default() += entry.rows;
            for reason in asked.reasons(&entry.answer) {
                *counts.rules.entry(reason.to_owned()).or_default() += entry.rows;
            }
        }
    }

    /// Counts a row under both texts: its outcomes before and after.
    pub(super) fn compare(
        &mut self,
        place: usize,
        (before, after): (&Entry, &Entry),
        number: u64,
        id: impl FnOnce() -> String,
    ) {
        let same = before.answer.value == after.answer.value && before.outcome == after.outcome;
        let to = if !same && before.outcome == after.outcome { "another value" } else { &after.outcome };
        let moved = self.decisions[place].moved.entry((before.outcome.clone(), to.to_owned())).or_default();
        moved.rows += 1;
        if !same && moved.first.len() < MAX_EXAMPLES {
            moved.first.push((number, id()));
        }
    }

    /// Adds what another worker counted.
    pub fn add(&mut self, other: Summary<'p>) {
        self.rows += other.rows;
        self.refused += other.refused;
        for (counts, other) in self.decisions.iter_mut().zip(other.decisions) {
            for (into, from) in [(&mut counts.outcomes, other.outcomes), (&mut counts.rules, other.rules)] {
                from.into_iter().for_each(|(name, rows)| *into.entry(name).or_default() += rows);
            }
            for (pair, other) in other.moved {
                let moved = counts.moved.entry(pair).or_default();
                moved.rows += other.rows;
                moved.first.extend(other.first);
                moved.first.sort_unstable();
                moved.first.truncate(MAX_EXAMPLES);
            }
        }
    }

    /// Ends the count.
    pub fn record(self) -> SummaryRecord {
        let policy =
            self.asked.first().and_then(|asked| asked.program.family(asked.family).policy.map(|id| (asked, id)));
        let policy = policy.map_or_else(String::new, |(asked, id)| asked.program.policies[id.index()].name.clone());
        let compared = self.compared;
        let decision = |(asked, counts): (&Asked, Counts)| DecisionSummary {
            name: asked.name().to_owned(),
            outcomes: sorted(counts.outcomes),
            rules: sorted(counts.rules),
            impact: compared.then(|| impact(counts.moved)),
        };
        let decisions = self.asked.iter().zip(self.decisions).map(decision).collect();
        SummaryRecord { schema: BATCH_SCHEMA, policy, rows: self.rows, refused: self.refused, decisions }
    }
}

fn sorted(counts: BTreeMap<String, u64>) -> Vec<Count> {
    let mut counts: Vec<Count> = counts.into_iter().map(|(name, rows)| Count { name, rows }).collect();
    counts.sort_by_key(|count| std::cmp::Reverse(count.rows));
    counts
}

fn impact(moved: FxHashMap<(String, String), Moved>) -> Vec<Impact> {
    let row = |((before, after), moved): ((String, String), Moved)| Impact {
        before,
        after,
        rows: moved.rows,
        first: moved.first.into_iter().map(|(_, id)| id).collect(),
    };
    let mut impact: Vec<Impact> = moved.into_iter().map(row).collect();
    // Whoever moved comes first: they alone have examples.
    let order = |impact: &Impact| (impact.first.is_empty(), std::cmp::Reverse(impact.rows));
    impact.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| (&a.before, &a.after).cmp(&(&b.before, &b.after))));
    impact
}
