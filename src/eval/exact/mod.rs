//! Exact answers under missing facts: what all completions agree on (D1), what they could still be, and which facts decide.
//!
//! 1. [`ground`]: what unknown facts could make of the answer, as a graph over variables; [`groups`] of like members.
//! 2. [`cells`]: a few values of each variable that stand for all of them; [`shape`] and [`axis`] find where things turn.
//! 3. [`diagram`] and [`analysis`]: the outcome at every combination of cells, by the interpreter's own operations.
//! 4. [`missing`]: which facts can still change the outcome (D11); [`ties`] which invariants matter for that.
//! 5. [`what_would`]: the smallest changes of facts that change it; [`sufficient`]: the facts that alone decide; [`next`]: the
//!    most useful question.
//!
//! What cannot be taken apart is *opaque*: it stays `?`. If the outcome still depends on it, or a budget ends, the answer is
//! that of the interpreter and says so (D13); there is never another value.

mod analysis;
pub(crate) mod axis;
pub(crate) mod cells;
mod diagram;
pub(crate) mod ground;
pub(crate) mod groups;
mod missing;
mod next;
mod paths;
pub(crate) mod shape;
mod sufficient;
mod ties;
mod what_would;

pub use self::next::next_questions;
pub use self::sufficient::sufficient;
pub use self::what_would::{WhatWould, what_would};

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;

use self::analysis::{Analysis, is_empty};
pub(crate) use self::diagram::Budget;
use self::diagram::{Id, MAX_STEPS};
use self::ground::{Gid, Ground, Term};
use self::groups::Groups;
use self::missing::{Unit, missing};
use super::conclude::{counts_for, decision_in, define_in, outcome, type_of};
use super::kernel::{Key, decide};
use super::scope::Scope;
use super::walk::{Algebra, Walk};
use super::{Missing, Outcome, Reason, SetAside, SetAsideBy};
use crate::program::{DecisionBody, DecisionId, FamilyId, OriginId, PolicyId, Program, RuleId};
use crate::value::{Evaluated, Fault, FaultKind, Type, Value};

/// What can be said about one thing asked.
pub(crate) struct Findings {
    /// The outcomes of all completions, one fault for all errors; nothing if they could not be told.
    pub(crate) outcomes: Option<Vec<Outcome>>,
    /// What can still change it.
    pub(crate) missing: Vec<Missing>,
    pub(crate) because: Vec<Reason>,
    pub(crate) either: Vec<Reason>,
    pub(crate) set_aside: Vec<SetAside>,
    pub(crate) exact: bool,
}

/// The exact engine over the facts of one run.
pub(crate) struct Exact<'p> {
    program: &'p Program,
    scope: &'p Scope,
    walk: Walk<'p, Ground<'p>>,
}

/// An invariant that is neither certain nor broken on what is stated.
type Open = (OriginId, Gid);

impl<'p> Exact<'p> {
    /// Starts from what the interpreter found on what is stated.
    pub(crate) fn new(program: &'p Program, scope: &'p Scope, verdicts: &[Option<Evaluated>]) -> Self {
        let ground = Ground::new(program, scope, Groups::new(program, verdicts));
        Exact { program, scope, walk: Walk::new(program, scope, ground) }
    }

    /// Returns the invariants that unknown facts could break, in the order of policies and text.
    pub(crate) fn invariants(&mut self, root: PolicyId) -> Vec<Open> {
        let mut open = Vec::new();
        for (invariant, condition) in self.scope.invariants(self.program, root) {
            let mut id = self.walk.node(invariant.node);
            if let Some(version) = condition {
                let in_force = self.walk.in_force(version);
                let outside = self.walk.algebra.apply(Key::Not, &[in_force]);
                id = self.walk.algebra.apply(Key::Any, &[outside, id]);
            }
            let settled = matches!(self.walk.algebra.term(id), Term::Known(result) if !result.is_no());
            if !settled && !open.contains(&(invariant.origin, id)) {
                open.push((invariant.origin, id));
            }
        }
        open
    }

