//! E101, W102: conditions that are never true, or always.

use std::collections::BTreeMap;

use super::claims::Claims;
use super::look::Look;
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{NodeId, Op, Origin, OriginKind, Program};
use crate::value::Type;

/// Reports conditions and definitions that come to the same for everybody; of a whole that follows from its parts, the parts.
pub(super) fn constant(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    let mut known: BTreeMap<NodeId, bool> = BTreeMap::new();
    for (origin, inner, id) in look.clauses() {
        let it = program.origin(origin);
        let kind = matches!(it.kind, OriginKind::Condition | OriginKind::Part | OriginKind::Define);
        if !kind || *program.info(inner).ty.required() != Type::YesNo || !reads_facts(program, inner) {
            continue;
        }
        // Conditions of notes and asserts are looked at too; those of an outcome's value are none.
        let span = it.span;
        let never_refuted = claims.is_refuted(span, Code::NEVER_TRUE, "");
        let always_refuted = claims.is_refuted(span, Code::ALWAYS_TRUE, "");
        if never_refuted && always_refuted {
            continue;
        }
        let truth = look.space.encoder.truth(id);
        let never = !never_refuted && look.never(&[truth.yes]);
        let always = !always_refuted && !never && look.never(&[!truth.yes]);
        if never || always {
            known.insert(inner, always);
        }
        let explained = explained(program, inner, &known, true);
        let told = |holds: bool| holds && explained.is_none();
        let finding = told(never).then(|| never_true(look, it));
        claims.always(span, Code::NEVER_TRUE, "", finding);
        let finding = told(always).then(|| always_true(look, it));
        claims.always(span, Code::ALWAYS_TRUE, "", finding);
    }
}

fn named(it: &Origin) -> String {
    if it.name.is_empty() { "this condition".into() } else { format!("`{}`", it.name) }
}

fn never_true(look: &Look, it: &Origin) -> Diagnostic {
    Diagnostic::warning(Code::NEVER_TRUE, look.named(it.span, &it.name), format!("{} is never true", named(it)))
        .help("nobody who keeps the invariants, on a day on which the version is in force, satisfies it: mend it or take it out")
}

fn always_true(look: &Look, it: &Origin) -> Diagnostic {
    Diagnostic::warning(Code::ALWAYS_TRUE, look.named(it.span, &it.name), format!("{} is always true", named(it)))
        .help("everybody who keeps the invariants, on any day on which the version is in force, satisfies it: mend it or take it out")
}

/// Whether a node reads a fact or a decision: a condition that does not is meant to be constant.
pub(super) fn reads_facts(program: &Program, node: NodeId) -> bool {
    let mut waiting = vec![node];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(node) = waiting.pop() {
        match program.op(node) {
            Op::Fact(_) | Op::Decision(_) | Op::Used(..) => return true,
            op => waiting.extend(op.children().into_iter().filter(|&child| seen.insert(child))),
        }
    }
    false
}

/// What a node comes to because of parts that are known to come to the same for everybody.
fn explained(program: &Program, node: NodeId, known: &BTreeMap<NodeId, bool>, outermost: bool) -> Option<bool> {
    if !outermost && let Some(&constant) = known.get(&node) {
        return Some(constant);
    }
    let part = |&node: &NodeId| explained(program, node, known, false);
    match program.op(node) {
        Op::Clause(_, inner) => part(inner),
        Op::Not(inner) => part(inner).map(|constant| !constant),
        Op::All(parts) if parts.iter().any(|it| part(it) == Some(false)) => Some(false),
        Op::All(parts) => parts.iter().all(|it| part(it) == Some(true)).then_some(true),
        Op::Any(parts) if parts.iter().any(|it| part(it) == Some(true)) => Some(true),
        Op::Any(parts) => parts.iter().all(|it| part(it) == Some(false)).then_some(false),
        _ => None,
    }
}
