//! Which smallest changes of facts would change an answer.
//!
//! All facts that may be proposed are taken for unknown at once; one diagram then answers for every change of one or two of
//! them, over the same cells as everything else: the values proposed are the nearest to the present ones that matter.

use std::collections::{BTreeSet, HashMap};

use indexmap::IndexSet;

use super::Exact;
use super::analysis::Analysis;
use super::diagram::{Budget, Diagrams, Id, as_result};
use crate::eval::conclude::outcome;
use crate::eval::interpret::Interpret;
use crate::eval::kernel::Key;
use crate::eval::reach::Reach;
use crate::eval::scope::Scope;
use crate::eval::walk::Algebra;
use crate::eval::{Outcome, Request};
use crate::facts::{Facts, Slot};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, Program};
use crate::syntax::ast::Effort;
use crate::value::{Type, Value};

/// How many changes are returned.
const MAX_CHANGES: usize = 3;

/// How many values of one fact are tried in pairs, the nearest first.
const MAX_PAIRED: usize = 16;

/// A change of facts after which something asked comes to another value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatWould {
    /// What to state instead, by fact in the order of the program; all else unchanged.
    pub set: Vec<(FactId, Value)>,
    /// What it comes to then.
    pub value: Value,
}

/// Returns the smallest changes that change a decided value of yes/no or of an enum: at most `MAX_CHANGES`, the least
/// effort first (a fact that is `changeable easy` weighs 1, any other 10), then in the order of the program.
///
/// Of single facts, else of two together. Facts that are `changeable never`, that someone judges, and those that pick
/// versions are never proposed, nor lists and records. The change keeps to invariants, and decides whatever is not stated.
/// Empty when nothing is decided, or no such change is found within the engine's budget.
pub fn what_would(program: &Program, request: &Request, facts: &Facts, asked: FamilyId) -> Vec<WhatWould> {
    let request = Request { asked: vec![asked], ..request.clone() };
    let scope = Scope::new(program, &request, facts);
    let mut reach = Reach::new(program);
    let in_force = |_, version: Option<_>| {
        version.is_none_or(|version| scope.candidates(program.version(version).policy).contains(&version))
    };
    reach.family(asked, &in_force, &|_| false);
    let deciding: BTreeSet<FactId> = program.policies.iter().map(|policy| policy.decided_by).collect();
    let proposed: Vec<FactId> = reach
        .facts
        .iter()
        .copied()
        .filter(|&fact| ![EVALUATION_DATE, EVALUATION_TIME].contains(&fact) && !deciding.contains(&fact))
        .filter(|&fact| weight(program, fact).is_some() && proposable(&program.fact(fact).ty))
        .collect();
    match changes(program, &request, &scope, asked, &proposed) {
        Ok(found) => found,
        // Too much at once: each fact alone.
        Err(Budget) => {
            let alone = proposed.iter().filter_map(|&fact| changes(program, &request, &scope, asked, &[fact]).ok());
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

/// One fact in the diagram.
struct Place {
    fact: FactId,
    level: u32,
    cells: Vec<Value>,
    /// It is stated, or assumed; the first cell is its present value.
    stated: bool,
}

fn changes(
    program: &Program,
    request: &Request,
    scope: &Scope,
    asked: FamilyId,
    proposed: &[FactId],
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
    let tied = exact.tied(root, &open, false);
    let ground = &exact.walk.algebra;
    let mut seeds = HashMap::new();
    for (index, variable) in ground.variables.values().enumerate() {
        if let (Slot::Given(value), true) = (scope.slot(variable.at.fact), variable.at.path.is_empty()) {
            seeds.insert(index as u32, value.clone());
        }
    }
    let roots: Vec<_> = [root].into_iter().chain(tied.iter().copied()).collect();
    let mut analysis = Analysis::near(ground, &roots, &[], &seeds)?;
    let (allowed, vague) = analysis.allowed(&tied)?;
    if vague {
        return Err(Budget);
    }
    let diagram = analysis.diagram(root)?;
    let mut outcomes: IndexSet<Option<Value>> = IndexSet::new();
    // Sets of outcomes: number 0 is the empty one, where an invariant is broken.
    let mut sets: IndexSet<Vec<u32>> = IndexSet::from([Vec::new()]);
    let numbered = analysis.under(allowed, diagram, 0, |result| {
        let value = match outcome(program, asked, result) {
            Outcome::Value(value) if result.value().is_some() => Some(value),
            _ => None,
        };
        let number = outcomes.insert_full(value).0 as u32;
        sets.insert_full(vec![number]).0 as u32
    })?;
    let mut places = Vec::new();
    let mut unstated = Vec::new();
    for (index, variable) in ground.variables.values().enumerate() {
        let Some(level) = analysis.level(index as u32) else { continue };
        let stated = seeds.contains_key(&(index as u32));
        if proposed.contains(&variable.at.fact) && variable.at.path.is_empty() {
            let cells = analysis.cells.values[index].clone();
            places.push(Place { fact: variable.at.fact, level, cells, stated });
        }
        if !stated {
            unstated.push(level);
        }
    }
    places.sort_by_key(|place| place.fact);
    let mut finder = Finder { diagrams: &mut analysis.diagrams, numbered, unstated, sets, outcomes };
    let Some(now) = finder.value(&places, &[])? else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for one in 0..places.len() {
        found.extend(finder.first_change(&places, &[one], &now)?);
    }
    if found.is_empty() {
        for one in 0..places.len() {
            for other in one + 1..places.len() {
                found.extend(finder.first_change(&places, &[one, other], &now)?);
            }
        }
    }
    Ok(best(program, found))
}

struct Finder<'a> {
    diagrams: &'a mut Diagrams,
    numbered: Id,
    unstated: Vec<u32>,
    sets: IndexSet<Vec<u32>>,
    outcomes: IndexSet<Option<Value>>,
}

impl Finder<'_> {
    /// The diagram with what stays unstated taken out.
    fn settled(&mut self, places: &[Place], changed: &[usize]) -> Result<Id, Budget> {
        let kept: Vec<u32> = changed.iter().map(|&place| places[place].level).collect();
        let open: Vec<u32> = self.unstated.iter().copied().filter(|level| !kept.contains(level)).collect();
        if open.is_empty() {
            return Ok(self.numbered);
        }
        let sets = &mut self.sets;
        self.diagrams.reduce(self.numbered, &open, &mut |a, b| {
            let mut all: Vec<u32> = sets[a as usize].iter().chain(&sets[b as usize]).copied().collect();
            all.sort_unstable();
            all.dedup();
            sets.insert_full(all).0 as u32
        })
    }

    /// The one value at the given cells of changed facts, all others being as they are.
    fn at(&self, mut id: Id, cells: &[(u32, usize)]) -> Option<Value> {
        loop {
            match as_result(id) {
                Some(set) => {
                    let [one] = self.sets[set as usize][..] else { return None };
                    return self.outcomes[one as usize].clone();
                }
                None => {
                    let level = self.diagrams.level(id);
                    let cell = cells.iter().find(|(of, _)| *of == level).map_or(0, |&(_, cell)| cell);
                    id = self.diagrams.branches(id)[cell];
                }
            }
        }
    }

    fn value(&mut self, places: &[Place], changed: &[usize]) -> Result<Option<Value>, Budget> {
        let settled = self.settled(places, changed)?;
        Ok(self.at(settled, &[]))
    }

    /// The first change of these facts, all of them, that gives another value: the nearest values first.
    fn first_change(&mut self, places: &[Place], changed: &[usize], now: &Value) -> Result<Option<WhatWould>, Budget> {
        let settled = self.settled(places, changed)?;
        // What is stated changes to another cell than its present one, the first.
        let choices = |place: usize| {
            let place = &places[place];
            let most = if changed.len() > 1 { MAX_PAIRED } else { place.cells.len() };
            let from = usize::from(place.stated);
            (from..place.cells.len()).take(most).filter(|&cell| !matches!(place.cells[cell], Value::Text(_)))
        };
        let mut chosen: Vec<Vec<(u32, usize)>> = vec![Vec::new()];
        for &place in changed {
            let level = places[place].level;
            chosen = chosen
                .iter()
                .flat_map(|so_far| choices(place).map(move |cell| [&so_far[..], &[(level, cell)]].concat()))
                .collect();
        }
        // Near in both rather than near in the first and far in the second.
        chosen.sort_by_key(|cells| cells.iter().map(|(_, cell)| cell).sum::<usize>());
        for cells in chosen {
            if let Some(value) = self.at(settled, &cells).filter(|value| value != now) {
                let set = changed
                    .iter()
                    .zip(&cells)
                    .map(|(&place, &(_, cell))| (places[place].fact, places[place].cells[cell].clone()));
                return Ok(Some(WhatWould { set: set.collect(), value }));
            }
        }
        Ok(None)
    }
}
