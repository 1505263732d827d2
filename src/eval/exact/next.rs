//! Which question to ask next: the one after which the fewest are expected to remain.
//!
//! Answers to a question are taken for equally likely, each cell of a fact for one answer. If it fits the budget, the expected
//! number of questions under the best order is computed exactly, over the diagram of what is still possible: a question leads
//! from one diagram to those in which its fact is known, and equal diagrams are one. Otherwise by one step: how many facts still
//! matter, on average, after the answer.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use indexmap::{IndexMap, IndexSet};

use super::Exact;
use super::analysis::Analysis;
use super::diagram::{Budget, Diagrams, Id, MAX_STEPS};
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
    let mut planner = Planner { diagrams, sets: &mut sets, units: &units, known: HashMap::new() };
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

struct Planner<'a> {
    diagrams: &'a mut Diagrams,
    sets: &'a mut Sets,
    /// The levels of each fact.
    units: &'a [Vec<u32>],
    /// The questions expected, by what is still possible.
    known: HashMap<Id, u64>,
}

impl Planner<'_> {
    /// Whether one outcome, or none, is left.
    fn settled(&mut self, id: Id) -> bool {
        let mut all = 0;
        for set in self.diagrams.results(id) {
            all = self.sets.union(all, set);
        }
        self.sets.members(all).len() < 2
    }

    /// The facts that something still depends on.
    fn units_of(&self, id: Id) -> Vec<usize> {
        let support: BTreeSet<u32> = self.diagrams.support(id).into_keys().collect();
        (0..self.units.len()).filter(|&unit| self.units[unit].iter().any(|level| support.contains(level))).collect()
    }

    /// What is left after each answer that may be, with how many answers lead to it. At most so many answers.
    fn answers(&mut self, id: Id, unit: usize, most: usize) -> Result<BTreeMap<Id, u64>, Budget> {
        let mut left: BTreeMap<Id, u64> = BTreeMap::from([(id, 1)]);
        for &level in &self.units[unit] {
            let mut next: BTreeMap<Id, u64> = BTreeMap::new();
            for (&id, &count) in &left {
                let cells = self.diagrams.support(id).get(&level).copied().unwrap_or(1);
                let step = cells.div_ceil(most).max(1);
                for cell in (0..cells).step_by(step) {
                    let restricted = if cells == 1 { id } else { self.diagrams.restrict(id, level, cell)? };
                    *next.entry(restricted).or_insert(0) += count;
                }
            }
            left = next;
        }
        // What no completion is left for is no answer.
        left.retain(|&id, _| self.diagrams.results(id) != [0]);
        Ok(left)
    }

    /// The questions expected until all is settled.
    fn questions(&mut self, id: Id) -> Result<u64, Budget> {
        if let Some(&known) = self.known.get(&id) {
            return Ok(known);
        }
        let units = if self.settled(id) { Vec::new() } else { self.units_of(id) };
        if self.known.len() >= MAX_STATES {
            return Err(Budget);
        }
        let mut least = None;
        for unit in units {
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
            let after = if self.settled(left) { 0 } else { self.units_of(left).len() as u64 * ONE };
            sum = sum.saturating_add(after.saturating_mul(times));
            count = count.saturating_add(times);
        }
        Ok(ONE + sum.checked_div(count).unwrap_or(0))
    }
}
