//! Which invariants matter to what is asked: those tied to what it reads, directly or through others.
//!
//! Many invariants only say that a date lies before another, mostly the day of the run, and nothing else reads that date. They
//! are *loose*: whatever all else is, some value of the date fits. Loose invariants never make facts contradictory and never
//! narrow what is possible. They count only for which facts are missing (D11 lets any fact be filled in), and there one date
//! stands for all that are bound in the same way: filling in several of them narrows all else as the latest alone does.
//!
//! Others are *settled* by some values of the facts that only invariants read: taken to have these, they say nothing about what
//! is asked. What is found missing then is missing, since facts may be filled in; what is not found may be by other values.

use std::collections::{BTreeMap, BTreeSet};

use super::axis::Axis;
use super::ground::{Gid, Ground, Term, cone, pointwise};
use super::groups::members;
use super::shape::inner;
use crate::eval::kernel::Key;
use crate::program::{Op, Program};
use crate::value::{Evaluated, Type, Value};

/// How invariants bind a date that is read by nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bound {
    ty: Type,
    within: Option<(Value, Value)>,
    invariants: Vec<Limit>,
}

/// One invariant about a date: any of `others` holds, or it is none, or it lies on its side of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Limit {
    others: Vec<Gid>,
    or_none: bool,
    compared: Option<Compared>,
}

/// A comparison of the date with another: `d <= other` (`left`), `other <= d`, or strictly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Compared {
    other: Gid,
    left: bool,
    strict: bool,
}

/// Returns the loose ones among invariants: for each date the indexes of those about it, and how they bind it. `kept` are
/// variables that count by themselves. `again`: also what is loose once others are left out.
pub(crate) fn loose(
    ground: &Ground<'_>,
    invariants: &[Gid],
    kept: &BTreeSet<u32>,
    again: bool,
) -> Vec<(Vec<usize>, Bound)> {
    let mut found: Vec<(Vec<usize>, Bound)> = Vec::new();
    let mut left: BTreeSet<usize> = (0..invariants.len()).collect();
    loop {
        let mut readers: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for &index in &left {
            for &variable in ground.reads(invariants[index]) {
                readers.entry(variable).or_default().push(index);
            }
        }
        let before = left.len();
        for (variable, indexes) in readers {
            let free = !kept.contains(&variable) && indexes.iter().all(|index| left.contains(index));
            let limits = |variable| indexes.iter().map(|&index| limit(ground, invariants[index], variable)).collect();
            let Some(limits): Option<Vec<Limit>> = free.then(|| limits(variable)).flatten() else { continue };
            if let Some(bound) = bound(ground, variable, limits) {
                left.retain(|index| !indexes.contains(index));
                found.push((indexes, bound));
            }
        }
        if left.len() == before || !again {
            return found;
        }
    }
}

/// How a date is bound, if one value of it fits all limits whatever all else is, and later ones (or earlier ones) always less.
fn bound(ground: &Ground<'_>, index: u32, mut limits: Vec<Limit>) -> Option<Bound> {
    let sides: BTreeSet<bool> =
        limits.iter().filter_map(|limit| limit.compared).map(|compared| compared.left).collect();
    let none = limits.iter().all(|limit| limit.or_none);
    let ends = limits.iter().all(|limit| {
        limit.compared.is_some_and(|compared| fits(ground, index, compared)) && !ground.variable(index).ty.is_optional()
    });
    if sides.len() > 1 || !(none || ends) {
        return None;
    }
    limits.sort();
    limits.dedup();
    let variable = ground.variable(index);
    Some(Bound { ty: variable.ty.clone(), within: variable.within.clone(), invariants: limits })
}

/// Reads an invariant as a limit of a date.
fn limit(ground: &Ground<'_>, invariant: Gid, index: u32) -> Option<Limit> {
    let mut limit = Limit { others: Vec::new(), or_none: false, compared: None };
    let mut waiting = vec![invariant];
    while let Some(id) = waiting.pop() {
        let id = inner(ground, id);
        if !ground.reads(id).contains(&index) {
            limit.others.push(id);
            continue;
        }
        match ground.term(id) {
            Term::Apply(Key::Any, parts) => waiting.extend(parts),
            Term::Apply(Key::Node(node), parts) => {
                let is_it = |part: Gid| *ground.term(inner(ground, part)) == Term::Variable(index);
                let strict = match ground.program.op(*node) {
                    Op::IsNone(_) if is_it(parts[0]) => {
                        limit.or_none = true;
                        continue;
                    }
                    Op::LessEqual(..) => false,
                    Op::Less(..) => true,
                    _ => return None,
                };
                let (other, left) = match (is_it(parts[0]), is_it(parts[1])) {
                    (true, false) => (parts[1], true),
                    (false, true) => (parts[0], false),
                    _ => return None,
                };
                let compared = Compared { other: inner(ground, other), left, strict };
                if ground.reads(other).contains(&index) || limit.compared.replace(compared).is_some() {
                    return None;
                }
            }
            _ => return None,
        }
    }
    limit.others.sort_unstable();
    Some(limit)
}

