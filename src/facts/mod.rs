//! What is stated about one applicant: each fact given, `none`, not stated, or stated unknown.
//!
//! - [`read_facts`], [`set_fact`]: JSON and single assignments to [`Facts`], strictly, all errors at once;
//! - [`read_text`]: one text to one value, for cells of data files and answers;
//! - [`fact_json`], [`record_json`], [`write_facts`]: the way back;
//! - [`set_on`], [`read_on`]: the day;
//! - [`rows`]: applicants one a row, as CSV;
//! - [`schema`]: what a policy asks for, as JSON Schema, a CSV header, or a file to fill in.
//!
//! **Invariant:** nothing is dropped, rounded or guessed: a text gives exactly the stated value or an error with its place.

mod error;
mod on;
mod parse;
mod read;
pub mod rows;
pub mod schema;
mod value;
mod write;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

pub use error::{FactsError, ValueError};
pub(crate) use on::stated_on;
pub use on::{read_on, set_on};
pub(crate) use read::within;
pub use read::{read_facts, read_facts_beside, set_fact};
pub(crate) use value::read_time;
pub use value::{read_members, read_text};
pub use write::{fact_json, record_json, write_facts};

use crate::program::{FactId, Program};
use crate::value::Value;

/// The largest JSON of one applicant, in bytes.
pub const MAX_FACTS_BYTES: usize = 1024 * 1024;

/// What is stated about one fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Slot {
    /// The key is absent. An assumption may fill it in.
    #[default]
    NotStated,
    /// `{"unknown": true}`: no assumption fills it in.
    StatedUnknown,
    /// A value, [`Value::None`] for `none`. Fields of records in it may be unknown.
    Given(Value),
}

/// What is stated about one applicant, by fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Facts {
    slots: Vec<Slot>,
}

impl Facts {
    /// Nothing is stated.
    pub fn new(program: &Program) -> Self {
        Facts { slots: vec![Slot::NotStated; program.facts.len()] }
    }

    /// Returns what is stated about a fact.
    pub fn get(&self, fact: FactId) -> &Slot {
        self.slots.get(fact.index()).unwrap_or(&Slot::NotStated)
    }

    /// States a fact; what was stated before is gone.
    pub fn set(&mut self, fact: FactId, slot: Slot) {
        if fact.index() >= self.slots.len() {
            self.slots.resize(fact.index() + 1, Slot::NotStated);
        }
        self.slots[fact.index()] = slot;
    }

    /// Returns the facts about which something is stated, in the order of the program.
    pub fn iter(&self) -> impl Iterator<Item = (FactId, &Slot)> {
        let stated = |&(_, slot): &(FactId, &Slot)| *slot != Slot::NotStated;
        self.slots.iter().enumerate().map(|(index, slot)| (FactId(index as u32), slot)).filter(stated)
    }
}
