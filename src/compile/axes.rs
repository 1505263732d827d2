//! Which plan is for whom: the days between boundaries, by the facts that pick versions.
//!
//! Between two boundaries of a deciding fact the same versions are in force and dated data has the same values, so that all
//! this is settled when a plan is made. A day inside which something changes (T4) has no plan.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::layout::{FIRST, Layout, day_number};
use crate::eval::Request;
use crate::eval::reach::Reach;
use crate::program::{Boundary, EVALUATION_DATE, FactId, Op, PolicyId, Program};
use crate::value::Type;

/// A deciding fact and its boundaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) fact: FactId,
    /// Its slot.
    pub(super) slot: usize,
    /// The first day of each stretch but the first, sorted.
    starts: Vec<NaiveDate>,
    cells: Vec<i64>,
    /// Days inside which something changes.
    split: BTreeSet<NaiveDate>,
}

impl Axis {
    /// How many stretches of days there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() + 1
    }

    /// A day of a stretch; nothing where the stretch is a day inside which something changes.
    pub(super) fn day(&self, stretch: usize) -> Option<NaiveDate> {
        let day = match stretch.checked_sub(1) {
            Some(before) => self.starts[before],
            None => self.starts.first().copied().unwrap_or_default().pred_opt()?,
        };
        (!self.split.contains(&day)).then_some(day)
    }
}

/// Returns the deciding facts of what is asked, with their boundaries. Nothing where one of them is no date.
pub(super) fn axes(program: &Program, layout: &Layout, request: &Request, reach: &Reach<'_>) -> Option<Vec<Axis>> {
    let mut axes: Vec<Axis> = Vec::new();
    for policy in policies(program, request) {
        let fact = program.policies[policy.index()].decided_by;
        let pinned = request.pinned.is_some_and(|version| program.version(version).policy == policy);
        if program.fact(fact).ty != Type::Date {
            if pinned {
                continue;
            }
            return None;
        }
        if !axes.iter().any(|axis| axis.fact == fact) {
            let slot = layout.slot(fact)?;
            axes.push(Axis { fact, slot, starts: Vec::new(), cells: Vec::new(), split: BTreeSet::new() });
        }
        for &version in &program.policies[policy.index()].versions {
            let version = program.version(version);
            for boundary in [Some(version.start), version.end].into_iter().flatten() {
                add(&mut axes, fact, boundary);
            }
        }
    }
    for &node in &reach.nodes {
        let (clock, boundaries): (_, Vec<Boundary>) = match program.op(node) {
            Op::Dated(table, clock) => {
                (clock, program.dated[table.index()].values.iter().map(|(boundary, _)| *boundary).collect())
            }
            Op::Scale(scale, _, clock) => {
                (clock, program.scales[scale.index()].values.iter().map(|(boundary, _)| *boundary).collect())
            }
            _ => continue,
        };
        if let Op::Fact(fact) = program.op(clock.day) {
            boundaries.into_iter().for_each(|boundary| add(&mut axes, *fact, boundary));
        }
    }
    for axis in &mut axes {
        axis.starts.sort_unstable();
        axis.starts.dedup();
        axis.cells = axis.starts.iter().map(|&day| day_number(day)).collect();
    }
    Some(axes)
}

fn add(axes: &mut [Axis], fact: FactId, boundary: Boundary) {
    let Some(axis) = axes.iter_mut().find(|axis| axis.fact == fact) else { return };
    axis.starts.push(boundary.date);
    if boundary.moment.is_some() {
        axis.split.insert(boundary.date);
        axis.starts.extend(boundary.date.succ_opt());
    }
}

/// Returns the place of the plan for a row, read by slot, by its stretch on each axis; nothing where a day is not known.
pub(super) fn place(axes: &[Axis], cell: impl Fn(usize) -> i64) -> Option<usize> {
    axes.iter().try_fold(0, |place, axis| {
        let cell = cell(axis.slot);
        let stretch = axis.cells.partition_point(|&start| start <= cell);
        (cell >= FIRST).then_some(place * axis.len() + stretch)
    })
}

/// All policies that may be reached.
fn policies(program: &Program, request: &Request) -> Vec<PolicyId> {
    let asked = request.asked.iter().filter_map(|&family| program.family(family).policy);
    program.with_used(std::iter::once(request.policy).chain(asked))
}

/// Adds to what is read all that picks versions or must hold.
pub(super) fn reach<'p>(program: &'p Program, request: &Request) -> Reach<'p> {
    let mut reach = Reach::new(program);
    for &family in &request.asked {
        reach.family(family, &|_, _| true, &|_| true);
    }
    for policy in policies(program, request) {
        for &version in &program.policies[policy.index()].versions {
            reach.deciding(version);
            let version = program.version(version);
            let library = version.library_invariants.iter().map(|&index| program.invariants[index as usize]);
            for invariant in version.invariants.iter().copied().chain(library) {
                reach.node(invariant.node, &|_, _| true, &|_| true);
            }
        }
    }
    reach.facts.insert(EVALUATION_DATE);
    reach
}