    /// D2: if no completion satisfies the invariants, returns a smallest set of them that clashes. `Err` if the engine cannot
    /// tell whether there is one.
    pub(crate) fn clash(&self, open: &[Open]) -> Result<Option<Vec<OriginId>>, Budget> {
        let mut vague = Ok(None);
        let invariants: Vec<Gid> = open.iter().map(|&(_, id)| id).collect();
        let loose = ties::loose(&self.walk.algebra, &invariants, &BTreeSet::new(), true);
        let loose: BTreeSet<usize> = loose.into_iter().flat_map(|(indexes, _)| indexes).collect();
        let open: Vec<Open> =
            open.iter().enumerate().filter(|(index, _)| !loose.contains(index)).map(|(_, &open)| open).collect();
        let open = &open[..];
        for part in self.components(open) {
            let ids: Vec<Gid> = part.iter().map(|&index| open[index].1).collect();
            match self.clashes(&ids) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(Budget) => {
                    vague = Err(Budget);
                    continue;
                }
            }
            let names = |chosen: &[usize]| {
                let mut names: Vec<OriginId> = chosen.iter().map(|&index| open[part[index]].0).collect();
                names.dedup();
                names
            };
            // By size: a smallest set is the first found.
            for size in 1..=part.len().min(MAX_CLASH) {
                let mut chosen: Vec<usize> = (0..size).collect();
                loop {
                    let some: Vec<Gid> = chosen.iter().map(|&index| ids[index]).collect();
                    if self.clashes(&some) == Ok(true) {
                        return Ok(Some(names(&chosen)));
                    }
                    if !next_combination(&mut chosen, part.len()) {
                        break;
                    }
                }
            }
            // Larger ones: leave out whatever is not needed.
            let mut needed: Vec<usize> = (0..part.len()).collect();
            for index in 0..part.len() {
                let without: Vec<usize> = needed.iter().copied().filter(|&other| other != index).collect();
                let some: Vec<Gid> = without.iter().map(|&index| ids[index]).collect();
                if self.clashes(&some) == Ok(true) {
                    needed = without;
                }
            }
            return Ok(Some(names(&needed)));
        }
        vague
    }

    fn clashes(&self, invariants: &[Gid]) -> Result<bool, Budget> {
        let ground = &self.walk.algebra;
        let variables = invariants.iter().flat_map(|&id| ground.reads(id).iter().copied()).collect();
        if ties::settles(ground, invariants, &variables) {
            return Ok(false);
        }
        let mut analysis = Analysis::new(&self.walk.algebra, invariants, &[])?;
        match analysis.allowed(invariants)? {
            (allowed, _) if is_empty(allowed) => Ok(true),
            (_, true) => Err(Budget),
            _ => Ok(false),
        }
    }

    /// Splits invariants into parts that share no unknown fact, directly or through others.
    fn components(&self, open: &[Open]) -> Vec<Vec<usize>> {
        let mut parts: Vec<(BTreeSet<Missing>, Vec<usize>)> = Vec::new();
        for (index, &(_, id)) in open.iter().enumerate() {
            let mut facts: BTreeSet<Missing> = self.units_of(id);
            let mut members = vec![index];
            parts.retain(|(other, indexes)| {
                let apart = other.is_disjoint(&facts);
                if !apart {
                    facts.extend(other.iter().cloned());
                    members.extend(indexes);
                }
                apart
            });
            members.sort_unstable();
            parts.push((facts, members));
        }
        parts.sort_by_key(|(_, members)| members[0]);
        parts.into_iter().map(|(_, members)| members).collect()
    }

    /// What a variable counts as in answers: a field of a fact that is unknown as a whole counts as the fact.
    fn unit(&self, variable: u32) -> Missing {
        let variable = self.walk.algebra.variable(variable);
        if variable.part { Missing { fact: variable.at.fact, path: Vec::new() } } else { variable.at.clone() }
    }

    fn units_of(&self, id: Gid) -> BTreeSet<Missing> {
        self.walk.algebra.reads(id).iter().map(|&variable| self.unit(variable)).collect()
    }

    /// Says everything about one thing asked of a policy. `read` are the unknown facts that it reads by the text.
    pub(crate) fn findings(
        &mut self,
        family: FamilyId,
        policy: PolicyId,
        open: &[Open],
        read: &BTreeSet<Missing>,
    ) -> Findings {
        let (program, scope) = (self.program, self.scope);
        let versions = scope.candidates(policy).to_vec();
        let certain = scope.version(policy).is_some();
        let asked = self.walk.asked(family, &versions, certain);
        let asked = self.walk.algebra.apply(Key::Asked(family), &[asked]);
        let mut reasons: Vec<Candidate> = Vec::new();
        for &version in &versions {
            let in_force = if certain { None } else { Some(self.walk.in_force(version)) };
            if let Some(decision) = decision_in(program, family, version) {
                reasons.extend(self.candidates(decision, in_force));
            } else if let Some(origin) = define_in(program, family, version) {
                reasons.push(Candidate::always(Reason::Expression(origin), in_force));
            }
        }
        let mut kept: BTreeSet<u32> = self.walk.algebra.reads(asked).iter().copied().collect();
        reasons.iter().for_each(|candidate| kept.extend(candidate.reads(&self.walk.algebra)));
        let (tied, core) = (self.tied(asked, open, &kept, true), self.core(asked, open, &kept));
        let found =
            self.analyse(family, asked, &core, &reasons, MAX_STEPS).unwrap_or_else(|Budget| self.inexact(asked, read));
        let all = |findings: &Findings| self.units_of(asked).iter().all(|unit| findings.missing.contains(unit));
        let settled = found.outcomes.as_ref().is_some_and(|outcomes| outcomes.len() < 2);
        if !found.exact || settled || tied == core || all(&found) {
            return found;
        }
        // What was not found missing may be by other values of facts that only invariants read.
        match self.analyse(family, asked, &tied, &reasons, MAX_STEPS / 8) {
            Ok(findings) if findings.exact => findings,
            _ => Findings { missing: self.units_of(asked).into_iter().collect(), exact: false, ..found },
        }
    }

    /// Returns the invariants that narrow what is asked. `kept` are the variables that count by themselves.
    fn core(&self, asked: Gid, open: &[Open], kept: &BTreeSet<u32>) -> Vec<Gid> {
        let tied = self.tied(asked, open, kept, false);
        ties::unsettled(&self.walk.algebra, &tied, kept)
    }

    /// Returns the invariants tied to what a node reads, directly or through others: of those that are loose, for `missing`,
    /// those of one date for each way to be bound; else none.
    fn tied(&self, asked: Gid, open: &[Open], kept: &BTreeSet<u32>, missing: bool) -> Vec<Gid> {
        let ground = &self.walk.algebra;
        let invariants: Vec<Gid> = open.iter().map(|&(_, id)| id).collect();
        let mut bounds = BTreeSet::new();
        let loose = ties::loose(ground, &invariants, kept, !missing);
        let loose = loose.into_iter().filter(|(_, bound)| !missing || !bounds.insert(bound.clone()));
        let loose: BTreeSet<usize> = loose.flat_map(|(indexes, _)| indexes).collect();
        let open: Vec<Gid> =
            (0..invariants.len()).filter(|index| !loose.contains(index)).map(|index| invariants[index]).collect();
        let mut facts = self.units_of(asked);
        let mut tied: Vec<Gid> = Vec::new();
        loop {
            let before = tied.len();
            for &id in &open {
                let reads = self.units_of(id);
                if !tied.contains(&id) && !reads.is_disjoint(&facts) {
                    facts.extend(reads);
                    tied.push(id);
                }
            }
            if tied.len() == before {
                return tied;
            }
        }
    }

    /// D13: what is left to say when the engine gives up: everything that might matter counts as missing.
    fn inexact(&self, asked: Gid, read: &BTreeSet<Missing>) -> Findings {
        let missing: BTreeSet<Missing> = self.units_of(asked).into_iter().chain(read.iter().cloned()).collect();
        Findings {
            outcomes: None,
            missing: missing.into_iter().collect(),
            because: Vec::new(),
            either: Vec::new(),
            set_aside: Vec::new(),
            exact: false,
        }
    }

    fn candidates(&self, id: DecisionId, in_force: Option<Gid>) -> Vec<Candidate> {
        let decision = self.program.decision(id);
        let mut list = Vec::new();
        if let DecisionBody::Expr(_) = decision.body {
            list.push(Candidate::always(Reason::Expression(decision.origin), in_force));
        }
        let ids = decide::rules(&decision.body);
        for &rule in ids {
            let terms = &self.walk.algebra.rules[&rule];
            list.push(Candidate {
                reason: Reason::Rule(rule),
                decision: Some(id),
                in_force,
                stands: vec![terms.stands],
                value: Some(terms.value),
                applies: Some(terms.applies),
            });
        }
        if let DecisionBody::Rules { otherwise: Some((origin, _)), .. } = decision.body {
            let stands = ids.iter().map(|rule| self.walk.algebra.rules[rule].stands).collect();
            let reason = Reason::Otherwise(origin);
            list.push(Candidate { reason, decision: Some(id), in_force, stands, value: None, applies: None });
        }
        list
    }

    /// Says everything about what is asked, by invariants, in so many steps.
    fn analyse(
        &self,
        family: FamilyId,
        asked: Gid,
        tied: &[Gid],
        reasons: &[Candidate],
        steps: usize,
    ) -> Result<Findings, Budget> {
        let ground = &self.walk.algebra;
        let mut roots = vec![asked];
        roots.extend(tied);
        for candidate in reasons {
            roots.extend(candidate.in_force);
            roots.extend(&candidate.stands);
            roots.extend(candidate.value);
            roots.extend(candidate.applies);
        }
        // Of outcomes that are listed by their ends, the places where they change are needed.
        let moving = match type_of(self.program, family).required() {
            Type::Set(inner) => inner.is_ordered(),
            ty => ty.is_ordered(),
        };
        let terms: &[Gid] = if moving { &[asked] } else { &[] };
        let mut analysis = Analysis::new(ground, &roots, terms)?;
        analysis.diagrams.allow(steps);
        let (allowed, vague) = analysis.allowed(tied)?;
        let diagram = analysis.diagram(asked)?;
        // Number 0 is forbidden, 1 not known, errors are one outcome (D8).
        let mut number_of: BTreeMap<Outcome, u32> = BTreeMap::new();
        let mut fault: Option<Fault> = None;
        let family_of = |result: &Evaluated| outcome(self.program, family, result);
        let numbered = analysis.under(allowed, diagram, 0, |result| {
            if *result == Evaluated::Unknown {
                return 1;
            }
            let mut outcome = family_of(result);
            if let Outcome::Error(found) = outcome {
                let least = fault.map_or(found, |so_far| so_far.min(found));
                fault = Some(least);
                outcome = Outcome::Error(Fault { kind: FaultKind::NoValue, origin: None });
            }
            let next = number_of.len() as u32 + 2;
            *number_of.entry(outcome).or_insert(next)
        })?;
        let possible = analysis.diagrams.results(numbered);
        if possible.contains(&1) || (vague && possible.len() > 1) {
            return Err(Budget);
        }
        let by_number: BTreeMap<u32, &Outcome> = number_of.iter().map(|(outcome, number)| (*number, outcome)).collect();
        let listed: Vec<Outcome> = possible
            .iter()
            .filter_map(|number| by_number.get(number))
            .map(|&outcome| match (outcome, fault) {
                (Outcome::Error(_), Some(fault)) => Outcome::Error(fault),
                (other, _) => other.clone(),
            })
            .collect();
        let mut findings = Findings {
            outcomes: Some(listed.clone()),
            missing: Vec::new(),
            because: Vec::new(),
            either: Vec::new(),
            set_aside: Vec::new(),
            exact: true,
        };
        if let [one] = &listed[..] {
            self.reasons(&mut analysis, allowed, one, reasons, &mut findings)?;
        } else {
            self.missing(&mut analysis, asked, numbered, tied, &mut findings);
        }
        Ok(findings)
    }

    /// Fills in what can still change the outcome (D11, D12).
    fn missing(
        &self,
        analysis: &mut Analysis<'_, '_>,
        asked: Gid,
        numbered: Id,
        tied: &[Gid],
        findings: &mut Findings,
    ) {
        let mut levels: IndexMap<Missing, Vec<u32>> = IndexMap::new();
        let variables: BTreeSet<u32> =
            [asked].iter().chain(tied).flat_map(|&id| self.walk.algebra.reads(id).iter().copied()).collect();
        for variable in variables {
            let entry = levels.entry(self.unit(variable)).or_default();
            entry.extend(analysis.level(variable));
        }
        let reads_of_asked = self.units_of(asked);
        let mut units: Vec<Unit> = levels
            .iter()
            .map(|(at, levels)| Unit {
                levels: levels.clone(),
                tied: BTreeSet::new(),
                read: reads_of_asked.contains(at),
            })
            .collect();
        for &invariant in tied {
            let together: Vec<usize> =
                self.units_of(invariant).iter().filter_map(|unit| levels.get_index_of(unit)).collect();
            for &one in &together {
                units[one].tied.extend(together.iter().copied().filter(|&other| other != one));
            }
        }
        let (list, exact) = missing(&mut analysis.diagrams, numbered, &units)
            .unwrap_or_else(|Budget| (units.iter().map(|unit| unit.read).collect(), false));
        findings.exact = exact;
        let mut found: Vec<Missing> =
            levels.keys().zip(list).filter(|(_, missing)| *missing).map(|(at, _)| at.clone()).collect();
        found.sort();
        findings.missing = found;
    }

    /// Fills in what stands in every completion, or which reasons there can be (D9).
    fn reasons(
        &self,
        analysis: &mut Analysis<'_, '_>,
        allowed: Id,
        outcome: &Outcome,
        candidates: &[Candidate],
        findings: &mut Findings,
    ) -> Result<(), Budget> {
        let value = match outcome {
            Outcome::Value(value) => Some(value),
            _ => None,
        };
        let always =
            |analysis: &Analysis<'_, '_>, id: Id| analysis.diagrams.results(id).iter().all(|&number| number != 0);
        for candidate in candidates {
            let diagram = candidate.diagram(self.program, analysis, value)?;
            // 0 where it does not hold, 1 where it does; forbidden cells do not count either way.
            let held = analysis.under(allowed, diagram, 2, |result| u32::from(result.is_yes()))?;
            let ever = analysis.diagrams.results(held).contains(&1);
            if always(analysis, held) && ever {
                findings.because.push(candidate.reason);
                continue;
            }
            if ever {
                findings.either.push(candidate.reason);
            }
            let (Some(applies), Reason::Rule(rule)) = (candidate.applies, candidate.reason) else { continue };
            let applies = analysis.diagram(applies)?;
            let applies = analysis.under(allowed, applies, 2, |result| u32::from(result.is_yes()))?;
            if !ever && always(analysis, applies) && candidate.in_force.is_none() {
                let by = self.set_aside_by(analysis, allowed, rule, value)?;
                findings.set_aside.extend(by.map(|by| SetAside { rule, by }));
            }
        }
        if !findings.because.is_empty() {
            findings.either.clear();
        }
        Ok(())
    }

    /// Returns what sets aside a rule that applies in every completion and never decides.
    fn set_aside_by(
        &self,
        analysis: &mut Analysis<'_, '_>,
        allowed: Id,
        rule: RuleId,
        outcome: Option<&Value>,
    ) -> Result<Option<SetAsideBy>, Budget> {
        let terms = self.walk.algebra.rules[&rule];
        let stands = analysis.diagram(terms.stands)?;
        let stands = analysis.under(allowed, stands, 2, |result| u32::from(!result.is_no()))?;
        if analysis.diagrams.results(stands).contains(&1) {
            return Ok(outcome.map(|value| SetAsideBy::Outranked(value.clone())));
        }
        let mut by = Vec::new();
        for &exception in &self.program.rule(rule).exceptions {
            let Some(terms) = self.walk.algebra.rules.get(&exception) else { continue };
            let stands = analysis.diagram(terms.stands)?;
            let stands = analysis.under(allowed, stands, 2, |result| u32::from(result.is_yes()))?;
            if analysis.diagrams.results(stands).contains(&1) {
                by.push(exception);
            }
        }
        Ok(Some(SetAsideBy::Exceptions(by)))
    }
}

