//! I112: what is so either way: a condition leads to an outcome, and so does its opposite elsewhere.
//!
//! While such a condition is not known, neither place holds for certain, and what each operation makes of its parts stays `?`. All
//! completions agree all the same (D1): the answer is decided, but no rule stands that it could name. Nothing is wrong with that
//! where a law has two ways; where it has one, the text asks for a fact that it does not need.

use super::claims::Claims;
use super::conditions::reads_facts;
use super::conflicts::kept;
use super::look::Look;
use super::rules::conjuncts;
use crate::diagnostic::{Code, Diagnostic, Witness};
use crate::eval::{Evaluation, Request, Status, evaluate};
use crate::facts::Slot;
use crate::program::{DecisionId, FactId, NodeId, Op, OriginId};
use crate::solve::graph::nothing_but;
use crate::solve::sat::Lit;
use crate::value::Evaluated;

/// How many findings one version gives.
const MAX_REPORTED: usize = 8;
/// How many pairs of ways are asked about in one version.
const MAX_ASKED: usize = 64;

/// One of several ways to the same: a rule of an outcome, a part of an `or`.
struct Way {
    /// The rule's name; empty for a part of an `or`.
    name: String,
    parts: Vec<Part>,
    /// When it decides, as far as more than its parts tells.
    holds: Lit,
}

/// A condition that a way asks for.
struct Part {
    origin: OriginId,
    holds: Lit,
    /// The variables it reads.
    reads: Vec<u32>,
}

/// What several ways lead to.
enum Goal {
    /// This decision comes to this, in words.
    Decision(DecisionId, String),
    /// This `or` is yes.
    Any(NodeId),
}

