//! W106: somebody for whom no rule decides, and there is no `otherwise`.

use super::claims::Claims;
use super::conflicts::pseudo;
use super::look::Look;
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::Status;
use crate::value::FaultKind;

/// Reports decisions that nothing decides for somebody.
pub(super) fn incomplete(look: &mut Look, claims: &mut Claims) {
    for decision in look.decisions() {
        let it = look.program.decision(decision);
        let place = look.place(it.origin);
        if claims.is_found(Code::INCOMPLETE, place) {
            continue;
        }
        let nothing = pseudo(look, decision, FaultKind::NoRule);
        if look.never(&[nothing]) {
            continue;
        }
        let Some(example) = look.example(&[nothing]) else { continue };
        let answer = look.decide(it.family, &example.facts);
        let undecided = |answer: &crate::eval::Answer| {
            answer.status == Status::Error && answer.fault.is_none_or(|fault| fault.kind == FaultKind::NoRule)
        };
        if !answer.as_ref().is_some_and(undecided) {
            continue;
        }
        let witness = look.witness("none applies to", &example, nothing);
        let name = &look.program.family(it.family).name;
        let finding = Diagnostic::warning(
            Code::INCOMPLETE,
            place,
            format!("for somebody no rule decides `{name}`, and it has no `otherwise`"),
        )
        .witness(Some(witness))
        .help("say what holds then: `otherwise …`, or write a rule for them");
        claims.found(finding);
    }
}
