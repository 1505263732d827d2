//! What hangs on a question.

use crate::eval::Missing;
use crate::program::{DecisionBody, NodeId, Op, Origin, OriginId, Program};
use crate::trace::aside::Choice;
use crate::trace::look::Look;
use crate::trace::{Place, Run};
use crate::value::Evaluated;

/// Why a question is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The policies whose version it picks.
    pub picks: Vec<String>,
    /// Rules, and decisions without rules, that read it and are not settled, in the order of the policies.
    pub hangs: Vec<Hangs>,
    /// What each answer leads to, if it has few.
    pub choices: Vec<Choice>,
}

/// What reads a fact.
#[derive(Debug, Clone, PartialEq)]
pub struct Hangs {
    /// Its label, else its name.
    pub label: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Where it is written.
    pub at: Place,
}

/// Says why something is asked.
pub(super) fn why(run: &Run, missing: &Missing) -> Why {
    let (program, look) = (run.program, run.look());
    let reads = |nodes: &[NodeId]| reads(program, nodes, missing);
    let open = |verdict: &Evaluated| *verdict == Evaluated::Unknown;
    let mut hangs: Vec<Hangs> = Vec::new();
    for (rule, verdict) in program.rules.iter().zip(&run.evaluation.verdicts.rules) {
        let Some(verdict) = verdict else { continue };
        let nodes: Vec<NodeId> = rule.when.iter().chain(&rule.unless).copied().chain([rule.value]).collect();
        if (open(&verdict.applies) || open(&verdict.stands) || open(&verdict.value)) && reads(&nodes) {
            add(&mut hangs, &look, rule.origin);
        }
    }
    for (decision, verdict) in program.decisions.iter().zip(&run.evaluation.verdicts.decisions) {
        let body = match &decision.body {
            DecisionBody::Expr(node) => Some(*node),
            DecisionBody::Rules { otherwise: Some((_, node)), .. } => Some(*node),
            _ => None,
        };
        if verdict.as_ref().is_some_and(|verdict| open(&verdict.outcome)) && body.is_some_and(|node| reads(&[node])) {
            add(&mut hangs, &look, decision.origin);
        }
    }
    let policies = program.policies.iter().zip(&run.evaluation.verdicts.picked);
    let picks = policies
        .filter(|(policy, picked)| policy.decided_by == missing.fact && **picked == Some(crate::eval::Picked::Unknown))
        .map(|(policy, _)| policy.name.clone())
        .collect();
    let choices = run.choices(missing).unwrap_or_default();
    Why { picks, hangs, choices }
}

/// Adds what an origin stands for, once.
fn add(hangs: &mut Vec<Hangs>, look: &Look, id: OriginId) {
    let origin = look.program.origin(id);
    let one = Hangs { label: look.origin_label(origin), tags: origin.tags.clone(), at: look.place(origin.span) };
    if !hangs.contains(&one) {
        hangs.push(one);
    }
}

/// Returns the label of an origin, else its name, else its text.
pub(super) fn origin_label(origin: &Origin) -> String {
    let named = if origin.name.is_empty() { &origin.text } else { &origin.name };
    origin.label.clone().unwrap_or_else(|| named.clone())
}

/// Whether nodes read a fact by their own text, definitions included, not through other decisions.
fn reads(program: &Program, nodes: &[NodeId], missing: &Missing) -> bool {
    let mut waiting: Vec<NodeId> = nodes.to_vec();
    let mut seen = rustc_hash::FxHashSet::default();
    while let Some(node) = waiting.pop() {
        if !seen.insert(node) {
            continue;
        }
        match program.op(node) {
            Op::Fact(fact) if *fact == missing.fact => return true,
            op => waiting.extend(op.children()),
        }
    }
    false
}
