//! The answer on the other side of the nearest boundaries: *until 2024-12-23 yes*.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::eval::Evaluation;
use crate::facts::{Facts, Slot, record_json};
use crate::program::{
    Asked, Boundary, DecisionBody, DecisionId, EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, NodeId, Op,
};
use crate::value::Value;

use super::aside::{Across, Asides, outcome_text, same};
use super::explain::explain_run;
use super::look::{Look, Run};
use super::tree::{Node, Trace};

/// How many boundaries are tried on each side in search of one that changes the answer.
const TRIED: usize = 32;

/// Returns the nearest boundary on each side and, where it changes nothing, the nearest that does.
pub fn across(run: &Run) -> Vec<Across> {
    let here = run.look();
    let policy = run.program.family(here.answer.asked).policy.unwrap_or(run.request.policy);
    let deciding = run.program.policies[policy.index()].decided_by;
    // A pinned version is asked about outside its time; there is nothing on the other side.
    let Some(Value::Date(today)) = here.fact_value(deciding).filter(|_| run.request.pinned.is_none()) else {
        return Vec::new();
    };
    let boundaries = boundaries(run, deciding);
    let mut found = Vec::new();
    let before: Vec<Boundary> = boundaries.iter().rev().filter(|it| it.date <= today).copied().collect();
    let after: Vec<Boundary> = boundaries.iter().filter(|it| it.date > today).copied().collect();
    let mut earlier = side(run, &here, deciding, "before", &before);
    earlier.reverse();
    found.extend(earlier);
    found.extend(side(run, &here, deciding, "after", &after));
    found
}

/// Walks away from today on one side.
fn side(run: &Run, here: &Look, deciding: FactId, side: &'static str, boundaries: &[Boundary]) -> Vec<Across> {
    let mut found: Vec<Across> = Vec::new();
    for (index, boundary) in boundaries.iter().take(TRIED).enumerate() {
        let before = side == "before";
        let Some(facts) = moved(run.facts, deciding, boundary, before) else { continue };
        let evaluation = run.again(&facts);
        let answer = &evaluation.answers[0];
        let there = Look { program: run.program, sources: run.sources, facts: &facts, evaluation: &evaluation, answer };
        let changed = !same(here, &there);
        if index > 0 && !changed {
            continue;
        }
        let clauses = if changed { differing(run, &facts, &evaluation) } else { Vec::new() };
        found.push(Across {
            date: boundary.date.to_string(),
            side,
            status: answer.status.text(),
            value: answer.value.as_ref().map(|value| record_json(run.program, &answer.ty, value)),
            value_text: outcome_text(&there),
            clauses,
            steady: moved(run.facts, deciding, boundary, !before).is_none_or(|facts| {
                let evaluation = run.again(&facts);
                let answer = &evaluation.answers[0];
                same(here, &Look { evaluation: &evaluation, facts: &facts, answer, ..there })
            }),
        });
        if changed {
            break;
        }
    }
    found
}

/// Returns the facts with the deciding day moved to just before a boundary, or to it.
fn moved(facts: &Facts, deciding: FactId, boundary: &Boundary, before: bool) -> Option<Facts> {
    let mut facts = facts.clone();
    let day: NaiveDate = if before { boundary.date.pred_opt()? } else { boundary.date };
    facts.set(deciding, Slot::Given(Value::Date(day)));
    if deciding == EVALUATION_DATE {
        let moment = boundary.moment.filter(|_| !before);
        facts.set(
            EVALUATION_TIME,
            moment.map_or(Slot::NotStated, |moment| Slot::Given(Value::Instant(moment.to_utc()))),
        );
    }
    Some(facts)
}

/// Returns the clause tags that make two answers differ: of those on which one of them rests and which came to something else, the
/// deepest; of those that exist on one side only, because a text inserted or repealed them, the topmost.
fn differing(run: &Run, facts: &Facts, evaluation: &Evaluation) -> Vec<String> {
    let here = explain_run(run, Asides::default(), None);
    let there = explain_run(&Run { facts, evaluation, index: 0, ..*run }, Asides::default(), None);
    // Where nothing is in force, all clauses differ, and naming them says nothing.
    if [&here, &there].iter().any(|trace| trace.in_force.is_some()) {
        return Vec::new();
    }
    let (here, there) = (Tagged::new(&here), Tagged::new(&there));
    let rests: BTreeSet<&String> = here.rests.union(&there.rests).copied().collect();
    let differs = |tag: &&String| here.came_to.get(*tag) != there.came_to.get(*tag);
    let differ: Vec<&String> = rests.into_iter().filter(differs).collect();
    let alone = |tag: &String| here.came_to.contains_key(tag) != there.came_to.contains_key(tag);
    let below = |upper: &String, lower: &String| {
        let side = |side: &Tagged| side.below.get(upper).is_some_and(|tags| tags.contains(lower));
        side(&here) || side(&there)
    };
    let names = |tag: &&&String| {
        let (tag, mut others) = (**tag, differ.iter().filter(|other| **other != **tag));
        match alone(tag) {
            true => !others.any(|other| alone(other) && below(other, tag) && !below(tag, other)),
            false => !others.any(|other| below(tag, other) && !below(other, tag)),
        }
    };
    differ.iter().filter(names).map(|tag| (*tag).clone()).collect()
}

