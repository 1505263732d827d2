//! What is stated about one applicant: each fact given, `none`, not stated, or stated unknown.

use crate::program::{FactId, Program};
use crate::value::Value;

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
