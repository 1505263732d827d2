//! W109: facts that decisions read although they change no outcome.
//!
//! Two applicants side by side, the same but for one fact: if no decision ever differs between them, the fact is idle. Invariants
//! are left out here, so that a fact which others settle is not called idle.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::Claims;
use super::conflicts::kept;
use super::look::Look;
use super::two::apart;
use crate::diagnostic::{Code, Diagnostic};
use crate::eval::exact::ground::Gid;
use crate::eval::exact::shape::Points;
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId};
use crate::solve::domain::Domain;
use crate::solve::graph::{doubled, graph_of_twins, nothing_but, scopes};
use crate::solve::sat::Lit;
use crate::solve::{Model, Space};
use crate::value::Value;

/// How many facts of one version, that trying has not shown to matter, are asked about: each takes up to a second with hundreds of
/// rules.
const MAX_PROVED: usize = 16;
/// How many values of a fact are tried on one applicant.
const MAX_TRIED: usize = 16;

/// Reports facts of this policy's texts that its decisions read for nothing.
pub(super) fn without_effect(look: &mut Look, claims: &mut Claims) {
    let program = look.program;
    // Notes show facts too.
    let notes = program.version(look.version).notes.iter().filter_map(|note| note.when);
    let mut shown: Vec<FactId> = Vec::new();
    for node in notes.chain(program.version(look.version).asserts.iter().map(|&(_, node)| node)) {
        if let Some(id) = look.graph_of(node) {
            let ground = &look.space.encoder.ground;
            shown.extend(ground.reads(id).iter().map(|&index| ground.variable(index).at.fact));
        }
    }
    let ground = &look.space.encoder.ground;
    let mut read: Vec<FactId> = Vec::new();
    for &root in &look.graphed.roots {
        read.extend(ground.reads(root).iter().map(|&index| ground.variable(index).at.fact));
    }
    read.sort_unstable();
    read.dedup();
    read.retain(|fact| {
        let span = program.fact(*fact).span;
        let own = span.is_some_and(|span| look.is_own(span) && !claims.is_busy(span));
        own && *fact != EVALUATION_DATE && *fact != EVALUATION_TIME
    });
    for fact in read.extract_if(.., |fact| shown.contains(fact)) {
        if let Some(span) = program.fact(fact).span {
            claims.idle(span, &program.fact(fact).name, None);
        }
    }
    if read.is_empty() {
        return;
    }
    let busy = busy(look, &read);
    let (in_doubt, late): (Vec<FactId>, Vec<FactId>) = {
        let mut in_doubt: Vec<FactId> = read.iter().copied().filter(|fact| !busy.contains(fact)).collect();
        let late = in_doubt.split_off(in_doubt.len().min(MAX_PROVED));
        (in_doubt, late)
    };
    if !late.is_empty() {
        look.leave_open();
    }
    let idle = match in_doubt.is_empty() {
        true => Vec::new(),
        false => idle(look, &in_doubt),
    };
    for &fact in &read {
        let it = program.fact(fact);
        let Some(span) = it.span else { continue };
        let place = look.named(span, &it.name);
        let finding = idle.contains(&fact).then(|| {
            Diagnostic::warning(Code::UNUSED, place, format!("the fact `{}` is read, but changes no outcome", it.name))
                .help("a condition that should read it may be missing, or one that makes it idle may be too wide")
        });
        claims.idle(span, &it.name, finding);
    }
}

/// The facts among these that provably change no outcome: beside everybody stands one who is the same but for that fact.
fn idle(look: &Look, facts: &[FactId]) -> Vec<FactId> {
    let double = doubled(look.program);
    let requests = vec![look.request.clone(); facts.len() + 1];
    let scopes = scopes(&double, &requests, &nothing_but(&double, &[]));
    let count = look.program.facts.len() as u32;
    let (ground, sides) = graph_of_twins(&double, &requests, &scopes, count, facts);
    let mut space = Space::of_our_time(ground);
    let mut list = Vec::new();
    for (&fact, other) in facts.iter().zip(&sides[1..]) {
        let mut differs = Vec::new();
        for (&a, &b) in sides[0].roots.iter().zip(&other.roots) {
            differs.push(apart(&mut space, a, b));
        }
        let differs = space.encoder.gates.or(&differs);
        if space.nobody(&[differs]) {
            list.push(fact);
        }
    }
    list
}