/// What the tags of a trace came to.
struct Tagged<'a> {
    /// The tags on which the answer rests.
    rests: BTreeSet<&'a String>,
    /// What the nodes with a tag came to.
    came_to: BTreeMap<&'a String, BTreeSet<(super::tree::Verdict, Option<&'a String>)>>,
    /// The tags below the nodes with a tag.
    below: BTreeMap<&'a String, BTreeSet<&'a String>>,
}

impl<'a> Tagged<'a> {
    fn new(trace: &'a Trace) -> Self {
        let bodies = trace.by_id();
        let mut tagged = Tagged { rests: BTreeSet::new(), came_to: BTreeMap::new(), below: BTreeMap::new() };
        let mut nodes: Vec<&'a Node> = Vec::new();
        trace.branches.iter().for_each(|branch| branch.walk(&mut |node| nodes.push(node)));
        for node in nodes {
            if node.tags.is_empty() {
                continue;
            }
            let mut under: BTreeSet<&'a String> = BTreeSet::new();
            let mut seen = BTreeSet::new();
            let mut todo = vec![node];
            while let Some(next) = todo.pop() {
                under.extend(&next.tags);
                let body = next.see.and_then(|id| bodies.get(&id)).copied().unwrap_or(next);
                if seen.insert(body.id) {
                    todo.extend(&body.children);
                }
            }
            for tag in &node.tags {
                if node.rests {
                    tagged.rests.insert(tag);
                }
                tagged.came_to.entry(tag).or_default().insert((node.verdict, node.value.as_ref()));
                tagged.below.entry(tag).or_default().extend(under.iter().filter(|other| !node.tags.contains(other)));
            }
        }
        tagged
    }
}

/// Returns all boundaries, by day, at which a version or a dated value that what is asked can reach begins or ends.
fn boundaries(run: &Run, deciding: FactId) -> Vec<Boundary> {
    let program = run.program;
    let mut found: BTreeSet<Boundary> = BTreeSet::new();
    let mut families: BTreeSet<FamilyId> = BTreeSet::new();
    let mut decisions: BTreeSet<DecisionId> = BTreeSet::new();
    let mut nodes: BTreeSet<NodeId> = BTreeSet::new();
    let mut todo: Vec<NodeId> = Vec::new();
    let mut entered: Vec<FamilyId> = vec![run.look().answer.asked];
    loop {
        while let Some(family) = entered.pop() {
            if !families.insert(family) {
                continue;
            }
            let family = program.family(family);
            let policy = family.policy.map(|policy| &program.policies[policy.index()]);
            if let Some(policy) = policy.filter(|policy| policy.decided_by == deciding) {
                for version in policy.versions.iter().map(|&version| program.version(version)) {
                    found.insert(version.start);
                    found.extend(version.end);
                }
            }
            for (_, asked) in &family.members {
                match asked {
                    Asked::Decision(decision) => enter(program, *decision, &mut decisions, &mut todo),
                    Asked::Define(node) => todo.push(*node),
                }
            }
        }
        let Some(node) = todo.pop() else { break };
        if !nodes.insert(node) {
            continue;
        }
        let op = program.op(node);
        match op {
            Op::Decision(decision) => enter(program, *decision, &mut decisions, &mut todo),
            Op::Used(family, _) => entered.push(*family),
            Op::Dated(dated, clock) if *program.op(clock.day) == Op::Fact(deciding) => {
                found.extend(program.dated[dated.index()].values.iter().map(|(boundary, _)| *boundary));
            }
            Op::Scale(scale, _, clock) if *program.op(clock.day) == Op::Fact(deciding) => {
                found.extend(program.scales[scale.index()].values.iter().map(|(boundary, _)| *boundary));
            }
            _ => {}
        }
        todo.extend(op.children());
    }
    found.into_iter().collect()
}

fn enter(program: &crate::program::Program, id: DecisionId, seen: &mut BTreeSet<DecisionId>, todo: &mut Vec<NodeId>) {
    if !seen.insert(id) {
        return;
    }
    match &program.decision(id).body {
        DecisionBody::Expr(node) => todo.push(*node),
        DecisionBody::Includes(rules) | DecisionBody::Adds(rules) | DecisionBody::Rules { rules, .. } => {
            for rule in rules.iter().map(|&rule| program.rule(rule)) {
                todo.push(rule.value);
                todo.extend(rule.unless.iter().chain(&rule.when));
            }
        }
    }
}
