//! Which smallest changes of facts would change an answer.
//!
//! All facts that may be proposed are taken for unknown at once, so that one diagram holds the outcome of every change of any
//! number of them. A change is a way through it from the cells of the present values to another outcome; the cheapest is found
//! by [`paths`](super::paths). Cells of a fact are in order from its present value, so the values proposed are the nearest that
//! matter.
//!
//! What is not stated must not matter after the change, unless the change states it: the cells of such a fact have *left open*
//! before them, where all outcomes of its values are together.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;
use rustc_hash::FxHashMap;

use super::Exact;
use super::analysis::Analysis;
use super::diagram::{Budget, Diagrams, Id, MAX_STEPS, Memo, as_result};
use super::missing::Sets;
use super::paths::{Place, cheapest};
use crate::eval::conclude::{evaluate, outcome};
use crate::eval::interpret::Interpret;
use crate::eval::kernel::Key;
use crate::eval::reach::Reach;
use crate::eval::scope::Scope;
use crate::eval::walk::Algebra;
use crate::eval::{Outcome, Request, Status};
use crate::facts::{Facts, Slot};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, Program};
use crate::syntax::ast::Effort;
use crate::value::{Type, Value};

/// How many changes are returned.
const MAX_CHANGES: usize = 3;

/// How many steps the search takes with all facts at once, and how many for each fact alone if they do not suffice.
const STEPS: usize = MAX_STEPS / 4;
const STEPS_ALONE: usize = STEPS / 16;

/// A change of facts after which something asked comes to another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatWould {
    /// What to state instead, by fact in the order of the program; all else unchanged.
    pub set: Vec<(FactId, Value)>,
    /// What it comes to then.
    pub value: Value,
}

/// Returns the smallest changes that change a decided value: at most `MAX_CHANGES`, the least effort first (a fact that is
/// `changeable easy` weighs 1, any other 10), then in the order of the program. None contains the facts of another.
///
/// Exact over any number of facts for yes/no and enums. Facts that are `changeable never`, that someone judges, and those that
/// pick versions are never proposed, nor texts, lists and records. The change keeps to invariants, and decides whatever is not
/// stated. Empty when nothing is decided, or no change does it. Where the budget of the engine ends, changes of single facts.
pub fn what_would(program: &Program, request: &Request, facts: &Facts, asked: FamilyId) -> Vec<WhatWould> {
    let request = Request { asked: vec![asked], ..request.clone() };
    if evaluate(program, &request, facts).answers.iter().any(|answer| answer.status != Status::Decided) {
        return Vec::new();
    }
    let scope = Scope::new(program, &request, facts);
    let mut reach = Reach::new(program);
    let in_force = |_, version: Option<_>| {
        version.is_none_or(|version| scope.candidates(program.version(version).policy).contains(&version))
    };
    reach.family(asked, &in_force, &|_| false);
    let deciding: BTreeSet<FactId> = program.policies.iter().map(|policy| policy.decided_by).collect();
    let proposable = |facts: &BTreeSet<FactId>| -> BTreeSet<FactId> {
        let kept = |fact: FactId| [EVALUATION_DATE, EVALUATION_TIME].contains(&fact) || deciding.contains(&fact);
        let fits = |fact: FactId| weight(program, fact).is_some() && proposable(&program.fact(fact).ty);
        facts.iter().copied().filter(|&fact| !kept(fact) && fits(fact)).collect()
    };
    let mut proposed = proposable(&reach.facts);
    // What only invariants read may have to change with it.
    let policy = program.family(asked).policy.unwrap_or(request.policy);
    let invariants = scope.invariants(program, policy).into_iter().map(|(invariant, _)| {
        let mut reach = Reach::new(program);
        reach.node(invariant.node, &in_force, &|_| false);
        proposable(&reach.facts)
    });
    let mut invariants: Vec<BTreeSet<FactId>> = invariants.collect();
    loop {
        let before = invariants.len();
        invariants.retain(|facts| {
            let apart = facts.is_disjoint(&proposed);
            if !apart {
                proposed.extend(facts);
            }
            apart
        });
        if invariants.len() == before {
            break;
        }
    }
    let proposed: Vec<FactId> = proposed.into_iter().collect();
    match changes(program, &request, &scope, asked, &proposed, STEPS) {
        Ok(found) => found,
        // Too much at once: each fact alone.
        Err(Budget) => {
            let alone = proposed
                .iter()
                .filter_map(|&fact| changes(program, &request, &scope, asked, &[fact], STEPS_ALONE).ok());
            best(program, alone.flatten().collect())
        }
    }
}

/// How hard a fact is to change; nothing for those never proposed.
fn weight(program: &Program, fact: FactId) -> Option<u32> {
    let fact = program.fact(fact);
    match fact.changeable {
        _ if fact.judged.is_some() => None,
        Some(Effort::Never) => None,
        Some(Effort::Easy) => Some(1),
        Some(Effort::Hard) | None => Some(10),
    }
}

fn proposable(ty: &Type) -> bool {
    match ty.required() {
        Type::YesNo | Type::Enum(_) => true,
        Type::Set(inner) => matches!(**inner, Type::Enum(_)),
        ordered => ordered.is_ordered(),
    }
}

fn best(program: &Program, mut list: Vec<WhatWould>) -> Vec<WhatWould> {
    let effort = |change: &WhatWould| -> u32 { change.set.iter().filter_map(|&(fact, _)| weight(program, fact)).sum() };
    list.sort_by_cached_key(|change| (effort(change), change.set.iter().map(|&(fact, _)| fact).collect::<Vec<_>>()));
    list.truncate(MAX_CHANGES);
    list
}