/// The facts among these that change an outcome for somebody, as far as trying shows: applicants for whom one rule alone decides,
/// and the same with another value of a fact that the rule reads.
fn busy(look: &mut Look, facts: &[FactId]) -> BTreeSet<FactId> {
    let program = look.program;
    let mut busy = BTreeSet::new();
    let roots = look.graphed.roots.clone();
    for decision in look.decisions() {
        let all = kept(look, decision);
        let family = program.decision(decision).family;
        let Some(place) = look.request.asked.iter().position(|&asked| asked == family) else { continue };
        for rule in &all {
            let Some(terms) = look.graphed.rules.get(&rule.rule).copied() else { continue };
            let reads: Vec<u32> = look.space.encoder.ground.reads(terms.applies).to_vec();
            let open = |look: &Look, index: &u32, busy: &BTreeSet<FactId>| {
                let fact = look.space.encoder.ground.variable(*index).at.fact;
                facts.contains(&fact) && !busy.contains(&fact)
            };
            if !reads.iter().any(|index| open(look, index, &busy)) {
                continue;
            }
            // The others of its outcome do not stand.
            let same = all.iter().filter(|it| it.rule != rule.rule && it.constant == rule.constant);
            let mut alone: Vec<Lit> = same.map(|it| !it.stands).collect();
            alone.push(rule.kept);
            if let Some(model) = look.somebody(&alone) {
                let wanted: Vec<u32> = reads.into_iter().filter(|index| open(look, index, &busy)).collect();
                busy.extend(changing(look, &model, roots[place], &wanted));
            }
        }
    }
    // Decisions without rules: anybody.
    for (place, &root) in roots.iter().enumerate() {
        let rules = look.decision_of(look.request.asked[place]).map(|decision| kept(look, decision).len());
        if rules.is_some_and(|count| count > 0) {
            continue;
        }
        let Some(model) = look.somebody(&[]) else { continue };
        let ground = &look.space.encoder.ground;
        let open = |index: &&u32| {
            let fact = ground.variable(**index).at.fact;
            facts.contains(&fact) && !busy.contains(&fact)
        };
        let wanted: Vec<u32> = ground.reads(root).iter().filter(open).copied().collect();
        busy.extend(changing(look, &model, root, &wanted));
    }
    busy
}

/// The facts of these variables of which another value changes what a node comes to for somebody.
fn changing(look: &Look, model: &Model, root: Gid, variables: &[u32]) -> Vec<FactId> {
    let ground = &look.space.encoder.ground;
    let mut points = Points::new(ground);
    let mut values: BTreeMap<u32, Value> = BTreeMap::new();
    for &variable in ground.reads(root) {
        let value = look.space.value(model, variable).or_else(|| look.space.encoder.ordinary.get(&variable).cloned());
        let Some(value) = value else { return Vec::new() };
        points.set(variable, value.clone());
        values.insert(variable, value);
    }
    let before = points.at(root);
    let mut found = Vec::new();
    for &index in variables {
        let changes = others(look, model, index).into_iter().any(|value| {
            points.set(index, value);
            points.at(root) != before
        });
        if let Some(value) = values.get(&index) {
            points.set(index, value.clone());
        }
        if changes {
            found.push(ground.variable(index).at.fact);
        }
    }
    found
}

/// Other values of a variable to try.
fn others(look: &Look, model: &Model, index: u32) -> Vec<Value> {
    let Some(Some(domain)) = look.space.encoder.domains.get(index as usize) else { return Vec::new() };
    match domain {
        Domain::Finite { values, .. } => values.iter().take(MAX_TRIED).cloned().collect(),
        Domain::Ordered { axis, line, .. } => {
            let cuts = line.reached.keys().flat_map(|&place| [place - 1, place]);
            cuts.take(MAX_TRIED).map(|place| axis.value(place)).collect()
        }
        Domain::Members { members, .. } => {
            let Some(Value::Set(present)) = look.space.value(model, index) else { return Vec::new() };
            let toggled = |member: &Value| {
                let mut set = present.as_ref().clone();
                if !set.remove(member) {
                    set.insert(member.clone());
                }
                Value::Set(set.into())
            };
            members.iter().take(MAX_TRIED).map(|(member, _)| toggled(member)).collect()
        }
        Domain::Other => Vec::new(),
    }
}
