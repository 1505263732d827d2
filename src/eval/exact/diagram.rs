//! Multi-valued decision diagrams: functions from cells of unknown facts to numbered results, each stored once.
//!
//! A diagram is ordered (variables are levels, asked from the smallest) and reduced (no node asks a variable that does not
//! matter), so two functions are equal exactly when their ids are. What results mean is up to the caller: values, sets of
//! outcomes, `y` and `n`. Everything is deterministic; the only limits are counts, never clocks.

use std::collections::BTreeMap;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

/// A diagram: an inner node, or with the highest bit set a result.
pub(crate) type Id = u32;

const RESULT: u32 = 1 << 31;

/// How many nodes one analysis may make. 400 rules over 150 facts made 17,000 to 124,000 in measurements.
pub(crate) const MAX_NODES: usize = 200_000;

/// How many steps one analysis may take; a step follows one branch for a few operands and takes well
/// under a microsecond.
pub(crate) const MAX_STEPS: usize = 1_000_000;

/// A count ran out: the caller answers without the diagram (D13).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Budget;

/// All nodes of one analysis.
pub(crate) struct Diagrams {
    nodes: IndexSet<(u32, Box<[Id]>), FxBuildHasher>,
    steps: usize,
    most: usize,
}

/// Results of operations already carried out, by operands.
pub(crate) type Memo = FxHashMap<Box<[Id]>, Id>;

impl Default for Diagrams {
    fn default() -> Self {
        Diagrams { nodes: IndexSet::default(), steps: 0, most: MAX_STEPS }
    }
}

/// Makes the diagram of one result.
pub(crate) fn result(number: u32) -> Id {
    number | RESULT
}

/// Returns the result, if the diagram is one.
pub(crate) fn as_result(id: Id) -> Option<u32> {
    (id & RESULT != 0).then_some(id & !RESULT)
}

impl Diagrams {
    /// Returns the level a diagram asks first; results ask none.
    pub(crate) fn level(&self, id: Id) -> u32 {
        if id & RESULT != 0 { u32::MAX } else { self.nodes[id as usize].0 }
    }

    /// Returns the branches of an inner node, one for each cell.
    pub(crate) fn branches(&self, id: Id) -> &[Id] {
        &self.nodes[id as usize].1
    }

    /// Lets the next operations take so many steps and no more.
    pub(crate) fn allow(&mut self, steps: usize) {
        self.most = self.steps + steps;
    }

    /// Takes the steps of a node with so many branches.
    fn step(&mut self, branches: usize) -> Result<(), Budget> {
        self.steps += branches;
        if self.steps > self.most || self.nodes.len() > MAX_NODES { Err(Budget) } else { Ok(()) }
    }

    /// Makes a node that asks a level.
    pub(crate) fn node(&mut self, level: u32, branches: Vec<Id>) -> Id {
        match branches.split_first() {
            Some((&first, rest)) if rest.iter().all(|&other| other == first) => first,
            _ => self.nodes.insert_full((level, branches.into_boxed_slice())).0 as Id,
        }
    }

    /// Applies a function pointwise. `f` is given the results that are settled on the way down, `None` for the others, and
    /// may answer as soon as it can; with all of them settled it must answer.
    pub(crate) fn apply(
        &mut self,
        operands: &[Id],
        memo: &mut Memo,
        f: &mut impl FnMut(&[Option<u32>]) -> Option<u32>,
    ) -> Result<Id, Budget> {
        let settled: Vec<Option<u32>> = operands.iter().map(|&operand| as_result(operand)).collect();
        // A function of many operands takes longer than looking its answer up.
        let many = operands.len() > 4;
        if !many && let Some(number) = f(&settled) {
            return Ok(result(number));
        }
        if let Some(&known) = memo.get(operands) {
            return Ok(known);
        }
        if many && let Some(number) = f(&settled) {
            self.step(operands.len() / 4)?;
            memo.insert(operands.into(), result(number));
            return Ok(result(number));
        }
        let level = operands.iter().map(|&operand| self.level(operand)).min().unwrap_or(u32::MAX);
        if level == u32::MAX {
            // `f` did not answer although all is settled: nothing sensible is left to do.
            return Err(Budget);
        }
        let first = operands.iter().copied().find(|&operand| self.level(operand) == level);
        let count = first.map_or(0, |operand| self.branches(operand).len());
        // Functions of many operands take longer.
        self.step(count * (1 + operands.len() / 4))?;
        let mut branches = Vec::with_capacity(count);
        for cell in 0..count {
            let below: Vec<Id> = operands
                .iter()
                .map(|&operand| if self.level(operand) == level { self.branches(operand)[cell] } else { operand })
                .collect();
            // Recursion: one level per variable, of which there are at most `super::MAX_VARIABLES`.
            branches.push(self.apply(&below, memo, f)?);
        }
        let node = self.node(level, branches);
        memo.insert(operands.into(), node);
        Ok(node)
    }

    /// Applies a function of two settled results pointwise.
    pub(crate) fn apply2(
        &mut self,
        a: Id,
        b: Id,
        memo: &mut Memo,
        f: &mut impl FnMut(u32, u32) -> u32,
    ) -> Result<Id, Budget> {
        self.apply(&[a, b], memo, &mut |settled| match settled {
            [Some(a), Some(b)] => Some(f(*a, *b)),
            _ => None,
        })
    }

    /// Takes levels out: combines the branches of each with an associative, commutative and idempotent function.
    pub(crate) fn reduce(&mut self, id: Id, levels: &[u32], f: &mut impl FnMut(u32, u32) -> u32) -> Result<Id, Budget> {
        let mut memo = FxHashMap::default();
        let mut combined = Memo::default();
        self.reduce_below(id, levels, f, &mut memo, &mut combined)
    }

