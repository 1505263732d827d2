//! Examples: somebody for whom something holds, as ordinary as can be; and which of their facts matter.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::domain::Domain;
use super::sat::Lit;
use super::{Answer, Model, Space};
use crate::eval::exact::shape::Side;
use crate::facts::Facts;
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId};
use crate::value::Value;

/// How many facts of an example are unusual at most for it to be proved that fewer will not do.
const MAX_PROVED: usize = 3;

/// Somebody, with what is so of each fact.
pub(crate) struct Example {
    pub(crate) model: Model,
    pub(crate) facts: Facts,
}

/// Finds the most ordinary one for whom all of these hold: as few facts as possible that are not ordinary.
pub(crate) fn ordinary(space: &mut Space, who: &[Lit], given: &[(FactId, Value)], today: NaiveDate) -> Option<Example> {
    let soft: Vec<Lit> = usual(space).into_iter().map(|(_, lit)| lit).collect();
    let mut model = closest(space, who, &soft)?;
    let missed = soft.iter().filter(|&&lit| !model.holds(lit)).count();
    if (2..=MAX_PROVED).contains(&missed) {
        let denied: Vec<Lit> = soft.iter().map(|&lit| !lit).collect();
        let reached = space.encoder.gates.at_least(&denied, missed);
        for fewer in (1..missed).rev() {
            let mut ask = who.to_vec();
            ask.push(!reached[fewer]);
            match space.ask(&ask) {
                Answer::Yes(better) => model = better,
                _ => break,
            }
        }
    }
    space.usual(&mut model);
    let facts = space.applicant(&model, given, today);
    Some(Example { model, facts })
}

/// Finds somebody for whom all of `hard` hold and as much of `soft` as can, the first rather than the later.
///
/// All of it is tried at once. As long as that excludes everybody, the last of those that exclude each other is given up; what was
/// given up is tried again at the end.
pub(crate) fn closest(space: &mut Space, hard: &[Lit], soft: &[Lit]) -> Option<Model> {
    let mut held: Vec<Lit> = soft.to_vec();
    let mut given_up: Vec<Lit> = Vec::new();
    let ask = |space: &mut Space, held: &[Lit]| space.ask(&[hard, held].concat());
    let mut model = loop {
        match ask(space, &held) {
            Answer::Yes(model) => break model,
            Answer::Unknown => return None,
            Answer::No(core) => {
                let place = held.iter().rposition(|lit| core.contains(lit))?;
                given_up.push(held.remove(place));
            }
        }
    };
    given_up.pop();
    for lit in given_up {
        held.push(lit);
        if model.holds(lit) {
            continue;
        }
        match ask(space, &held) {
            Answer::Yes(better) => model = better,
            _ => drop(held.pop()),
        }
    }
    Some(model)
}

/// What is so of ordinary applicants, fact by fact, with the variable.
pub(crate) fn usual(space: &mut Space) -> Vec<(u32, Lit)> {
    let mut list = Vec::new();
    let sides = space.encoder.compared.keys().flat_map(|(a, b)| [a, b]).filter_map(Side::node);
    let compared: BTreeSet<u32> = sides.flat_map(|node| space.encoder.ground.reads(node).iter().copied()).collect();
    for variable in 0..space.encoder.domains.len() as u32 {
        let usual = space.usual.get(&variable).copied();
        match space.encoder.domains[variable as usize].clone() {
            Some(Domain::Finite { values, line }) if values.len() > 1 && !line.reached.is_empty() => {
                list.push((variable, space.encoder.is_value(variable, 0)));
            }
            Some(Domain::Ordered { present, line, .. }) => {
                if present != Lit::TRUE {
                    list.push((variable, !present));
                } else if let Some(at) = usual.filter(|_| !line.reached.is_empty() || compared.contains(&variable)) {
                    list.push((variable, space.encoder.between(variable, at, at)));
                }
            }
            Some(Domain::Members { members, present }) => {
                if present != Lit::TRUE {
                    list.push((variable, !present));
                }
                list.extend(members.iter().map(|(_, lit)| (variable, !*lit)));
            }
            _ => {}
        }
    }
    // What comes last is given up first: of a list the first elements rather than the later.
    list.sort_by_key(|(variable, _)| {
        let path = &space.encoder.ground.variable(*variable).at.path;
        std::cmp::Reverse(path.first().map_or(u32::MAX, |&element| element.min(u32::MAX - 1)))
    });
    list
}

/// What is so of somebody, fact by fact: together they fix every fact that the texts tell apart.
pub(crate) fn fixed(space: &mut Space, model: &Model) -> Vec<(u32, Lit)> {
    let mut list = Vec::new();
    for variable in 0..space.encoder.domains.len() as u32 {
        match space.encoder.domains[variable as usize].clone() {
            Some(Domain::Finite { line, .. }) if !line.reached.is_empty() => {
                let (low, _) = line.range(|lit| model.holds(lit));
                list.push((variable, space.encoder.is_value(variable, low.0 as usize)));
            }
            Some(Domain::Ordered { axis, present, line }) => {
                let there = model.holds(present);
                let mut lit = if there { present } else { !present };
                if there {
                    let (low, high) = line.range(|lit| model.holds(lit));
                    let at = model.places.get(&variable).copied().unwrap_or(low.0).clamp(axis.least, axis.greatest);
                    let at = at.clamp(low.0, high.0);
                    let here = space.encoder.between(variable, at, at);
                    lit = space.encoder.gates.and(&[lit, here]);
                }
                list.push((variable, lit));
            }
            Some(Domain::Members { members, present }) => {
                let there = model.holds(present);
                let mut parts = vec![if there { present } else { !present }];
                parts.extend(members.iter().map(|(_, lit)| if model.holds(*lit) { *lit } else { !*lit }));
                list.push((variable, space.encoder.gates.and(&parts)));
            }
            _ => {}
        }
    }
    list
}

/// The facts of somebody that alone settle a goal, whatever else is so: the fewest in a fixed order.
pub(crate) fn needed(space: &mut Space, model: &Model, goal: Lit) -> Vec<FactId> {
    let mut all = fixed(space, model);
    // What is asked of everybody comes last: it is kept if it can be.
    all.sort_by_key(|(variable, _)| {
        let fact = space.encoder.ground.variable(*variable).at.fact;
        (fact == EVALUATION_TIME || fact == EVALUATION_DATE, *variable)
    });
    let mut held = all.clone();
    let missed_by = |held: &[(u32, Lit)]| {
        let mut lits = vec![!goal];
        lits.extend(held.iter().map(|(_, lit)| *lit));
        lits
    };
    if let Answer::No(core) = space.ask(&missed_by(&held)) {
        held.retain(|(_, lit)| core.contains(lit));
        let mut index = 0;
        while index < held.len() {
            let mut without = held.clone();
            without.remove(index);
            if space.nobody(&missed_by(&without)) { held = without } else { index += 1 }
        }
    }
    let mut facts: Vec<FactId> =
        held.iter().map(|(variable, _)| space.encoder.ground.variable(*variable).at.fact).collect();
    facts.sort_unstable();
    facts.dedup();
    facts
}