fn changes(
    program: &Program,
    request: &Request,
    scope: &Scope,
    asked: FamilyId,
    proposed: &[FactId],
    steps: usize,
) -> Result<Vec<WhatWould>, Budget> {
    let mut open_scope = scope.clone();
    proposed.iter().for_each(|&fact| open_scope.forget(fact));
    let policy = program.family(asked).policy.unwrap_or(request.policy);
    let (versions, certain) = (scope.candidates(policy).to_vec(), scope.version(policy).is_some());
    let mut walk = Interpret::walk(program, &open_scope);
    walk.asked(asked, &versions, certain);
    for (invariant, _) in scope.invariants(program, policy) {
        walk.node(invariant.node);
    }
    let mut exact = Exact::new(program, &open_scope, &walk.nodes);
    let open = exact.invariants(policy);
    let root = exact.walk.asked(asked, &versions, certain);
    let root = exact.walk.algebra.apply(Key::Asked(asked), &[root]);
    let ground = &exact.walk.algebra;
    let mut seeds = HashMap::new();
    for (index, variable) in ground.variables.values().enumerate() {
        if let (Slot::Given(value), true) = (scope.slot(variable.at.fact), variable.at.path.is_empty()) {
            seeds.insert(index as u32, value.clone());
        }
    }
    // What is stated stays or changes; what is not stated and only invariants read must fit somehow.
    let kept = ground.reads(root).iter().copied().chain(seeds.keys().copied()).collect();
    let tied = exact.core(root, &open, &kept);
    let roots: Vec<_> = [root].into_iter().chain(tied.iter().copied()).collect();
    let mut analysis = Analysis::near(ground, &roots, &[], &seeds)?;
    analysis.diagrams.allow(steps);
    let (allowed, vague) = analysis.allowed(&tied)?;
    if vague {
        return Err(Budget);
    }
    let diagram = analysis.diagram(root)?;
    let mut outcomes: IndexSet<Option<Value>> = IndexSet::new();
    let mut sets = Sets::new();
    let numbered = analysis.under(allowed, diagram, 0, |result| {
        let value = match outcome(program, asked, result) {
            Outcome::Value(value) if result.value().is_some() => Some(value),
            _ => None,
        };
        sets.single(outcomes.insert_full(value).0 as u32)
    })?;
    let mut places = Vec::new();
    let (mut unstated, mut left_open) = (BTreeSet::new(), Vec::new());
    for (index, variable) in ground.variables.values().enumerate() {
        let Some(level) = analysis.level(index as u32) else { continue };
        let stated = seeds.contains_key(&(index as u32));
        match weight(program, variable.at.fact) {
            Some(weight) if proposed.contains(&variable.at.fact) && variable.at.path.is_empty() => {
                let cells: Vec<Value> = analysis.cells.values[index].clone();
                let mut allowed: Vec<bool> = cells.iter().map(|cell| !matches!(cell, Value::Text(_))).collect();
                let mut cells: Vec<Option<Value>> = cells.into_iter().map(Some).collect();
                if !stated {
                    cells.insert(0, None);
                    allowed.insert(0, true);
                    unstated.insert(level);
                }
                places.push(Place { fact: variable.at.fact, level, weight, cells, allowed });
            }
            _ if !stated => left_open.push(level),
            _ => {}
        }
    }
    places.sort_by_key(|place| place.fact);
    let diagrams = &mut analysis.diagrams;
    let settled = diagrams.reduce(numbered, &left_open, &mut |a, b| sets.union(a, b))?;
    let mut opening = Opening { unstated, made: FxHashMap::default(), united: Memo::default() };
    let root = opening.open(diagrams, settled, &mut sets)?;
    let value = |number: u32| match sets.members(number) {
        [one] => outcomes[*one as usize].clone(),
        _ => None,
    };
    let mut present = root;
    while as_result(present).is_none() {
        present = diagrams.branches(present)[0];
    }
    let Some(now) = as_result(present).and_then(value) else { return Ok(Vec::new()) };
    let goal = |number: u32| value(number).is_some_and(|value| value != now);
    let found = cheapest(diagrams, root, &places, MAX_CHANGES, &goal)?;
    let change = |path: &super::paths::Path| {
        let set = path
            .cells
            .iter()
            .filter_map(|&(place, cell)| Some((places[place].fact, places[place].cells[cell].clone()?)));
        Some(WhatWould { set: set.collect(), value: value(path.result)? })
    };
    Ok(found.iter().filter_map(change).collect())
}

/// Puts *left open* before the cells of what is not stated.
struct Opening {
    unstated: BTreeSet<u32>,
    made: FxHashMap<Id, Id>,
    united: Memo,
}

impl Opening {
    fn open(&mut self, diagrams: &mut Diagrams, id: Id, sets: &mut Sets) -> Result<Id, Budget> {
        if as_result(id).is_some() || self.unstated.is_empty() {
            return Ok(id);
        }
        if let Some(&made) = self.made.get(&id) {
            return Ok(made);
        }
        let level = diagrams.level(id);
        let mut branches = Vec::new();
        for branch in diagrams.branches(id).to_vec() {
            // Recursion: one level per variable.
            branches.push(self.open(diagrams, branch, sets)?);
        }
        if self.unstated.contains(&level) {
            let mut all = branches[0];
            for &branch in &branches[1..] {
                all = diagrams.apply2(all, branch, &mut self.united, &mut |a, b| sets.union(a, b))?;
            }
            branches.insert(0, all);
        }
        let made = diagrams.node(level, branches);
        self.made.insert(id, made);
        Ok(made)
    }
}
