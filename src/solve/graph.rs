//! The graph of several texts at once, when nothing about the applicant is known.
//!
//! Each text is walked with its own versions pinned or left to the day; all of them share one graph, in which what they have in
//! common is one node.

use std::collections::HashMap;

use crate::eval::Request;
use crate::eval::exact::ground::{Gid, Ground, RuleTerms, Term};
use crate::eval::exact::groups::Groups;
use crate::eval::interpret::Interpret;
use crate::eval::kernel::Key;
use crate::eval::scope::{Scope, deciding};
use crate::eval::walk::{Algebra, Walk};
use crate::facts::{Facts, Slot};
use crate::program::{DecisionId, FactId, FamilyId, NodeId, OriginId, PolicyId, Program, RuleId, VersionId};
use crate::value::{Evaluated, Value};

use super::Space;
use super::sat::Lit;

/// What one text is in the graph.
pub(crate) struct Graphed {
    /// The outcome of each thing asked, in the order asked.
    pub(crate) roots: Vec<Gid>,
    /// The invariants that hold for what is asked.
    pub(crate) invariants: Vec<(OriginId, Gid)>,
    /// Whether the pinned version is in force by its deciding fact; nothing without one.
    pub(crate) in_time: Option<Gid>,
    /// The versions of the policy that may be in force, and when each is; nothing if it is certain.
    pub(crate) candidates: Vec<(VersionId, Option<Gid>)>,
    /// What nodes came to, by node.
    pub(crate) nodes: Vec<Option<Gid>>,
    /// The nodes in the order in which they were finished: parts before the whole.
    pub(crate) order: Vec<NodeId>,
    /// What decisions came to.
    pub(crate) decisions: HashMap<DecisionId, Gid>,
    /// The parts of rules.
    pub(crate) rules: HashMap<RuleId, RuleTerms>,
}

/// Returns facts of which only these are stated; all others are stated as unknown, so that nothing is assumed.
pub(crate) fn nothing_but(program: &Program, given: &[(FactId, Value)]) -> Facts {
    let mut facts = Facts::new(program);
    for fact in 0..program.facts.len() {
        facts.set(FactId(fact as u32), Slot::StatedUnknown);
    }
    for (fact, value) in given {
        facts.set(*fact, Slot::Given(value.clone()));
    }
    facts
}

/// Returns the scope of each request.
pub(crate) fn scopes(program: &Program, requests: &[Request], facts: &Facts) -> Vec<Scope> {
    requests.iter().map(|request| Scope::new(program, request, facts)).collect()
}

/// Walks all requests over one graph.
pub(crate) fn graph<'p>(program: &'p Program, requests: &[Request], scopes: &'p [Scope]) -> (Ground<'p>, Vec<Graphed>) {
    graph_with(program, requests, scopes, &[])
}

/// When facts keep all invariants of a text and, if its version is pinned, its time.
pub(crate) fn meant(space: &mut Space, side: &Graphed) -> Lit {
    let mut kept = Vec::new();
    for &(_, invariant) in &side.invariants {
        kept.push(!space.encoder.truth(invariant).no);
    }
    kept.extend(side.in_time.map(|id| space.encoder.truth(id).yes));
    space.encoder.gates.and(&kept)
}

/// Walks all requests over one graph, and in each these nodes too: asserts, conditions of notes.
pub(crate) fn graph_with<'p>(
    program: &'p Program,
    requests: &[Request],
    scopes: &'p [Scope],
    others: &[NodeId],
) -> (Ground<'p>, Vec<Graphed>) {
    walked(program, requests, scopes, others, 0, &[])
}

/// Returns a program in which each fact has a twin, after all facts: two applicants side by side.
pub(crate) fn doubled(program: &Program) -> Program {
    let mut double = program.clone();
    double.facts.extend(program.facts.iter().cloned());
    double
}

/// Walks two requests over one graph, the second about the twin of each fact: `count` facts further on.
pub(crate) fn graph_of_two<'p>(
    program: &'p Program,
    requests: &[Request; 2],
    scopes: &'p [Scope],
    count: u32,
) -> (Ground<'p>, Vec<Graphed>) {
    walked(program, requests, scopes, &[], count, &[])
}

