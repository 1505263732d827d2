//! What a fact can be, as literals.
//!
//! Ordered facts have no list of values: a literal stands for *at or after a place*, made when something compares the fact with
//! that place, and tied to its neighbours. Finite facts are ordered likewise by the index of their values, the ordinary value
//! first, so that a solver which tries *no* first finds ordinary people. Sets have a literal for each member that is told apart.

use std::collections::BTreeMap;

use super::gates::Gates;
use super::sat::Lit;
use crate::eval::exact::axis::Axis;
use crate::value::Value;

/// Literals for *at or after a place*, from `least` to `greatest`.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) least: i128,
    pub(crate) greatest: i128,
    /// By place, `least` itself left out.
    pub(crate) reached: BTreeMap<i128, Lit>,
}

impl Line {
    pub(crate) fn new(least: i128, greatest: i128) -> Self {
        Line { least, greatest, reached: BTreeMap::new() }
    }

    /// Returns the literal for *at or after a place*.
    pub(crate) fn reached(&mut self, gates: &mut Gates, place: i128) -> Lit {
        if place <= self.least {
            return Lit::TRUE;
        }
        if place > self.greatest {
            return Lit::FALSE;
        }
        if let Some(&known) = self.reached.get(&place) {
            return known;
        }
        let lit = gates.fresh();
        if let Some((_, &before)) = self.reached.range(..place).next_back() {
            gates.require(&[!lit, before]);
        }
        if let Some((_, &after)) = self.reached.range(place..).next() {
            gates.require(&[!after, lit]);
        }
        self.reached.insert(place, lit);
        lit
    }

    /// Returns the literal for *between two places*, both included.
    pub(crate) fn between(&mut self, gates: &mut Gates, from: i128, to: i128) -> Lit {
        let (from, beyond) = (self.reached(gates, from), self.reached(gates, to.saturating_add(1)));
        gates.and(&[from, !beyond])
    }

    /// Returns the least and greatest place that a model leaves, with the literals that say so.
    pub(crate) fn range(&self, holds: impl Fn(Lit) -> bool) -> (Bound, Bound) {
        let (mut low, mut high) = ((self.least, Lit::TRUE), (self.greatest, Lit::TRUE));
        for (&place, &lit) in &self.reached {
            if holds(lit) {
                low = (place, lit);
            } else {
                high = (place - 1, !lit);
                break;
            }
        }
        (low, high)
    }
}

/// A place, and the literal that makes it an end.
pub(crate) type Bound = (i128, Lit);

/// The values a variable can have.
#[derive(Debug, Clone)]
pub(crate) enum Domain {
    /// One of a list, by index; the first is the ordinary one.
    Finite { values: Vec<Value>, line: Line },
    /// A place on an axis, unless it is absent.
    Ordered { axis: Axis, present: Lit, line: Line },
    /// A set of these members, unless it is absent.
    Members { members: Vec<(Value, Lit)>, present: Lit },
    /// Nothing that can be taken apart.
    Other,
}
