//! W109: facts that decisions read although they change no outcome.
//!
//! Two applicants side by side, the same but for one fact: if no decision ever differs between them, the fact is idle. Invariants
//! are left out here, so that a fact which others settle is not called idle.

use std::collections::BTreeMap;

use super::claims::Claims;
use super::look::{Look, differ, fails};
use crate::diagnostic::{Code, Diagnostic};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId};
use crate::solve::Space;
use crate::solve::domain::Domain;
use crate::solve::graph::{doubled, graph_of_two, nothing_but, scopes};
use crate::solve::sat::Lit;

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
        let own = span.is_some_and(|span| look.is_own(span) && !claims.is_refuted(span, Code::UNUSED, "idle"));
        own && *fact != EVALUATION_DATE && *fact != EVALUATION_TIME
    });
    for fact in read.extract_if(.., |fact| shown.contains(fact)) {
        if let Some(span) = program.fact(fact).span {
            claims.always(span, Code::UNUSED, "idle", None);
        }
    }
    if read.is_empty() {
        return;
    }
    let idle = idle(look, &read);
    for &fact in &read {
        let it = program.fact(fact);
        let Some(span) = it.span else { continue };
        let place = look.head(span);
        let finding = idle.contains(&fact).then(|| {
            Diagnostic::warning(Code::UNUSED, place, format!("the fact `{}` is read, but changes no outcome", it.name))
                .help("a condition that should read it may be missing, or one that makes it idle may be too wide")
        });
        claims.always(span, Code::UNUSED, "idle", finding);
    }
}

/// The facts among these that change no outcome of any decision.
fn idle(look: &Look, facts: &[FactId]) -> Vec<FactId> {
    let double = doubled(look.program);
    let requests = [look.request.clone(), look.request.clone()];
    let scopes = scopes(&double, &requests, &nothing_but(&double, &[]));
    let count = look.program.facts.len() as u32;
    let (ground, sides) = graph_of_two(&double, &requests, &scopes, count);
    let mut space = Space::of_our_time(ground);
    space.expect_ordinary(look.today);
    let mut differs: Vec<Lit> = Vec::new();
    for (&a, &b) in sides[0].roots.iter().zip(&sides[1].roots) {
        if a == b {
            continue;
        }
        let (x, y) = (space.encoder.cases(a), space.encoder.cases(b));
        differs.push(differ(&mut space.encoder, &x, &y));
        let (x, y) = (fails(&mut space.encoder, a), fails(&mut space.encoder, b));
        let same = space.encoder.equal(x, y);
        differs.push(!same);
    }
    let differs = space.encoder.gates.or(&differs);
    let equal = equalities(&mut space, count);
    let mut list = Vec::new();
    for &fact in facts {
        let mut who: Vec<Lit> = equal.iter().filter(|(other, _)| **other != fact).map(|(_, lit)| *lit).collect();
        who.push(differs);
        if space.nobody(&who) {
            list.push(fact);
        }
    }
    list
}

/// When each fact is the same for both, as far as the texts tell values apart.
fn equalities(space: &mut Space, count: u32) -> BTreeMap<FactId, Lit> {
    let mut parts: BTreeMap<FactId, Vec<Lit>> = BTreeMap::new();
    for index in 0..space.encoder.domains.len() as u32 {
        let at = space.encoder.ground.variable(index).at.clone();
        if at.fact.0 >= count {
            continue;
        }
        let mut twin = at.clone();
        twin.fact = FactId(at.fact.0 + count);
        let Some(other) = space.encoder.ground.variables.get_index_of(&twin) else { continue };
        let pairs = pairs(space, index, other as u32);
        for (a, b) in pairs {
            let same = space.encoder.equal(a, b);
            parts.entry(at.fact).or_default().push(same);
        }
    }
    parts.into_iter().map(|(fact, lits)| (fact, space.encoder.gates.and(&lits))).collect()
}

/// The literals that tell values of a variable apart, with those of its twin.
fn pairs(space: &mut Space, a: u32, b: u32) -> Vec<(Lit, Lit)> {
    let (Some(x), Some(y)) = (space.encoder.domain(a).cloned(), space.encoder.domain(b).cloned()) else {
        return Vec::new();
    };
    match (x, y) {
        (Domain::Members { members, present }, Domain::Members { members: others, present: there }) => {
            let mut pairs: Vec<(Lit, Lit)> = members.iter().zip(&others).map(|(x, y)| (x.1, y.1)).collect();
            pairs.push((present, there));
            pairs
        }
        (Domain::Ordered { present, line, .. }, Domain::Ordered { present: there, line: other, .. }) => {
            let places: std::collections::BTreeSet<i128> =
                line.reached.keys().chain(other.reached.keys()).copied().collect();
            let mut pairs = vec![(present, there)];
            for place in places {
                pairs.push((space.encoder.at_or_after(a, place), space.encoder.at_or_after(b, place)));
            }
            pairs
        }
        (Domain::Finite { values, .. }, Domain::Finite { .. }) => (0..values.len())
            .map(|place| (space.encoder.is_value(a, place), space.encoder.is_value(b, place)))
            .collect(),
        _ => Vec::new(),
    }
}