    fn reduce_below(
        &mut self,
        id: Id,
        levels: &[u32],
        f: &mut impl FnMut(u32, u32) -> u32,
        memo: &mut FxHashMap<Id, Id>,
        combined: &mut Memo,
    ) -> Result<Id, Budget> {
        let level = self.level(id);
        // Levels only grow downwards: below the last of those taken out nothing changes.
        if levels.iter().all(|&taken| taken < level) {
            return Ok(id);
        }
        if let Some(&known) = memo.get(&id) {
            return Ok(known);
        }
        self.step(self.branches(id).len())?;
        let mut branches = Vec::with_capacity(self.branches(id).len());
        for cell in 0..self.branches(id).len() {
            let branch = self.branches(id)[cell];
            branches.push(self.reduce_below(branch, levels, f, memo, combined)?);
        }
        let reduced = if levels.contains(&level) {
            let mut all = branches[0];
            for &branch in &branches[1..] {
                if branch != all {
                    all = self.apply2(all, branch, combined, f)?;
                }
            }
            all
        } else {
            self.node(level, branches)
        };
        memo.insert(id, reduced);
        Ok(reduced)
    }

    /// Returns the diagram where a level is in one of its cells.
    pub(crate) fn restrict(&mut self, id: Id, level: u32, cell: usize) -> Result<Id, Budget> {
        self.restrict_below(id, level, cell, &mut FxHashMap::default())
    }

    fn restrict_below(&mut self, id: Id, level: u32, cell: usize, memo: &mut FxHashMap<Id, Id>) -> Result<Id, Budget> {
        let own = self.level(id);
        if own > level {
            return Ok(id);
        }
        if own == level {
            return Ok(self.branches(id)[cell]);
        }
        if let Some(&known) = memo.get(&id) {
            return Ok(known);
        }
        self.step(self.branches(id).len())?;
        let mut branches = Vec::with_capacity(self.branches(id).len());
        for index in 0..self.branches(id).len() {
            let branch = self.branches(id)[index];
            branches.push(self.restrict_below(branch, level, cell, memo)?);
        }
        let restricted = self.node(own, branches);
        memo.insert(id, restricted);
        Ok(restricted)
    }

    /// Returns the diagrams left where a level is in each of its cells, with how many cells leave each. At most so many cells
    /// are tried, evenly spread.
    pub(crate) fn cofactors(&mut self, id: Id, level: u32, most: usize) -> Result<Vec<(Id, u64)>, Budget> {
        // The nodes that ask it: cells at which all of these lead on alike leave the same.
        let mut asking = Vec::new();
        let mut seen = FxHashSet::default();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            let own = self.level(id);
            if own <= level && seen.insert(id) {
                if own == level { asking.push(id) } else { waiting.extend(self.branches(id)) }
            }
        }
        let Some(&first) = asking.first() else { return Ok(vec![(id, 1)]) };
        let cells = self.branches(first).len();
        let mut alike: IndexMap<Vec<Id>, (usize, u64), FxBuildHasher> = IndexMap::default();
        for cell in (0..cells).step_by(cells.div_ceil(most).max(1)) {
            let column = asking.iter().map(|&id| self.branches(id)[cell]).collect();
            alike.entry(column).or_insert((cell, 0)).1 += 1;
        }
        self.step(seen.len())?;
        alike.into_values().map(|(cell, count)| Ok((self.restrict(id, level, cell)?, count))).collect()
    }

    /// Returns the levels a diagram asks, with how many cells each has.
    pub(crate) fn support(&self, id: Id) -> BTreeMap<u32, usize> {
        let mut support = BTreeMap::new();
        let mut seen = FxHashSet::default();
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            if as_result(id).is_none() && seen.insert(id) {
                support.insert(self.level(id), self.branches(id).len());
                waiting.extend(self.branches(id));
            }
        }
        support
    }

    /// Returns all results a diagram can come to, sorted.
    pub(crate) fn results(&self, id: Id) -> Vec<u32> {
        let mut seen = FxHashSet::default();
        let mut waiting = vec![id];
        let mut results = Vec::new();
        while let Some(id) = waiting.pop() {
            if seen.insert(id) {
                match as_result(id) {
                    Some(number) => results.push(number),
                    None => waiting.extend(self.branches(id)),
                }
            }
        }
        results.sort_unstable();
        results
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_functions_are_one_diagram() {
        let mut diagrams = Diagrams::default();
        let (no, yes) = (result(0), result(1));
        let a = diagrams.node(0, vec![no, yes]);
        let b = diagrams.node(1, vec![no, yes]);
        let mut and = Memo::default();
        let mut or = Memo::default();
        let mut not = Memo::default();
        let both = diagrams.apply2(a, b, &mut and, &mut |a, b| a & b).unwrap();
        let mut negate = |settled: &[Option<u32>]| settled[0].map(|number| 1 - number);
        let not_a = diagrams.apply(&[a], &mut not, &mut negate).unwrap();
        let not_b = diagrams.apply(&[b], &mut not, &mut negate).unwrap();
        let either = diagrams.apply2(not_a, not_b, &mut or, &mut |a, b| a | b).unwrap();
        assert_eq!(diagrams.apply(&[either], &mut not, &mut negate).unwrap(), both);
        assert_eq!(diagrams.reduce(both, &[0], &mut |a, b| a | b).unwrap(), b);
        assert_eq!(diagrams.reduce(both, &[0, 1], &mut |a, b| a & b).unwrap(), no);
        assert_eq!(diagrams.results(both), [0, 1]);
    }
}
