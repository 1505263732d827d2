//! Which invariants matter to what is asked: those tied to what it reads, directly or through others.
//!
//! Many invariants only say that a date lies before another, mostly the day of the run, and nothing else reads that date. They
//! are *loose*: whatever the other side is, some value of the date fits. A loose invariant never makes facts contradictory and
//! never narrows what is possible. It counts only for which facts are missing (D11 lets any fact be filled in), and there one
//! stands for all of its kind: filling in several such dates narrows the other side as the latest of them alone.

use std::collections::{BTreeMap, BTreeSet};

use super::axis::Axis;
use super::ground::{Gid, Ground, Term};
use super::shape::inner;
use crate::eval::kernel::Key;
use crate::program::Op;
use crate::value::{Type, Value};

/// What a loose invariant says of its date: the other side, which side the date is on, whether the comparison is strict, whether
/// the date may be none, and what values it has.
pub(crate) type Kind = (Gid, bool, bool, bool, Type, Option<(Value, Value)>);

/// Returns the loose ones among invariants, by index, each with its kind. `kept` are variables that count by themselves.
pub(crate) fn loose(ground: &Ground<'_>, invariants: &[Gid], kept: &BTreeSet<u32>) -> BTreeMap<usize, Kind> {
    let mut found: BTreeMap<usize, Kind> = BTreeMap::new();
    loop {
        let before = found.len();
        let mut readers: BTreeMap<u32, usize> = BTreeMap::new();
        let held = (0..invariants.len()).filter(|index| !found.contains_key(index)).collect::<Vec<_>>();
        for variable in held.iter().flat_map(|&index| ground.reads(invariants[index])) {
            *readers.entry(*variable).or_insert(0) += 1;
        }
        for index in held {
            let alone = |variable: u32| readers.get(&variable) == Some(&1) && !kept.contains(&variable);
            if let Some(kind) = kind(ground, invariants[index], &alone) {
                found.insert(index, kind);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Recognises `d <= e`, and `d is none or d <= e`, where `d` is read by nothing else.
fn kind(ground: &Ground<'_>, id: Gid, alone: &impl Fn(u32) -> bool) -> Option<Kind> {
    let id = inner(ground, id);
    let (compared, absent) = match ground.term(id) {
        Term::Apply(Key::Any, parts) => {
            let [one, other] = parts[..] else { return None };
            match (absent(ground, one), absent(ground, other)) {
                (Some(variable), None) => (inner(ground, other), Some(variable)),
                (None, Some(variable)) => (inner(ground, one), Some(variable)),
                _ => return None,
            }
        }
        _ => (id, None),
    };
    let Term::Apply(Key::Node(node), parts) = ground.term(compared) else { return None };
    let strict = match ground.program.op(*node) {
        Op::LessEqual(..) => false,
        Op::Less(..) => true,
        _ => return None,
    };
    [(parts[0], parts[1], true), (parts[1], parts[0], false)].into_iter().find_map(|(date, other, left)| {
        let Term::Variable(index) = *ground.term(inner(ground, date)) else { return None };
        if !alone(index) || ground.reads(other).contains(&index) {
            return None;
        }
        let variable = ground.variable(index);
        let optional = match absent {
            // With none it always holds.
            Some(absent) if absent == index => true,
            Some(_) => return None,
            None if fits(ground, index, other, left, strict) => false,
            None => return None,
        };
        Some((other, left, strict, optional, variable.ty.clone(), variable.within.clone()))
    })
}

/// The variable that a node tests for absence.
fn absent(ground: &Ground<'_>, id: Gid) -> Option<u32> {
    let Term::Apply(Key::Node(node), parts) = ground.term(inner(ground, id)) else { return None };
    match (ground.program.op(*node), ground.term(inner(ground, parts[0]))) {
        (Op::IsNone(_), Term::Variable(index)) => Some(*index),
        _ => None,
    }
}

/// Whether for each value of the other side, another date, there is one of the date.
fn fits(ground: &Ground<'_>, index: u32, other: Gid, left: bool, strict: bool) -> bool {
    let Term::Variable(other) = *ground.term(inner(ground, other)) else { return false };
    let (one, other) = (ground.variable(index), ground.variable(other));
    if one.ty != other.ty || !matches!(one.ty, Type::Date | Type::Instant | Type::Time) {
        return false;
    }
    let axis = |within: &Option<(Value, Value)>| Axis::new(&one.ty, within.as_ref(), false);
    let (Some(one), Some(other)) = (axis(&one.within), axis(&other.within)) else { return false };
    let room = i128::from(strict);
    if left { one.least + room <= other.least } else { one.greatest - room >= other.greatest }
}
