//! The sweep of thresholds: what decisions come to just below, at and just above each number and date of a text.

use std::collections::BTreeSet;

use super::look::{self, Look};
use super::two;
use crate::diagnostic::Witness;
use crate::eval::Missing;
use crate::eval::exact::axis::Axis;
use crate::eval::exact::ground::Gid;
use crate::eval::exact::shape::Points;
use crate::facts::{Facts, Slot};
use crate::load::Loaded;
use crate::program::{FactId, NodeId, Op, OriginId, PolicyId, Program, VersionId};
use crate::solve::applicant::ordinary;
use crate::solve::domain::Domain;
use crate::solve::graph::{nothing_but, scopes};
use crate::source::{SourceId, Span};
use crate::value::{Type, Value};

/// A threshold, and what decisions come to around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// The policy and version.
    pub policy: String,
    /// See `policy`.
    pub version: String,
    /// The condition that has it, as written.
    pub condition: String,
    /// Where that stands.
    pub at: Span,
    /// The fact compared: its name.
    pub fact: String,
    /// Just below it, it, just above it.
    pub values: [String; 3],
    /// The decisions for which it matters; none if it matters for nobody.
    pub decisions: Vec<Around>,
}

/// What a decision comes to around a threshold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Around {
    /// Its name.
    pub decision: String,
    /// Below, at, above.
    pub outcomes: [String; 3],
    /// The most ordinary applicant for whom it matters: the facts that are not ordinary.
    pub who: Witness,
}

/// A place where a condition on one fact changes.
struct Cut {
    origin: OriginId,
    at: Missing,
    fact: FactId,
    /// The first place of the axis beyond the change.
    place: i128,
    /// The place of the number or date as written.
    written: i128,
    axis: Axis,
}

/// Sweeps over the versions whose texts are meant, in the order of policies and versions. Conditions that compare several facts
/// with each other have no one threshold and are left out.
pub fn sweep(loaded: &Loaded, program: &Program, meant: impl Fn(SourceId) -> bool) -> Vec<Threshold> {
    let mut list = Vec::new();
    for (policy, it) in program.policies.iter().enumerate() {
        for &version in it.versions.iter().filter(|&&version| meant(program.version(version).source)) {
            version_of(loaded, program, PolicyId(policy as u32), version, &mut list);
        }
    }
    list
}

fn version_of(loaded: &Loaded, program: &Program, policy: PolicyId, version: VersionId, list: &mut Vec<Threshold>) {
    let request = look::request(program, policy, version);
    let facts = nothing_but(program, &[]);
    let scopes = scopes(program, std::slice::from_ref(&request), &facts);
    let mut look = Look::new(loaded, program, version, request.clone(), &scopes);
    let cuts = cuts(&mut look);
    if cuts.is_empty() {
        return;
    }
    two::with(program, &request, look.today, |two| {
        for cut in &cuts {
            let Some(first) = two.space.encoder.ground.variables.get_index_of(&cut.at) else { continue };
            let Some([a, b]) = two.variables(first as u32) else { continue };
            let mut decisions = Vec::new();
            for (index, &family) in request.asked.iter().enumerate() {
                let mut who = two.equal_but(|fact| fact == cut.fact);
                who.push(two.space.encoder.between(a, cut.place - 1, cut.place - 1));
                who.push(two.space.encoder.between(b, cut.place, cut.place));
                who.extend([two.differs[index], two.meant]);
                let Some([applicant, _]) = two.example(&who) else { continue };
                let around = [cut.written - 1, cut.written, cut.written + 1];
                let outcomes = around.map(|place| {
                    let mut facts = applicant.clone();
                    facts.set(cut.fact, Slot::Given(cut.axis.value(place)));
                    look.decide(family, &facts).map_or_else(String::new, |answer| answer.text(program))
                });
                // Facts that are equal only as far as the texts tell them apart may differ after all.
                if outcomes.iter().all(|outcome| *outcome == outcomes[0]) {
                    continue;
                }
                let who = who_is(&look, look.graphed.roots[index], &applicant, cut.fact);
                decisions.push(Around { decision: program.family(family).name.clone(), outcomes, who });
            }
            let origin = program.origin(cut.origin);
            let version = program.version(version);
            let fact = program.fact(cut.fact);
            list.push(Threshold {
                policy: program.policies[policy.index()].name.clone(),
                version: version.name.clone(),
                condition: origin.text.clone(),
                at: look.place(cut.origin),
                fact: fact.name.clone(),
                values: [cut.written - 1, cut.written, cut.written + 1]
                    .map(|place| program.value_text(&cut.axis.value(place), &fact.ty)),
                decisions,
            });
        }
    });
}

/// The facts of an applicant that are not ordinary and that a decision reads.
fn who_is(look: &Look, root: Gid, applicant: &Facts, but: FactId) -> Witness {
    let program = look.program;
    let ground = &look.space.encoder.ground;
    let read: BTreeSet<FactId> = ground.reads(root).iter().map(|&index| ground.variable(index).at.fact).collect();
    let unusual = |fact: FactId| match applicant.get(fact) {
        Slot::Given(value) => *value != ordinary(program, fact, look.today),
        _ => false,
    };
    look.shown("for", applicant, |fact| fact != but && read.contains(&fact) && unusual(fact))
}

/// The places where conditions on one fact alone change, each once, in the order of texts.
fn cuts(look: &mut Look) -> Vec<Cut> {
    let program = look.program;
    let mut list: Vec<Cut> = Vec::new();
    let mut seen: BTreeSet<(FactId, i128)> = BTreeSet::new();
    for (origin, inner, id) in look.clauses() {
        if *program.info(inner).ty.required() != Type::YesNo {
            continue;
        }
        let [index] = look.space.encoder.ground.reads(id)[..] else { continue };
        let at = look.space.encoder.ground.variable(index).at.clone();
        look.space.encoder.truth(id);
        let Some(Some(Domain::Ordered { axis, line, .. })) = look.space.encoder.domains.get(index as usize).cloned()
        else {
            continue;
        };
        if !at.path.is_empty() {
            continue;
        }
        let constants: BTreeSet<i128> =
            constants(program, inner).iter().filter_map(|value| axis.place(value)).collect();
        let mut points = Points::new(&look.space.encoder.ground);
        let mut holds = |place: i128| {
            points.set(index, axis.value(place));
            points.at(id)
        };
        for &place in line.reached.keys().filter(|&&place| place > axis.least + 1 && place < axis.greatest) {
            if holds(place - 1) != holds(place) && !seen.contains(&(at.fact, place)) {
                seen.insert((at.fact, place));
                let below = constants.contains(&(place - 1)) && !constants.contains(&place);
                let written = if below { place - 1 } else { place };
                list.push(Cut { origin, fact: at.fact, at: at.clone(), place, written, axis });
            }
        }
    }
    list.sort_by_key(|cut| (program.origin(cut.origin).span, cut.place));
    list
}

/// The constants of an expression.
fn constants(program: &Program, node: NodeId) -> Vec<Value> {
    let mut found = Vec::new();
    let mut waiting = vec![node];
    let mut seen = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        match program.op(node) {
            Op::Const(value) => found.push(value.clone()),
            op => waiting.extend(op.children().into_iter().filter(|&child| seen.insert(child))),
        }
    }
    found
}
