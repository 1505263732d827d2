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
//! 3. For the same reason only what is left open in one piece with f is tried: facts that invariants tie to f through open ones.
//! 4. A fact of which one value leaves what all of its values leave together need not be tried open: filled in with that value
//!    it is as good. So a date that is only known to lie before today is never tried, and most searches end at once.
//! 5. What does not depend on f any more will not with more left open.

use std::collections::{BTreeSet, HashSet};

use indexmap::IndexSet;

use super::diagram::{Budget, Diagrams, Id, MAX_STEPS, Memo};

/// How many facts tied to each other by invariants are told apart.
const MAX_TIED: usize = 128;

/// How many steps the search for missing facts takes in all: each fact has an equal part of them.
const MISSING_STEPS: usize = MAX_STEPS / 2;

/// The empty set of outcomes: forbidden.
const NONE: u32 = 0;

/// Two values gave different sets.
const DIFFER: u32 = i32::MAX as u32;

/// Sets of outcomes as numbers.
pub(crate) struct Sets {
    sets: IndexSet<Vec<u32>>,
}

impl Sets {
    pub(crate) fn new() -> Self {
        Sets { sets: IndexSet::from([Vec::new()]) }
    }

    /// Returns the set of one outcome.
    pub(crate) fn single(&mut self, outcome: u32) -> u32 {
        self.sets.insert_full(vec![outcome]).0 as u32
    }

    /// Returns the outcomes in a set, sorted.
    pub(crate) fn members(&self, set: u32) -> &[u32] {
        &self.sets[set as usize]
    }

    pub(crate) fn union(&mut self, a: u32, b: u32) -> u32 {
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
    /// Which others an invariant reads together with it; itself not among them.
    pub(crate) tied: BTreeSet<usize>,
    /// What is asked reads it.
    pub(crate) read: bool,
}

/// Returns which units are missing, and whether that is exact. `outcomes` holds 0 where it is forbidden, else a number for
/// each outcome. A unit that the budget does not settle counts as missing.
pub(crate) fn missing(diagrams: &mut Diagrams, outcomes: Id, units: &[Unit]) -> Result<(Vec<bool>, bool), Budget> {
    let mut sets = Sets::new();
    let single = diagrams.apply(&[outcomes], &mut Memo::default(), &mut |settled| {
        settled[0].map(|outcome| if outcome == 0 { NONE } else { sets.single(outcome) })
    })?;
    let mut list = vec![false; units.len()];
    let mut exact = true;
    let part = MISSING_STEPS / units.iter().filter(|unit| unit.read).count().max(1);
    for (index, unit) in units.iter().enumerate() {
        if unit.read {
            diagrams.allow(part);
            let found = is_missing(diagrams, single, units, index, &mut sets);
            exact &= found.is_ok();
            list[index] = found.unwrap_or(true);
        }
    }
    diagrams.allow(MAX_STEPS);
    Ok((list, exact))
}

/// Whether one unit is missing: tries what can be left open, beginning with nothing.
fn is_missing(
    diagrams: &mut Diagrams,
    single: Id,
    units: &[Unit],
    index: usize,
    sets: &mut Sets,
) -> Result<bool, Budget> {
    let unit = &units[index];
    let mut waiting: Vec<(Id, BTreeSet<usize>)> = vec![(single, BTreeSet::new())];
    let mut seen: HashSet<BTreeSet<usize>> = HashSet::new();
    while let Some((left, open)) = waiting.pop() {
        if differs(diagrams, left, unit)? {
            return Ok(true);
        }
        let support = diagrams.support(left);
        let asks = |unit: &Unit| unit.levels.iter().any(|level| support.contains_key(level));
        // What does not depend on it will not with more left open.
        if !asks(unit) {
            continue;
        }
        let mut next: BTreeSet<usize> = unit.tied.clone();
        next.extend(open.iter().flat_map(|&other| units[other].tied.iter().copied()));
        for other in next.into_iter().rev() {
            if other == index || open.contains(&other) || !asks(&units[other]) {
                continue;
            }
            let mut more = open.clone();
            more.insert(other);
            if more.len() > MAX_TIED || !seen.insert(more.clone()) {
                continue;
            }
            if let Some(wider) = opened(diagrams, left, &units[other].levels, sets)? {
                waiting.push((wider, more));
            }
        }
    }
    Ok(false)
}

/// Whether two values of a unit leave different sets, all others being filled in or taken out before.
fn differs(diagrams: &mut Diagrams, left: Id, unit: &Unit) -> Result<bool, Budget> {
    let merged = diagrams.reduce(left, &unit.levels, &mut |a, b| match (a, b) {
        (a, b) if a == b || b == NONE => a,
        (NONE, b) => b,
        _ => DIFFER,
    })?;
    Ok(diagrams.results(merged).contains(&DIFFER))
}

/// Takes a unit out by uniting the sets of its values. Nothing if one of its values alone gives the same: then leaving it open
/// is no more than filling it in with that value.
fn opened(diagrams: &mut Diagrams, left: Id, levels: &[u32], sets: &mut Sets) -> Result<Option<Id>, Budget> {
    let (mut wider, mut one_value) = (left, true);
    for &level in levels {
        let before = wider;
        wider = diagrams.reduce(before, &[level], &mut |a, b| sets.union(a, b))?;
        let cells = diagrams.support(before).get(&level).copied().unwrap_or(0);
        let mut same = cells == 0;
        for cell in 0..cells {
            if same || !one_value {
                break;
            }
            same = diagrams.restrict(before, level, cell)? == wider;
        }
        one_value &= same;
    }
    Ok((!one_value).then_some(wider))
}
