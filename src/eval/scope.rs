//! Which versions and assumptions a run rests on (V8, T2, T10, P1).

use std::collections::BTreeMap;

use super::kernel::{Key, apply};
use super::{Picked, Request};
use crate::facts::{Facts, Slot};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId, Invariant, OriginId, PolicyId, Program, VersionId};
use crate::value::{Evaluated, Value};

/// The versions in force, and the facts with what they assume.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    slots: Vec<Slot>,
    /// By policy; nothing for policies that are not reached.
    pub(crate) picked: Vec<Option<Picked>>,
    /// By policy: the version picked, or those that may be in force.
    candidates: Vec<Vec<VersionId>>,
    /// Policies reached from what is asked, the asked one first.
    reached: Vec<PolicyId>,
    /// Facts filled in, and the assumption that did.
    pub(crate) assumed: BTreeMap<FactId, OriginId>,
    /// What a version assumes that may be in force: fact, version, value, the assumption.
    pub(crate) conditional: Vec<(FactId, VersionId, Value, OriginId)>,
    pinned: Option<(PolicyId, VersionId)>,
}

impl Scope {
    /// Picks versions from the policies asked on, each by its own deciding fact (P1), and fills in what they assume (V8).
    pub(crate) fn new(program: &Program, request: &Request, facts: &Facts) -> Self {
        let count = program.policies.len();
        let mut scope = Scope {
            slots: (0..program.facts.len()).map(|fact| facts.get(FactId(fact as u32)).clone()).collect(),
            picked: vec![None; count],
            candidates: vec![Vec::new(); count],
            reached: Vec::new(),
            assumed: BTreeMap::new(),
            conditional: Vec::new(),
            pinned: request.pinned.map(|version| (program.version(version).policy, version)),
        };
        let asked = request.asked.iter().filter_map(|&family| program.family(family).policy);
        let mut waiting: Vec<PolicyId> = [request.policy].into_iter().chain(asked).collect();
        let mut next = 0;
        while next < waiting.len() {
            let policy = waiting[next];
            next += 1;
            if scope.picked[policy.index()].is_some() {
                continue;
            }
            scope.pick(program, policy);
            for &version in &scope.candidates[policy.index()] {
                waiting.extend(&program.version(version).uses);
            }
        }
        scope
    }

    fn pick(&mut self, program: &Program, policy: PolicyId) {
        let mut candidates = Vec::new();
        let mut picked = Picked::NotInForce;
        for &version in &program.policies[policy.index()].versions {
            match self.in_force(program, version) {
                result if result.is_no() => {}
                result if result.is_yes() => {
                    // Times in force never meet (T2), so no other version is in force.
                    candidates = vec![version];
                    picked = Picked::Version(version);
                    break;
                }
                _ => {
                    candidates.push(version);
                    picked = Picked::Unknown;
                }
            }
        }
        self.picked[policy.index()] = Some(picked);
        self.reached.push(policy);
        for &version in &candidates {
            for assumption in &program.version(version).assumptions {
                let Slot::NotStated = self.slots[assumption.fact.index()] else { continue };
                let value = assumption.value.clone();
                if picked == Picked::Unknown {
                    self.conditional.push((assumption.fact, version, value, assumption.origin));
                } else {
                    self.slots[assumption.fact.index()] = Slot::Given(value);
                    self.assumed.insert(assumption.fact, assumption.origin);
                }
            }
        }
        self.candidates[policy.index()] = candidates;
    }

    /// Returns what a fact comes to: what is stated, or assumed.
    pub(crate) fn fact(&self, fact: FactId) -> Evaluated {
        match self.slots.get(fact.index()) {
            Some(Slot::Given(value)) => Evaluated::Value(value.clone()),
            _ => Evaluated::Unknown,
        }
    }

    /// Returns what is stated about a fact, or assumed.
    pub(crate) fn slot(&self, fact: FactId) -> &Slot {
        self.slots.get(fact.index()).unwrap_or(&Slot::NotStated)
    }

    /// Takes a fact for unknown from here on. Versions and assumptions stay as they were picked.
    pub(crate) fn forget(&mut self, fact: FactId) {
        self.slots[fact.index()] = Slot::StatedUnknown;
        self.assumed.remove(&fact);
    }

    /// Whether a version is in force; a pinned policy is in the pinned version whatever the day (T10).
    pub(crate) fn in_force(&self, program: &Program, version: VersionId) -> Evaluated {
        if let Some(pinned) = self.pinned_in_force(program, version) {
            return pinned.into();
        }
        let operands: Vec<Evaluated> = deciding(program, version).into_iter().map(|fact| self.fact(fact)).collect();
        apply(program, Key::InForce(version), &operands.iter().collect::<Vec<_>>())
    }

    /// Whether a version is in force because its policy is pinned; nothing for policies that are not.
    pub(crate) fn pinned_in_force(&self, program: &Program, version: VersionId) -> Option<bool> {
        let (policy, pinned) = self.pinned?;
        (program.version(version).policy == policy).then_some(pinned == version)
    }

    /// Returns the version picked, or those that may be in force.
    pub(crate) fn candidates(&self, policy: PolicyId) -> &[VersionId] {
        &self.candidates[policy.index()]
    }

    /// Returns the version picked, if it is known.
    pub(crate) fn version(&self, policy: PolicyId) -> Option<VersionId> {
        match self.picked[policy.index()] {
            Some(Picked::Version(version)) => Some(version),
            _ => None,
        }
    }

    /// Returns all policies reached, those asked first.
    pub(crate) fn reached(&self) -> &[PolicyId] {
        &self.reached
    }

    /// Returns the invariants that hold for what is asked of a policy: of it and of all it uses, libraries among them, each
    /// with the versions one of which must be in force for it to count. Nothing means always.
    pub(crate) fn invariants(&self, program: &Program, root: PolicyId) -> Vec<(Invariant, Option<VersionId>)> {
        let mut seen = vec![false; program.policies.len()];
        let mut waiting = vec![root];
        let mut library = BTreeMap::new();
        let mut list = Vec::new();
        let mut next = 0;
        while next < waiting.len() {
            let policy = waiting[next];
            next += 1;
            if std::mem::replace(&mut seen[policy.index()], true) {
                continue;
            }
            let certain = self.version(policy).is_some();
            for &version in self.candidates(policy) {
                let condition = (!certain).then_some(version);
                let version = program.version(version);
                list.extend(version.invariants.iter().map(|&invariant| (invariant, condition)));
                for &index in &version.library_invariants {
                    // Needed by any version that is certain, it counts always.
                    let entry = library.entry(index).or_insert_with(Vec::new);
                    entry.push(condition);
                }
                waiting.extend(&version.uses);
            }
        }
        for (index, conditions) in library {
            let invariant = program.invariants[index as usize];
            if conditions.contains(&None) {
                list.push((invariant, None));
            } else {
                list.extend(conditions.into_iter().map(|condition| (invariant, condition)));
            }
        }
        list
    }
}

/// Returns the facts that pick a version: the deciding fact, and the moment where that is `evaluation_date`.
pub(crate) fn deciding(program: &Program, version: VersionId) -> Vec<FactId> {
    let fact = program.policies[program.version(version).policy.index()].decided_by;
    if fact == EVALUATION_DATE { vec![EVALUATION_DATE, EVALUATION_TIME] } else { vec![fact] }
}