/// How many clashing invariants are searched for set by set; a larger clash is only minimal, not smallest.
const MAX_CLASH: usize = 3;

/// A possible reason of an outcome.
struct Candidate {
    reason: Reason,
    decision: Option<DecisionId>,
    in_force: Option<Gid>,
    /// Of a rule, whether it stands; of an `otherwise`, whether each rule does.
    stands: Vec<Gid>,
    value: Option<Gid>,
    applies: Option<Gid>,
}

impl Candidate {
    fn always(reason: Reason, in_force: Option<Gid>) -> Self {
        Candidate { reason, decision: None, in_force, stands: Vec::new(), value: None, applies: None }
    }

    /// The variables it reads.
    fn reads<'g>(&self, ground: &'g Ground<'_>) -> impl Iterator<Item = u32> + 'g {
        let parts: Vec<Gid> =
            self.stands.iter().chain(&self.value).chain(&self.applies).chain(&self.in_force).copied().collect();
        parts.into_iter().flat_map(|id| ground.reads(id).iter().copied())
    }

    /// The diagram of whether it is a reason for the outcome.
    fn diagram(
        &self,
        program: &Program,
        analysis: &mut Analysis<'_, '_>,
        outcome: Option<&Value>,
    ) -> Result<Id, Budget> {
        let mut holds = analysis.pointwise(&[], |_| Evaluated::YES)?;
        if let Some(in_force) = self.in_force {
            holds = analysis.diagram(in_force)?;
        }
        let rule = matches!(self.reason, Reason::Rule(_));
        for &stands in &self.stands {
            let stands = analysis.diagram(stands)?;
            holds = analysis.pointwise(&[holds, stands], |parts| match parts {
                [holds, _] if holds.is_no() => Evaluated::NO,
                [_, Evaluated::Unknown] | [Evaluated::Unknown, _] => Evaluated::Unknown,
                [_, stands] => (if rule { stands.is_yes() } else { stands.is_no() }).into(),
                _ => Evaluated::Unknown,
            })?;
        }
        if let (Some(value), Some(decision)) = (self.value, self.decision) {
            let body = &program.decision(decision).body;
            let value = analysis.diagram(value)?;
            holds = analysis.pointwise(&[holds, value], |parts| match parts {
                [holds, _] if holds.is_no() => Evaluated::NO,
                [_, Evaluated::Unknown] | [Evaluated::Unknown, _] => Evaluated::Unknown,
                [_, value] => counts_for(body, value.value(), outcome).into(),
                _ => Evaluated::Unknown,
            })?;
        }
        Ok(holds)
    }
}

/// Moves to the next choice of so many out of `count`, in order. False after the last.
fn next_combination(chosen: &mut [usize], count: usize) -> bool {
    let size = chosen.len();
    for place in (0..size).rev() {
        if chosen[place] < count - (size - place) {
            chosen[place] += 1;
            for next in place + 1..size {
                chosen[next] = chosen[next - 1] + 1;
            }
            return true;
        }
    }
    false
}