/// A condition in one way, and its opposite in another.
struct Opposite<'a> {
    ways: [&'a Way; 2],
    parts: [&'a Part; 2],
}

/// Reports conditions that lead to the same as their opposites, for somebody who satisfies the rest of both.
pub(super) fn either_way(look: &mut Look, claims: &mut Claims) {
    let (mut asked, mut reported) = (0, 0);
    for (goal, ways) in goals(look) {
        for (index, first) in ways.iter().enumerate() {
            for opposite in ways[index + 1..].iter().filter_map(|second| opposite(first, second)) {
                let place = look.place(opposite.parts[0].origin);
                if asked >= MAX_ASKED || reported >= MAX_REPORTED || claims.is_found(Code::EITHER_WAY, place) {
                    continue;
                }
                asked += 1;
                if let Some(witness) = decided_without(look, &goal, &opposite) {
                    claims.found(finding(look, &goal, &opposite, witness));
                    reported += 1;
                }
            }
        }
    }
}

/// What this version has several ways to, and those ways.
fn goals(look: &mut Look) -> Vec<(Goal, Vec<Way>)> {
    let program = look.program;
    let mut goals = Vec::new();
    for decision in look.decisions() {
        let it = program.decision(decision);
        let rules = kept(look, decision);
        let mut values: Vec<_> = rules.iter().filter_map(|rule| rule.constant.clone()).collect();
        values.sort();
        values.dedup();
        for value in values {
            let mut ways = Vec::new();
            for rule in rules.iter().filter(|rule| rule.constant.as_ref() == Some(&value)) {
                let Some(when) = program.rule(rule.rule).when else { continue };
                let mut parts = parts(look, when);
                for &unless in &program.rule(rule.rule).unless {
                    parts.extend(part(look, unless, false));
                }
                let name = program.origin(program.rule(rule.rule).origin).name.clone();
                ways.push(Way { name, parts, holds: rule.kept });
            }
            let name = &program.family(it.family).name;
            goals.push((Goal::Decision(decision, format!("`{name}` is {}", program.value_text(&value, &it.ty))), ways));
        }
    }
    for (_, inner, _) in look.clauses() {
        let Op::Any(any) = program.op(inner) else { continue };
        let ways = any.iter().map(|&node| {
            let parts = parts(look, node);
            let holds: Vec<Lit> = parts.iter().map(|part| part.holds).collect();
            let holds = look.space.encoder.gates.and(&holds);
            Way { name: String::new(), parts, holds }
        });
        let ways = ways.collect();
        goals.push((Goal::Any(inner), ways));
    }
    goals
}

/// The conditions that a condition is the conjunction of.
fn parts(look: &mut Look, node: NodeId) -> Vec<Part> {
    conjuncts(look, node).into_iter().filter_map(|(_, node)| part(look, node, true)).collect()
}

/// A condition that must hold, or must not; nothing for one that reads no facts.
fn part(look: &mut Look, node: NodeId, wanted: bool) -> Option<Part> {
    let Op::Clause(origin, _) = *look.program.op(node) else { return None };
    let id = look.graph_of(node).filter(|_| reads_facts(look.program, node))?;
    let truth = look.space.encoder.truth(id);
    let reads = look.space.encoder.ground.reads(id).to_vec();
    Some(Part { origin, holds: if wanted { truth.yes } else { truth.no }, reads })
}

/// A condition of the first way that is the opposite of one of the second, and that nothing else in either depends on.
fn opposite<'a>(first: &'a Way, second: &'a Way) -> Option<Opposite<'a>> {
    for one in &first.parts {
        let Some(other) = second.parts.iter().find(|other| other.holds == !one.holds) else { continue };
        let rest = first.parts.iter().chain(&second.parts);
        let mut rest = rest.filter(|part| !std::ptr::eq(*part, one) && !std::ptr::eq(*part, other));
        let alone = rest.all(|part| part.reads.iter().all(|index| !one.reads.contains(index)));
        if alone && one.holds != Lit::TRUE && one.holds != Lit::FALSE {
            return Some(Opposite { ways: [first, second], parts: [one, other] });
        }
    }
    None
}

/// Finds somebody for whom all is decided while the facts of the condition are not known, and no way holds for certain.
fn decided_without(look: &mut Look, goal: &Goal, opposite: &Opposite) -> Option<Witness> {
    let program = look.program;
    let all = opposite.ways.iter().flat_map(|way| &way.parts);
    let rest = all.filter(|part| opposite.parts.iter().all(|it| !std::ptr::eq(*part, *it)));
    let mut who: Vec<Lit> = rest.map(|part| part.holds).collect();
    let holds = look.space.encoder.gates.or(&opposite.ways.map(|way| way.holds));
    who.push(holds);
    let example = look.example(&who)?;
    let goal_lit = look.space.encoder.gates.and(&who);
    let ground = &look.space.encoder.ground;
    let open: Vec<FactId> =
        opposite.parts.iter().flat_map(|it| &it.reads).map(|&index| ground.variable(index).at.fact).collect();
    let stated: Vec<FactId> = look.needed(&example, goal_lit).into_iter().filter(|fact| !open.contains(fact)).collect();
    let mut facts = nothing_but(program, &[]);
    for &fact in &stated {
        if let Slot::Given(value) = example.facts.get(fact) {
            facts.set(fact, Slot::Given(value.clone()));
        }
    }
    let asked = match goal {
        Goal::Decision(decision, _) => vec![program.decision(*decision).family],
        Goal::Any(_) => look.request.asked.clone(),
    };
    let Evaluation { answers, verdicts } = evaluate(program, &Request { asked, ..look.request.clone() }, &facts);
    let open = match *goal {
        Goal::Decision(decision, _) => {
            let verdict = verdicts.decisions.get(decision.index())?.as_ref()?;
            answers.first()?.status == Status::Decided && verdict.outcome == Evaluated::Unknown
        }
        // One of the two parts holds, whichever it is.
        Goal::Any(node) => *verdicts.nodes.get(node.index())? == Some(Evaluated::Unknown),
    };
    open.then(|| look.shown("for", &facts, |fact| stated.contains(&fact)))
}

fn finding(look: &Look, goal: &Goal, opposite: &Opposite, witness: Witness) -> Diagnostic {
    let [one, other] = opposite.parts.map(|part| look.place(part.origin));
    let it = look.program.origin(opposite.parts[0].origin);
    let condition = if it.name.is_empty() { &it.text } else { &it.name };
    let message = match goal {
        Goal::Decision(_, words) => {
            let [first, second] = opposite.ways.map(|way| &way.name);
            format!("{words} for somebody whether or not `{condition}`: by `{first}` or by `{second}`")
        }
        Goal::Any(_) => format!("this `or` is yes for somebody whether or not `{condition}`"),
    };
    Diagnostic::note(Code::EITHER_WAY, one, message)
        .found("one way")
        .label(other, "its opposite")
        .witness(Some(witness))
        .help("where the law does not ask for it, say once what both ways have in common")
}
