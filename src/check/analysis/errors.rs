//! W117: error values that can reach an outcome.

use std::collections::BTreeSet;

use super::claims::Claims;
use super::look::{Look, fails};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Status;
use crate::program::{Op, OriginKind};
use crate::solve::sat::Lit;
use crate::value::FaultKind;

/// Reports operations whose error is the outcome of a decision for somebody.
pub(super) fn errors(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    let roots: Vec<_> = look.request.asked.iter().copied().zip(look.graphed.roots.clone()).collect();
    let mut failing = Vec::new();
    for (family, root) in roots {
        let fails = fails(&mut look.space.encoder, root);
        if fails != Lit::FALSE && !look.never(&[fails]) {
            failing.push((family, fails));
        }
    }
    if failing.is_empty() {
        return;
    }
    let mut seen = BTreeSet::new();
    // Parts come before the whole: the first clause that fails although its parts do not is the place.
    for (origin, inner, id) in look.clauses() {
        if !raises(program.op(inner)) && !below_raises(look, inner) {
            continue;
        }
        let it = program.origin(origin);
        let place = look.head(it.span);
        if matches!(it.kind, OriginKind::Outside) || claims.is_found(Code::ERROR_VALUE, place) || !seen.insert(place) {
            continue;
        }
        let here = fails(&mut look.space.encoder, id);
        if here == Lit::FALSE {
            continue;
        }
        for &(family, fails) in &failing {
            if look.never(&[here, fails]) {
                continue;
            }
            let both = look.space.encoder.gates.and(&[here, fails]);
            let Some(example) = look.example(&[both]) else { continue };
            let Some(answer) = look.decide(family, &example.facts) else { continue };
            let Some(fault) = answer.fault.filter(|_| answer.status == Status::Error) else { continue };
            let Some(what) = words(fault.kind) else { continue };
            let witness = look.witness("it is for", &example, both);
            let name = &program.family(family).name;
            let finding =
                Diagnostic::warning(Code::ERROR_VALUE, place, format!("`{name}` can come to an error: {what}"))
                    .witness(Some(witness))
                    .help("guard it with a condition beside it, or say what holds then");
            claims.found(finding);
            break;
        }
    }
}

/// Operations that can come to an error although their operands are values.
fn raises(op: &Op) -> bool {
    matches!(
        op,
        Op::Divide(..)
            | Op::Round(..)
            | Op::Dated(..)
            | Op::Scale(..)
            | Op::AddBusinessDays(..)
            | Op::Period(..)
            | Op::Fold { .. }
            | Op::AddMonths(..)
            | Op::AddDays(..)
    )
}

/// Whether an operation that can fail stands in an expression, not behind another clause.
fn below_raises(look: &Look, node: crate::program::NodeId) -> bool {
    let mut waiting = vec![node];
    let mut seen = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        let op = look.program.op(node);
        if raises(op) {
            return true;
        }
        let inner = op.children().into_iter().filter(|&child| !matches!(look.program.op(child), Op::Clause(..)));
        waiting.extend(inner.filter(|&child| seen.insert(child)));
    }
    false
}

/// What an error is; nothing for those that other findings tell, or that the text states on purpose.
fn words(kind: FaultKind) -> Option<&'static str> {
    match kind {
        FaultKind::Overflow => Some("a number is too large"),
        FaultKind::DivisionByZero => Some("a division by zero"),
        FaultKind::DateRange => Some("a date outside the calendar"),
        FaultKind::NoValue => Some("a parameter, scale or set has no value on that day"),
        FaultKind::NoCalendar => Some("a day that the calendar of working days does not cover"),
        FaultKind::Empty => Some("the least or greatest of nothing"),
        FaultKind::Period => Some("a period ends before it starts"),
        FaultKind::PartOfCent => Some("an amount with parts of a cent"),
        FaultKind::NoRow
        | FaultKind::RowsDisagree
        | FaultKind::Conflict
        | FaultKind::NoRule
        | FaultKind::NotInForce
        | FaultKind::Absent
        | FaultKind::Moment => None,
    }
}