/// Walks one request for each of these facts over one graph, about the twin of that fact and otherwise the same facts; and one
/// before them about the facts themselves.
pub(crate) fn graph_of_twins<'p>(
    program: &'p Program,
    requests: &[Request],
    scopes: &'p [Scope],
    count: u32,
    facts: &[FactId],
) -> (Ground<'p>, Vec<Graphed>) {
    walked(program, requests, scopes, &[], count, facts)
}

fn walked<'p>(
    program: &'p Program,
    requests: &[Request],
    scopes: &'p [Scope],
    others: &[NodeId],
    twin: u32,
    only: &[FactId],
) -> (Ground<'p>, Vec<Graphed>) {
    let mut verdicts: Vec<Option<Evaluated>> = vec![None; program.nodes.len()];
    for (request, scope) in requests.iter().zip(scopes) {
        let mut walk = Interpret::walk(program, scope);
        for &family in &request.asked {
            let policy = policy_of(program, request, family);
            walk.asked(family, scope.candidates(policy), scope.version(policy).is_some());
            scope.invariants(program, policy).into_iter().for_each(|(invariant, _)| drop(walk.node(invariant.node)));
        }
        others.iter().for_each(|&node| drop(walk.node(node)));
        for (so_far, verdict) in verdicts.iter_mut().zip(walk.nodes) {
            // Not known in one text is not known.
            if so_far.is_none() || verdict == Some(Evaluated::Unknown) {
                *so_far = verdict.or(so_far.take());
            }
        }
    }
    let mut ground = Ground::new(program, &scopes[0], Groups::new(program, &verdicts).of_anybody(program));
    let mut graphed = Vec::new();
    for (side, (request, scope)) in requests.iter().zip(scopes).enumerate() {
        ground.rules.clear();
        ground.twin = if side == 0 { 0 } else { twin };
        ground.only_twin = side.checked_sub(1).and_then(|side| only.get(side).copied());
        let mut walk = Walk::new(program, scope, ground);
        let mut roots = Vec::new();
        let mut invariants: Vec<(OriginId, Gid)> = Vec::new();
        for &family in &request.asked {
            let policy = policy_of(program, request, family);
            let asked = walk.asked(family, scope.candidates(policy), scope.version(policy).is_some());
            roots.push(walk.algebra.apply(Key::Asked(family), &[asked]));
            for (invariant, condition) in scope.invariants(program, policy) {
                let mut id = walk.node(invariant.node);
                if let Some(version) = condition {
                    let in_force = walk.in_force(version);
                    let outside = walk.algebra.apply(Key::Not, &[in_force]);
                    id = walk.algebra.apply(Key::Any, &[outside, id]);
                }
                let settled = matches!(walk.algebra.term(id), Term::Known(result) if !result.is_no());
                if !settled && !invariants.contains(&(invariant.origin, id)) {
                    invariants.push((invariant.origin, id));
                }
            }
        }
        for &node in others {
            walk.node(node);
        }
        let in_time = request.pinned.map(|version| {
            let operands: Vec<Gid> =
                deciding(program, version).into_iter().map(|fact| walk.algebra.fact(fact)).collect();
            walk.algebra.apply(Key::InForce(version), &operands)
        });
        let certain = scope.version(request.policy).is_some();
        let candidates = scope.candidates(request.policy).iter();
        let candidates = candidates.map(|&version| (version, (!certain).then(|| walk.in_force(version)))).collect();
        let decisions = walk.decisions.iter().enumerate();
        let decisions = decisions.filter_map(|(index, result)| Some((DecisionId(index as u32), (*result)?))).collect();
        let (nodes, order) = (std::mem::take(&mut walk.nodes), std::mem::take(&mut walk.finished));
        ground = walk.algebra;
        let rules = ground.rules.clone();
        graphed.push(Graphed { roots, invariants, in_time, candidates, nodes, order, decisions, rules });
    }
    (ground, graphed)
}

fn policy_of(program: &Program, request: &Request, family: FamilyId) -> PolicyId {
    program.family(family).policy.unwrap_or(request.policy)
}
