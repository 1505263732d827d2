//! W107: conditions that the others beside them imply, by what they say alone.
//!
//! Invariants are left out: a text that asks for what an invariant makes certain anyway states its law in full. So are tests for
//! `none`, which guard what stands beside them.

use super::claims::Claims;
use super::conditions::reads_facts;
use super::look::{Anyone, Look};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{NodeId, Op, OriginId, Program};
use crate::solve::encode::Truth;
use crate::solve::sat::Lit;

/// How many redundant conditions of one version are reported.
const MAX_REPORTED: usize = 8;

/// Reports parts of `and`, `all of`, `or` and `any of` without which the whole comes to the same for everybody.
pub(super) fn redundant(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    let mut reported = 0;
    for (_, inner, _) in look.clauses() {
        let (parts, all) = match program.op(inner) {
            Op::All(parts) => (parts.clone(), true),
            Op::Any(parts) => (parts.clone(), false),
            _ => continue,
        };
        let Some(truths) = truths(look, &parts) else { continue };
        // Of two that imply each other only one may go.
        let mut gone: Vec<usize> = Vec::new();
        for index in 0..parts.len() {
            let (origin, truth) = truths[index];
            let it = program.origin(origin);
            let guard = is_guard(program, parts[index]);
            if guard || claims.is_refuted(it.span, Code::REDUNDANT, "") || !reads_facts(program, parts[index]) {
                continue;
            }
            let others = truths.iter().enumerate().filter(|(other, _)| *other != index && !gone.contains(other));
            let others: Vec<Lit> = others.map(|(_, (_, truth))| if all { truth.yes } else { !truth.yes }).collect();
            let own = if all { truth.yes } else { !truth.yes };
            let mut asked = others.clone();
            asked.push(!own);
            // What is constant by itself is told as such; so is a whole that never or always holds.
            let idle = !others.is_empty()
                && look.anyone_at_all(&asked) == Anyone::No
                && look.anyone(&[!own]) == Anyone::Yes
                && look.anyone(&others) == Anyone::Yes;
            if idle {
                gone.push(index);
                reported += 1;
            }
            let finding = (idle && reported <= MAX_REPORTED).then(|| {
                let (what, why) = if all {
                    ("whoever satisfies the others satisfies it too", "`and`")
                } else {
                    ("whoever satisfies it satisfies one of the others too", "`or`")
                };
                let message = format!("this part of the {why} changes nothing: {what}");
                Diagnostic::warning(Code::REDUNDANT, look.head(it.span), message)
                    .help("take it out, or mend the part that was meant to be narrower")
            });
            claims.always(it.span, Code::REDUNDANT, "", finding);
        }
    }
}

/// Whether a condition tests for `none`.
fn is_guard(program: &Program, node: NodeId) -> bool {
    match program.op(node) {
        Op::Clause(_, inner) | Op::Not(inner) => is_guard(program, *inner),
        op => matches!(op, Op::IsNone(_)),
    }
}

/// The parts with their origins; nothing if one of them has none.
fn truths(look: &mut Look, parts: &[NodeId]) -> Option<Vec<(OriginId, Truth)>> {
    let mut list = Vec::new();
    for &part in parts {
        let Op::Clause(origin, _) = *look.program.op(part) else { return None };
        let id = look.graph_of(part)?;
        list.push((origin, look.space.encoder.truth(id)));
    }
    Some(list)
}
