//! Which question to ask next: the one after which the fewest are expected to remain.
//!
//! Answers to a question are taken for equally likely, each cell of a fact for one answer. If it fits the budget, the expected
//! number of questions under the best order is computed exactly, over the diagram of what is still possible: a question leads
//! from one diagram to those in which its fact is known, and equal diagrams are one. Otherwise by one step: how many facts still
//! matter, on average, after the answer.

use std::collections::BTreeMap;
use std::rc::Rc;

use indexmap::{IndexMap, IndexSet};
use rustc_hash::FxHashMap;

use super::Exact;
use super::analysis::Analysis;
use super::diagram::{Budget, Diagrams, Id, MAX_STEPS, as_result};
use super::missing::Sets;
use crate::eval::conclude::outcome;
use crate::eval::interpret::Interpret;
use crate::eval::kernel::Key;
use crate::eval::scope::Scope;
use crate::eval::walk::Algebra;
use crate::eval::{Missing, Outcome, Request};
use crate::facts::Facts;
use crate::program::{FamilyId, Program};
use crate::value::{Evaluated, Fault, FaultKind};

/// How many steps finding the best order exactly may take; by one step, each fact.
const STEPS: usize = MAX_STEPS / 128;
const STEPS_EACH: usize = MAX_STEPS / 512;

/// How many diagrams the exact order looks at.
const MAX_STATES: usize = 1_000;

/// How many answers of one fact are tried when only one step is looked ahead.
const SAMPLE: usize = 12;

/// A question less or more, in parts.
const ONE: u64 = 1_000_000;

/// Returns what is open in the order in which to ask, the most useful first.
///
/// The fact that picks the version of the policy comes first while none is picked, what someone judges last. Between them: the
/// fewest questions expected to remain, then as given. `open` are facts missing in the answer ([`crate::eval::Answer::missing`]);
/// others come as if they never settled anything.
pub fn next_questions(
    program: &Program,
    request: &Request,
    facts: &Facts,
    asked: FamilyId,
    open: &[Missing],
) -> Vec<Missing> {
    let request = Request { asked: vec![asked], ..request.clone() };
    let scope = Scope::new(program, &request, facts);
    let policy = program.family(asked).policy.unwrap_or(request.policy);
    let costs = if open.len() < 2 { Ok(Vec::new()) } else { costs(program, &scope, asked, policy, open) };
    let costs = costs.unwrap_or_default();
    let picks = |missing: &Missing| {
        scope.version(policy).is_none() && program.policies[policy.index()].decided_by == missing.fact
    };
    let mut order: Vec<usize> = (0..open.len()).collect();
    order.sort_by_key(|&index| {
        let judged = program.fact(open[index].fact).judged.is_some();
        (judged, !picks(&open[index]), costs.get(index).copied().unwrap_or(u64::MAX))
    });
    order.into_iter().map(|index| open[index].clone()).collect()
}

/// How many questions are expected after each, itself included.
fn costs(
    program: &Program,
    scope: &Scope,
    asked: FamilyId,
    policy: crate::program::PolicyId,
    open: &[Missing],
) -> Result<Vec<u64>, Budget> {
    let (versions, certain) = (scope.candidates(policy).to_vec(), scope.version(policy).is_some());
    let mut walk = Interpret::walk(program, scope);
    walk.asked(asked, &versions, certain);
    for (invariant, _) in scope.invariants(program, policy) {
        walk.node(invariant.node);
    }
    let mut exact = Exact::new(program, scope, &walk.nodes);
    let invariants = exact.invariants(policy);
    let root = exact.walk.asked(asked, &versions, certain);
    let root = exact.walk.algebra.apply(Key::Asked(asked), &[root]);
    let kept = exact.walk.algebra.reads(root).iter().copied().collect();
    let core = exact.core(root, &invariants, &kept);
    let roots: Vec<_> = [root].into_iter().chain(core.iter().copied()).collect();
    let mut analysis = Analysis::new(&exact.walk.algebra, &roots, &[])?;
    let (allowed, _) = analysis.allowed(&core)?;
    let diagram = analysis.diagram(root)?;
    let mut outcomes: IndexSet<Option<Outcome>> = IndexSet::new();
    let mut sets = Sets::new();
    let numbered = analysis.under(allowed, diagram, 0, |result| {
        let outcome = match outcome(program, asked, result) {
            _ if *result == Evaluated::Unknown => None,
            Outcome::Error(_) => Some(Outcome::Error(Fault { kind: FaultKind::NoValue, origin: None })),
            other => Some(other),
        };
        sets.single(outcomes.insert_full(outcome).0 as u32)
    })?;
    // What is not asked stays open.
    let mut levels: IndexMap<&Missing, Vec<u32>> = open.iter().map(|missing| (missing, Vec::new())).collect();
    let mut left_open = Vec::new();
    for index in 0..exact.walk.algebra.variables.len() as u32 {
        let Some(level) = analysis.level(index) else { continue };
        match levels.get_mut(&exact.unit(index)) {
            Some(of) => of.push(level),
            None => left_open.push(level),
        }
    }
    let diagrams = &mut analysis.diagrams;
    diagrams.allow(MAX_STEPS);
    let root = diagrams.reduce(numbered, &left_open, &mut |a, b| sets.union(a, b))?;
    let units: Vec<Vec<u32>> = levels.into_values().collect();
    let mut planner = Planner::new(diagrams, &mut sets, &units);
    planner.diagrams.allow(STEPS);
    let exactly: Result<Vec<u64>, Budget> = (0..units.len()).map(|unit| planner.after(root, unit)).collect();
    Ok(exactly.unwrap_or_else(|Budget| {
        (0..units.len())
            .map(|unit| {
                planner.diagrams.allow(STEPS_EACH);
                planner.one_step(root, unit).unwrap_or(u64::MAX)
            })
            .collect()
    }))
}

