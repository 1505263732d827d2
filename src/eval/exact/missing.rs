//! Which facts can still change an answer, exactly as D11 says.
//!
//! Let `D` be the outcome over all cells of the unknown facts, *forbidden* where an invariant is broken. A fact f is missing
//! when, with some set T of the other unknown facts filled in, two allowed values of f leave different sets of possible
//! outcomes. Let K be the facts that invariants tie to f, directly or through others.
//!
//! 1. Facts outside K may always be taken as filled in: what they allow does not depend on f or T. If two values of f leave
//!    different sets with some of them open, an outcome o is possible with the one and not with the other; fix them to what
//!    makes o possible: it stays impossible with the other value, which is still allowed.
//! 2. So only T within K \ {f} is tried: the open facts of K are taken out of `D` by uniting the sets of outcomes of their
//!    values, and f is missing if for some values of all that is left two values of f give different sets, neither empty.
//! 3. With K = {f} there is nothing to try: f is missing if two allowed values of f ever give different outcomes.

use indexmap::IndexSet;

use super::diagram::{Budget, Diagrams, Id, Memo};

/// How many facts tied to each other by invariants are tried in all combinations; above it, all of them that are read count
/// as missing and the answer says that it is not exact.
pub(crate) const MAX_TIED: usize = 11;

/// The empty set of outcomes: forbidden.
const NONE: u32 = 0;

/// Two values gave different sets.
const DIFFER: u32 = i32::MAX as u32;

/// Sets of outcomes as numbers.
pub(crate) struct Sets {
    sets: IndexSet<Vec<u32>>,
}

impl Sets {
    fn new() -> Self {
        Sets { sets: IndexSet::from([Vec::new()]) }
    }

    fn union(&mut self, a: u32, b: u32) -> u32 {
        if a == b || b == NONE {
            return a;
        }
        if a == NONE {
            return b;
        }
        let mut all: Vec<u32> = self.sets[a as usize].iter().chain(&self.sets[b as usize]).copied().collect();
        all.sort_unstable();
        all.dedup();
        self.sets.insert_full(all).0 as u32
    }
}

/// A fact, or field of one, with the levels at which it is asked.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) levels: Vec<u32>,
    /// Which others invariants tie it to; itself not among them.
    pub(crate) tied: Vec<usize>,
    /// What is asked reads it.
    pub(crate) read: bool,
}

/// Returns which units are missing, and whether that is exact. `outcomes` holds 0 where it is forbidden, else a number for
/// each outcome.
pub(crate) fn missing(diagrams: &mut Diagrams, outcomes: Id, units: &[Unit]) -> Result<(Vec<bool>, bool), Budget> {
    let mut sets = Sets::new();
    let single = diagrams.apply(&[outcomes], &mut Memo::new(), &mut |settled| {
        settled[0].map(|outcome| if outcome == 0 { NONE } else { sets.sets.insert_full(vec![outcome]).0 as u32 })
    })?;
    let mut list = vec![false; units.len()];
    let mut exact = true;
    for (index, unit) in units.iter().enumerate() {
        if !unit.read {
            continue;
        }
        // Facts tied to it that were not asked at any level do not matter.
        let tied: Vec<&Unit> =
            unit.tied.iter().map(|&other| &units[other]).filter(|other| !other.levels.is_empty()).collect();
        if tied.len() > MAX_TIED {
            list[index] = true;
            exact = false;
            continue;
        }
        let combinations = 1usize << tied.len();
        // All filled in, none filled in, then the rest: most facts that are missing show it at once.
        let order = [combinations - 1, 0].into_iter().chain(1..combinations.saturating_sub(1)).take(combinations);
        for filled in order {
            let open: Vec<u32> = tied
                .iter()
                .enumerate()
                .filter(|(bit, _)| filled >> bit & 1 == 0)
                .flat_map(|(_, other)| other.levels.iter().copied())
                .collect();
            let left = diagrams.reduce(single, &open, &mut |a, b| sets.union(a, b))?;
            let merged = diagrams.reduce(left, &unit.levels, &mut |a, b| match (a, b) {
                (a, b) if a == b || b == NONE => a,
                (NONE, b) => b,
                _ => DIFFER,
            })?;
            if diagrams.results(merged).contains(&DIFFER) {
                list[index] = true;
                break;
            }
        }
    }
    Ok((list, exact))
}
