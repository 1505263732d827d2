//! W117: error values that can reach an outcome.

use std::collections::BTreeSet;

use super::claims::Claims;
use super::look::{Look, fails, rests_on};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Status;
use crate::program::{NodeId, Op, OriginKind};
use crate::solve::encode::Case;
use crate::solve::sat::Lit;
use crate::value::{Evaluated, FaultKind, Value};

/// Reports operations whose error is the outcome of a decision for somebody.
pub(super) fn errors(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    let roots: Vec<_> = look.request.asked.iter().copied().zip(look.graphed.roots.clone()).collect();
    let mut failing = Vec::new();
    for (family, root) in roots {
        let fails = fails(&mut look.space.encoder, root);
        let read = look.decision_of(family).map(|decision| rests_on(program, Vec::new(), vec![decision]));
        if let Some(read) = read.filter(|_| fails != Lit::FALSE && !look.never(&[fails])) {
            failing.push((family, fails, read));
        }
    }
    divisions(look, claims);
    let mut seen = BTreeSet::new();
    // Parts come before the whole: the first clause that fails although its parts do not is the place.
    for (origin, inner, id) in look.clauses() {
        let raised = raised(look, inner);
        if raised.is_empty() {
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
        for (family, fails, read) in &failing {
            let (family, fails) = (*family, *fails);
            if !read.contains(&inner) || look.never(&[here, fails]) {
                continue;
            }
            let both = look.space.encoder.gates.and(&[here, fails]);
            let Some(example) = look.example(&[both]) else { continue };
            let Some(answer) = look.decide(family, &example.facts) else { continue };
            let Some(fault) =
                answer.fault.filter(|fault| answer.status == Status::Error && raised.contains(&fault.kind))
            else {
                continue;
            };
            let Some(what) = words(fault.kind) else { continue };
            let witness = look.witness("it is for", &example, both);
            let name = &program.family(family).name;
            let message = format!("`{name}` can come to an error: {what}");
            // Data that ends somewhere is no mistake of the text.
            let finding = match fault.kind {
                FaultKind::NoCalendar => Diagnostic::note(Code::ERROR_VALUE, place, message),
                _ => Diagnostic::warning(Code::ERROR_VALUE, place, message),
            };
            let finding =
                finding.witness(Some(witness)).help("guard it with a condition beside it, or say what holds then");
            claims.found(finding);
            break;
        }
    }
}

/// Reports divisions whose divisor can be zero, where that is the outcome. What they come to cannot be taken apart, but the
/// divisor can.
fn divisions(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    let zero = Case::Known(Evaluated::Value(Value::integer(0)));
    for (origin, inner, _) in look.clauses() {
        let place = look.place(origin);
        let divisors = own(look, inner).into_iter().filter_map(|node| match program.op(node) {
            Op::Divide(_, divisor) => look.graph_of(*divisor),
            _ => None,
        });
        for divisor in divisors.collect::<Vec<_>>() {
            let mut lits = Vec::new();
            for (lit, case) in look.space.encoder.cases(divisor).iter() {
                let same = look.space.encoder.same(case, &zero);
                lits.push(look.space.encoder.gates.and(&[*lit, same]));
            }
            let is_zero = look.space.encoder.gates.or(&lits);
            if claims.is_found(Code::ERROR_VALUE, place) || look.never(&[is_zero]) {
                continue;
            }
            for family in look.request.asked.clone() {
                let decision = look.decision_of(family);
                let Some(decision) = decision.filter(|&it| rests_on(program, Vec::new(), vec![it]).contains(&inner))
                else {
                    continue;
                };
                // Somebody for whom a rule with the division applies, else anybody.
                let mut wanted = vec![vec![is_zero]];
                for &rule in crate::eval::kernel::decide::rules(&program.decision(decision).body) {
                    let Some(terms) = look.graphed.rules.get(&rule).copied() else { continue };
                    if rests_on(program, vec![program.rule(rule).value], Vec::new()).contains(&inner) {
                        wanted.insert(0, vec![is_zero, look.space.encoder.truth(terms.stands).yes]);
                    }
                }
                for who in wanted {
                    let Some(example) = look.example(&who) else { continue };
                    let answer = look.decide(family, &example.facts);
                    let fault = answer.filter(|answer| answer.status == Status::Error).and_then(|answer| answer.fault);
                    if fault.is_none_or(|fault| fault.kind != FaultKind::DivisionByZero) {
                        continue;
                    }
                    let all = look.space.encoder.gates.and(&who);
                    let witness = look.witness("it is for", &example, all);
                    let name = &program.family(family).name;
                    let message = format!("`{name}` can come to an error: a division by zero");
                    let finding = Diagnostic::warning(Code::ERROR_VALUE, place, message).witness(Some(witness));
                    claims.found(finding.help("guard it with a condition beside it, or say what holds then"));
                    break;
                }
            }
        }
    }
}

/// The nodes of an expression, not those of clauses below it.
fn own(look: &Look, node: NodeId) -> BTreeSet<NodeId> {
    let mut seen = BTreeSet::from([node]);
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        let inner = look.program.op(node).children().into_iter();
        let inner = inner.filter(|&child| !matches!(look.program.op(child), Op::Clause(..)));
        waiting.extend(inner.filter(|&child| seen.insert(child)));
    }
    seen
}

/// The errors that an expression can come to by itself, not those of clauses below it.
fn raised(look: &Look, node: NodeId) -> BTreeSet<FaultKind> {
    let mut kinds = BTreeSet::new();
    for node in own(look, node) {
        let own: &[FaultKind] = match look.program.op(node) {
            Op::Divide(..) => &[FaultKind::DivisionByZero],
            Op::Multiply(..) | Op::Round(..) => &[FaultKind::Overflow],
            Op::Dated(..) | Op::Scale(..) => &[FaultKind::NoValue],
            Op::AddBusinessDays(..) => &[FaultKind::NoCalendar, FaultKind::DateRange],
            Op::AddMonths(..) | Op::AddDays(..) => &[FaultKind::DateRange],
            Op::Period(..) => &[FaultKind::Period],
            Op::Fold { .. } => &[FaultKind::Empty],
            _ => &[],
        };
        kinds.extend(own);
    }
    kinds
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
