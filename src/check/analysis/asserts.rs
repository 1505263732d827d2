//! E113: what must be true of the whole policy, proved or refuted.

use std::collections::BTreeSet;

use super::claims::Claims;
use super::look::{Anyone, Look};
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::interpret::Interpret;
use crate::eval::scope::Scope;
use crate::facts::Facts;
use crate::program::{NodeId, Op, Program};
use crate::value::Evaluated;

/// How many parts of an assert are shown.
const MAX_PARTS: usize = 6;

/// Proves or refutes each assert of the version.
pub(super) fn asserts(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    for &(origin, node) in &program.version(look.version).asserts {
        let it = program.origin(origin);
        let place = look.place(origin);
        let Some(id) = look.graph_of(node) else { continue };
        let holds = look.space.encoder.truth(id).yes;
        let anyone = look.anyone(&[!holds]);
        claims.assert(it.span, anyone == Anyone::No);
        if anyone == Anyone::No || claims.is_found(Code::ASSERT, place) {
            continue;
        }
        let example = (anyone == Anyone::Yes).then(|| look.example(&[!holds])).flatten();
        let refuted = example.filter(|example| !result(look, &example.facts, node).0.is_yes());
        let Some(example) = refuted else {
            let message = format!("the assert `{}` is neither proved nor refuted", it.name);
            let help = "it rests on something that cannot be taken apart, or takes too long; tests still check it";
            claims.found(Diagnostic::warning(Code::ASSERT, place, message).help(help));
            continue;
        };
        let mut witness = look.witness("it fails for", &example, !holds);
        witness.comes_to = result(look, &example.facts, node).1;
        let finding =
            Diagnostic::error(Code::ASSERT, place, format!("the assert `{}` does not hold for everybody", it.name))
                .witness(Some(witness))
                .help("mend the rules, or the assert; `enact explain` with these facts shows why");
        claims.found(finding);
    }
}

/// What an assert comes to for somebody, and its parts.
fn result(look: &Look, facts: &Facts, node: NodeId) -> (Evaluated, Vec<String>) {
    let program = look.program;
    let scope = Scope::new(program, &look.request, facts);
    let mut walk = Interpret::walk(program, &scope);
    let whole = walk.node(node);
    let mut parts = Vec::new();
    let mut waiting: Vec<NodeId> = program.op(node).children();
    let mut seen = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        if !seen.insert(node) || program.info(node).free != 0 {
            continue;
        }
        let op = program.op(node);
        let ty = &program.info(node).ty;
        let name = match op {
            Op::Decision(decision) => Some(program.family(program.decision(*decision).family).name.clone()),
            Op::Used(family, _) => Some(program.family(*family).name.clone()),
            Op::Clause(origin, inner) => {
                let origin = program.origin(*origin);
                let plain = !reads_decision(program, *inner);
                if plain && origin.name.is_empty() { Some(origin.text.clone()) } else { Some(origin.name.clone()) }
            }
            _ => None,
        };
        match name.filter(|name| !name.is_empty()) {
            Some(name) => {
                let text = match walk.nodes.get(node.index()).cloned().flatten() {
                    Some(Evaluated::Value(value)) => program.value_text(&value, ty),
                    Some(Evaluated::Error(_)) => "an error".into(),
                    _ => continue,
                };
                parts.push(format!("`{name}` is {text}"));
            }
            None => waiting.extend(op.children().into_iter().rev()),
        }
    }
    parts.truncate(MAX_PARTS);
    (whole, parts)
}

/// Whether an expression reads a decision, in whatever part.
fn reads_decision(program: &Program, node: NodeId) -> bool {
    let mut waiting = vec![node];
    let mut seen = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        match program.op(node) {
            Op::Decision(_) | Op::Used(..) => return true,
            op => waiting.extend(op.children().into_iter().filter(|&child| seen.insert(child))),
        }
    }
    false
}