/// What is below a diagram.
struct Below {
    /// The facts it depends on, in order.
    units: Vec<usize>,
    /// The outcomes it can come to.
    outcomes: u32,
}

struct Planner<'a> {
    diagrams: &'a mut Diagrams,
    sets: &'a mut Sets,
    /// The levels of each fact.
    units: &'a [Vec<u32>],
    /// The fact asked at each level.
    asked: FxHashMap<u32, usize>,
    below: FxHashMap<Id, Rc<Below>>,
    /// The questions expected, by what is still possible.
    known: FxHashMap<Id, u64>,
}

impl<'a> Planner<'a> {
    fn new(diagrams: &'a mut Diagrams, sets: &'a mut Sets, units: &'a [Vec<u32>]) -> Self {
        let levels = |(unit, levels): (usize, &'a Vec<u32>)| levels.iter().map(move |&level| (level, unit));
        let asked = units.iter().enumerate().flat_map(levels).collect();
        Planner { diagrams, sets, units, asked, below: FxHashMap::default(), known: FxHashMap::default() }
    }

    /// Looks below a diagram; what was seen before is not walked again.
    fn below(&mut self, id: Id) -> Rc<Below> {
        if let Some(below) = self.below.get(&id) {
            return below.clone();
        }
        let (mut units, mut outcomes) = (Vec::new(), 0);
        if let Some(number) = as_result(id) {
            outcomes = number;
        } else {
            units.extend(self.asked.get(&self.diagrams.level(id)));
            for cell in 0..self.diagrams.branches(id).len() {
                // Recursion: one level per variable.
                let below = self.below(self.diagrams.branches(id)[cell]);
                units.extend(&below.units);
                outcomes = self.sets.union(outcomes, below.outcomes);
            }
            units.sort_unstable();
            units.dedup();
        }
        let below = Rc::new(Below { units, outcomes });
        self.below.insert(id, below.clone());
        below
    }

    /// Whether one outcome, or none, is left.
    fn settled(&mut self, id: Id) -> bool {
        let outcomes = self.below(id).outcomes;
        self.sets.members(outcomes).len() < 2
    }

    /// What is left after each answer that may be, with how many answers lead to it. At most so many answers.
    fn answers(&mut self, id: Id, unit: usize, most: usize) -> Result<BTreeMap<Id, u64>, Budget> {
        let mut left: BTreeMap<Id, u64> = BTreeMap::from([(id, 1)]);
        for &level in &self.units[unit] {
            let mut next: BTreeMap<Id, u64> = BTreeMap::new();
            for (&id, &count) in &left {
                for (restricted, cells) in self.diagrams.cofactors(id, level, most)? {
                    *next.entry(restricted).or_insert(0) += count * cells;
                }
            }
            left = next;
        }
        // What no completion is left for is no answer.
        left.retain(|&id, _| self.below(id).outcomes != 0);
        Ok(left)
    }

    /// The questions expected until all is settled.
    fn questions(&mut self, id: Id) -> Result<u64, Budget> {
        if let Some(&known) = self.known.get(&id) {
            return Ok(known);
        }
        let below = self.below(id);
        let units: &[usize] = if self.settled(id) { &[] } else { &below.units };
        if self.known.len() >= MAX_STATES {
            return Err(Budget);
        }
        let mut least = None;
        for &unit in units {
            // Recursion: one level per fact.
            let cost = self.after(id, unit)?;
            least = Some(least.map_or(cost, |least: u64| least.min(cost)));
        }
        let least = least.unwrap_or(0);
        self.known.insert(id, least);
        Ok(least)
    }

    /// The questions expected if a fact is asked first.
    fn after(&mut self, id: Id, unit: usize) -> Result<u64, Budget> {
        let (mut sum, mut count) = (0u64, 0u64);
        for (left, times) in self.answers(id, unit, usize::MAX)? {
            // Where a fact no longer matters nothing is gained by asking it.
            let after = if left == id { 2 * self.units.len() as u64 * ONE } else { self.questions(left)? };
            sum = sum.saturating_add(after.saturating_mul(times));
            count = count.saturating_add(times);
        }
        Ok(ONE + sum.checked_div(count).unwrap_or(0))
    }

    /// How many facts matter, on average, after one is asked.
    fn one_step(&mut self, id: Id, unit: usize) -> Result<u64, Budget> {
        let (mut sum, mut count) = (0u64, 0u64);
        for (left, times) in self.answers(id, unit, SAMPLE)? {
            let after = if self.settled(left) { 0 } else { self.below(left).units.len() as u64 * ONE };
            sum = sum.saturating_add(after.saturating_mul(times));
            count = count.saturating_add(times);
        }
        Ok(ONE + sum.checked_div(count).unwrap_or(0))
    }
}