/// Whether for each value of the other side, another date, there is one of the date.
fn fits(ground: &Ground<'_>, index: u32, compared: Compared) -> bool {
    let Term::Variable(other) = *ground.term(compared.other) else { return false };
    let (one, other) = (ground.variable(index), ground.variable(other));
    if one.ty != other.ty || !matches!(one.ty, Type::Date | Type::Instant | Type::Time) {
        return false;
    }
    let axis = |within: &Option<(Value, Value)>| Axis::new(&one.ty, within.as_ref(), false);
    let (Some(one), Some(other)) = (axis(&one.within), axis(&other.within)) else { return false };
    let room = i128::from(compared.strict);
    if compared.left { one.least + room <= other.least } else { one.greatest - room >= other.greatest }
}

/// Returns the invariants that some values of `free` variables do not satisfy by themselves, whatever all else is: the others
/// say nothing about all else. Those that share free variables are satisfied together.
pub(crate) fn unsettled(ground: &Ground<'_>, invariants: &[Gid], kept: &BTreeSet<u32>) -> Vec<Gid> {
    let free =
        |id: Gid| ground.reads(id).iter().copied().filter(|index| !kept.contains(index)).collect::<BTreeSet<u32>>();
    let mut groups: Vec<(BTreeSet<u32>, Vec<Gid>)> = Vec::new();
    for &id in invariants {
        let (mut variables, mut members) = (free(id), vec![id]);
        groups.retain(|(other, ids)| {
            let apart = other.is_disjoint(&variables);
            if !apart {
                variables.extend(other);
                members.extend(ids);
            }
            apart
        });
        groups.push((variables, members));
    }
    let open: BTreeSet<Gid> = groups
        .iter()
        .filter(|(variables, members)| !settles(ground, members, variables))
        .flat_map(|(_, members)| members.iter().copied())
        .collect();
    invariants.iter().copied().filter(|id| open.contains(id)).collect()
}

/// How often the search for such values tries to repair one invariant.
const MAX_REPAIRS: usize = 64;

/// Whether some values of variables satisfy invariants whatever all else is. A search: if it finds none there may be some.
pub(crate) fn settles(ground: &Ground<'_>, invariants: &[Gid], free: &BTreeSet<u32>) -> bool {
    let choices: BTreeMap<u32, Vec<Value>> = free
        .iter()
        .map(|&index| {
            let variable = ground.variable(index);
            (index, few_values(ground.program, &variable.ty, variable.within.as_ref()))
        })
        .collect();
    if choices.values().any(Vec::is_empty) {
        return invariants.is_empty();
    }
    let mut values: BTreeMap<u32, Value> =
        choices.iter().map(|(&index, choices)| (index, choices[0].clone())).collect();
    let holds = |id: Gid, values: &BTreeMap<u32, Value>| match partly(ground, id, values) {
        Evaluated::Unknown => false,
        result => !result.is_no(),
    };
    'repair: for _ in 0..MAX_REPAIRS {
        let Some(&broken) = invariants.iter().find(|&&id| !holds(id, &values)) else { return true };
        for index in ground.reads(broken).iter().filter(|index| free.contains(index)) {
            let readers: Vec<Gid> = invariants.iter().copied().filter(|&id| ground.reads(id).contains(index)).collect();
            let count = |values: &BTreeMap<u32, Value>| readers.iter().filter(|&&id| holds(id, values)).count();
            let before = count(&values);
            for choice in &choices[index] {
                let old = values.insert(*index, choice.clone());
                if count(&values) > before {
                    continue 'repair;
                }
                old.into_iter().for_each(|old| drop(values.insert(*index, old)));
            }
        }
        return false;
    }
    false
}

/// A few values of a type, those first that invariants mostly allow.
pub(crate) fn few_values(program: &Program, ty: &Type, within: Option<&(Value, Value)>) -> Vec<Value> {
    /// How many members of an enum are tried.
    const MEMBERS: usize = 8;
    let mut values: Vec<Value> = ty.is_optional().then_some(Value::None).into_iter().collect();
    match ty.required() {
        Type::YesNo => values.extend([Value::Bool(false), Value::Bool(true)]),
        Type::Enum(id) => values.extend(members(program, *id).into_iter().take(MEMBERS)),
        Type::Set(inner) => {
            values.push(Value::set([]));
            if let Type::Enum(id) = **inner {
                values.extend(members(program, id).into_iter().take(MEMBERS).map(|member| Value::set([member])));
            }
        }
        Type::Text => values.push(Value::Text("other".into())),
        ordered => {
            let axis = Axis::new(ordered, within, false);
            values.extend(axis.iter().flat_map(|axis| [axis.value(axis.least), axis.value(axis.greatest)]));
        }
    }
    values
}

/// What a node comes to with some variables known, by V2 to V4.
fn partly(ground: &Ground<'_>, id: Gid, values: &BTreeMap<u32, Value>) -> Evaluated {
    let mut results: BTreeMap<Gid, Evaluated> = BTreeMap::new();
    for node in cone(ground, &[id]) {
        let result = match ground.term(node) {
            Term::Variable(index) => {
                values.get(index).map_or(Evaluated::Unknown, |value| Evaluated::Value(value.clone()))
            }
            term => pointwise(ground.program, term, |child| results.get(&child).cloned().unwrap_or(Evaluated::Unknown)),
        };
        results.insert(node, result);
    }
    results.remove(&id).unwrap_or(Evaluated::Unknown)
}
