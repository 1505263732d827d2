//! From verdicts to answers: status, outcomes, reasons (D2, D8 to D10, D15).

use std::collections::{BTreeMap, BTreeSet};

use super::exact::{Budget, Exact};
use super::interpret::Interpret;
use super::kernel::decide::{own_fault, rules};
use super::kernel::outcome::of_definition;
use super::reach::Reach;
use super::scope::Scope;
use super::walk::{ASKED, Walk};
use super::{Answer, Evaluation, MAX_POSSIBLE, Missing, Outcome, Picked, Possible, Reason, Request, Status, Verdicts};
use crate::facts::{Facts, Slot};
use crate::program::{
    Asked, DecisionBody, DecisionId, FactId, FamilyId, NodeId, OriginId, PolicyId, Program, RuleId, VersionId,
};
use crate::value::{Evaluated, Fault, FaultKind, Type, Value};

/// Answers what is asked about one applicant.
///
/// Every fact must fit its type and bounds (reading facts checks that). Deterministic: the same program, request and facts
/// give the same result, byte for byte.
pub fn evaluate(program: &Program, request: &Request, facts: &Facts) -> Evaluation {
    let scope = Scope::new(program, request, facts);
    let mut walk = Interpret::walk(program, &scope);
    let asked: Vec<Subject> =
        request.asked.iter().map(|&family| Subject::new(program, &scope, request, family, &mut walk)).collect();
    let broken: Vec<Vec<OriginId>> =
        asked.iter().map(|subject| broken(program, &scope, subject.policy, &mut walk)).collect();
    let mut exact = Lazy { program, scope: &scope, verdicts: &walk.nodes, engine: None, invariants: BTreeMap::new() };
    let answers: Vec<Answer> = asked
        .iter()
        .zip(broken)
        .map(|(subject, broken)| subject.answer(program, &scope, &walk.algebra, broken, &mut exact))
        .collect();
    // What only explanations show is visited last: it decides nothing.
    let mut shown: Vec<OriginId> = scope.assumed.values().copied().collect();
    shown.extend(answers.iter().flat_map(|answer| answer.violated.iter().copied()));
    for &policy in scope.reached() {
        for &version in scope.candidates(policy) {
            for note in &program.version(version).notes {
                note.when.into_iter().for_each(|node| drop(walk.node(node)));
                shown.push(note.origin);
            }
        }
    }
    walk.texts(&shown);
    Evaluation { answers, verdicts: Interpret::verdicts(walk) }
}

/// Interprets what is asked about one applicant, and nothing more: what nodes come to under V1 to V8, without answers.
pub fn interpret(program: &Program, request: &Request, facts: &Facts) -> Verdicts {
    let scope = Scope::new(program, request, facts);
    let mut walk = Interpret::walk(program, &scope);
    for &family in &request.asked {
        let subject = Subject::new(program, &scope, request, family, &mut walk);
        broken(program, &scope, subject.policy, &mut walk);
    }
    Interpret::verdicts(walk)
}

/// Visits all invariants and returns those that are broken (D2), in the order of policies and text.
fn broken(program: &Program, scope: &Scope, root: PolicyId, walk: &mut Walk<'_, Interpret<'_>>) -> Vec<OriginId> {
    let mut broken = Vec::new();
    for (invariant, condition) in scope.invariants(program, root) {
        let result = walk.node(invariant.node);
        if condition.is_none() && result.is_no() && !broken.contains(&invariant.origin) {
            broken.push(invariant.origin);
        }
    }
    broken
}

/// One thing asked, and what it came to on what is stated.
pub(crate) struct Subject {
    family: FamilyId,
    policy: PolicyId,
    ty: Type,
    kleene: Evaluated,
}

impl Subject {
    fn new(
        program: &Program,
        scope: &Scope,
        request: &Request,
        family: FamilyId,
        walk: &mut Walk<'_, Interpret<'_>>,
    ) -> Self {
        let policy = program.family(family).policy.unwrap_or(request.policy);
        let ty = type_of(program, family);
        let result = walk.asked(family, scope.candidates(policy), scope.version(policy).is_some());
        let kleene = of_definition(program, family, &result);
        Subject { family, policy, ty, kleene }
    }

    fn answer(
        &self,
        program: &Program,
        scope: &Scope,
        interpret: &Interpret<'_>,
        broken: Vec<OriginId>,
        exact: &mut Lazy<'_>,
    ) -> Answer {
        let mut answer = Answer {
            asked: self.family,
            ty: self.ty.clone(),
            version: scope.version(self.policy),
            status: Status::NotInForce,
            value: None,
            possible: Possible::Listed(vec![Outcome::NotInForce]),
            missing: Vec::new(),
            violated: Vec::new(),
            because: Vec::new(),
            either: Vec::new(),
            set_aside: Vec::new(),
            fault: None,
            exact: true,
        };
        // D15: not in force, then contradictory, then the decision.
        if scope.picked[self.policy.index()] == Some(Picked::NotInForce) {
            return answer;
        }
        if !broken.is_empty() {
            answer.status = Status::Contradictory;
            answer.possible = Possible::Listed(Vec::new());
            answer.violated = broken;
            return answer;
        }
        // No completion may be left although nothing is broken.
        let open = exact.invariants(self.policy);
        match exact.clash(&open) {
            Ok(None) => {}
            Ok(Some(clash)) => {
                answer.status = Status::Contradictory;
                answer.possible = Possible::Listed(Vec::new());
                answer.violated = clash;
                return answer;
            }
            Err(_) => answer.exact = false,
        }
        let decision = answer.version.and_then(|version| decision_in(program, self.family, version));
        if self.kleene == Evaluated::Unknown || decision.is_some_and(|decision| in_doubt(program, interpret, decision))
        {
            let read = unknown_reads(program, scope, self.family, self.policy);
            let findings = exact.engine().findings(self.family, self.policy, &open, &read);
            if let Some(outcomes) = findings.outcomes {
                if let [one] = &outcomes[..] {
                    conclude(&mut answer, one.clone());
                    answer.because = findings.because;
                    answer.either = findings.either;
                    answer.set_aside = findings.set_aside;
                } else {
                    answer.status = Status::Undetermined;
                    answer.possible = possible(&answer.ty, outcomes);
                    answer.missing = findings.missing;
                    answer.exact &= findings.exact;
                }
                return answer;
            }
            answer.exact = false;
            if self.kleene == Evaluated::Unknown {
                answer.status = Status::Undetermined;
                answer.possible = anything(program, &answer.ty);
                answer.missing = findings.missing;
                return answer;
            }
        }
        let outcome = outcome(program, self.family, &self.kleene);
        conclude(&mut answer, outcome);
        if let Some(decision) = decision {
            reasons(program, interpret, decision, &mut answer);
        } else if let Some(origin) = answer.version.and_then(|version| define_in(program, self.family, version)) {
            answer.because.push(Reason::Expression(origin));
        }
        answer
    }
}

/// The exact engine, started when the first answer needs it.
struct Lazy<'p> {
    program: &'p Program,
    scope: &'p Scope,
    verdicts: &'p [Option<Evaluated>],
    engine: Option<Exact<'p>>,
    invariants: BTreeMap<PolicyId, Vec<(OriginId, u32)>>,
}

impl<'p> Lazy<'p> {
    fn engine(&mut self) -> &mut Exact<'p> {
        self.engine.get_or_insert_with(|| Exact::new(self.program, self.scope, self.verdicts))
    }

    /// Returns the invariants that unknown facts could break.
    fn invariants(&mut self, root: PolicyId) -> Vec<(OriginId, u32)> {
        if let Some(known) = self.invariants.get(&root) {
            return known.clone();
        }
        let open = self.scope.invariants(self.program, root).iter().any(|(invariant, condition)| {
            let verdict = &self.verdicts[invariant.node.index()];
            *verdict == Some(Evaluated::Unknown)
                || (condition.is_some() && verdict.as_ref().is_some_and(Evaluated::is_no))
        });
        let list = if open { self.engine().invariants(root) } else { Vec::new() };
        self.invariants.insert(root, list.clone());
        list
    }

    fn clash(&mut self, open: &[(OriginId, u32)]) -> Result<Option<Vec<OriginId>>, Budget> {
        if open.is_empty() { Ok(None) } else { self.engine().clash(open) }
    }
}

/// Whether a rule of the decision may or may not stand: then its reasons take the exact engine.
fn in_doubt(program: &Program, interpret: &Interpret<'_>, decision: DecisionId) -> bool {
    let unknown = |rule: &RuleId| {
        interpret.rules()[rule.index()].as_ref().is_some_and(|verdict| verdict.stands == Evaluated::Unknown)
    };
    rules(&program.decision(decision).body).iter().any(unknown)
}

/// Returns the facts that are unknown and that what is asked reads, whether or not it matters here.
fn unknown_reads(program: &Program, scope: &Scope, family: FamilyId, policy: PolicyId) -> BTreeSet<Missing> {
    let mut reach = Reach::new(program);
    let versions = scope.candidates(policy).to_vec();
    if scope.version(policy).is_none() {
        versions.first().into_iter().for_each(|&version| reach.deciding(version));
    }
    reach.family(
        family,
        &|_, version| {
            version.is_none_or(|version| scope.candidates(program.version(version).policy).contains(&version))
        },
        &|policy| scope.version(policy).is_none(),
    );
    let unknown = |fact: &FactId| !matches!(scope.slot(*fact), Slot::Given(_));
    reach.facts.into_iter().filter(unknown).map(|fact| Missing { fact, path: Vec::new() }).collect()
}

/// Returns every value of a type, where they are few: what is possible when the budget ended.
fn anything(program: &Program, ty: &Type) -> Possible {
    let values: Vec<Value> = match ty {
        Type::YesNo => vec![Value::Bool(false), Value::Bool(true)],
        Type::Enum(id) if !program.enum_type(*id).open && program.enum_type(*id).members.len() <= MAX_POSSIBLE => {
            (0..program.enum_type(*id).members.len()).map(|index| Value::Member(*id, index as u32)).collect()
        }
        _ => return Possible::Anything,
    };
    Possible::Listed(values.into_iter().map(Outcome::Value).collect())
}

/// Fills in the one outcome.
fn conclude(answer: &mut Answer, outcome: Outcome) {
    answer.status = match &outcome {
        Outcome::Value(value) => {
            answer.value = Some(value.clone());
            Status::Decided
        }
        Outcome::Conflict => Status::Conflict,
        Outcome::Error(fault) => {
            answer.fault = Some(*fault);
            Status::Error
        }
        Outcome::NoRule => {
            answer.fault = Some(Fault { kind: FaultKind::NoRule, origin: None });
            Status::Error
        }
        Outcome::NotInForce => Status::NotInForce,
    };
    answer.possible = Possible::Listed(vec![outcome]);
}

/// The reasons of a decision whose rules all came to `y` or `n` (D9).
fn reasons(program: &Program, interpret: &Interpret<'_>, id: DecisionId, answer: &mut Answer) {
    let decision = program.decision(id);
    let Some(verdict) = interpret.verdict(id) else { return };
    let counts = |rule: RuleId| {
        let verdict = interpret.rules()[rule.index()].as_ref();
        verdict.is_some_and(|verdict| {
            verdict.stands.is_yes() && counts_for(&decision.body, verdict.value.value(), answer.value.as_ref())
        })
    };
    let because: Vec<Reason> = match &decision.body {
        DecisionBody::Expr(_) => vec![Reason::Expression(decision.origin)],
        DecisionBody::Rules { rules, .. } | DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => {
            rules.iter().copied().filter(|&rule| counts(rule)).map(Reason::Rule).collect()
        }
    };
    answer.because = because;
    if let (DecisionBody::Rules { otherwise: Some((origin, _)), .. }, true) =
        (&decision.body, verdict.otherwise.is_yes())
    {
        answer.because.push(Reason::Otherwise(*origin));
    }
    answer.set_aside = verdict.set_aside.clone();
}

/// Whether a standing rule with this value is a reason for the outcome: those that are outranked are not.
pub(crate) fn counts_for(body: &DecisionBody, value: Option<&Value>, outcome: Option<&Value>) -> bool {
    match body {
        DecisionBody::Rules { .. } => outcome.is_none() || value == outcome,
        _ => true,
    }
}

/// Returns the type of what is asked.
pub(crate) fn type_of(program: &Program, family: FamilyId) -> Type {
    match program.family(family).members.first() {
        Some((_, Asked::Decision(decision))) => program.decision(*decision).ty.clone(),
        Some((_, Asked::Define(node))) => program.info(*node).ty.clone(),
        None => Type::YesNo,
    }
}

fn define_origin(program: &Program, node: NodeId) -> Option<OriginId> {
    match program.op(node) {
        crate::program::Op::Clause(origin, _) => Some(*origin),
        _ => None,
    }
}

fn member(program: &Program, family: FamilyId, version: VersionId) -> Option<Asked> {
    let members = &program.family(family).members;
    members.iter().find(|(of, _)| of.is_none() || *of == Some(version)).map(|&(_, asked)| asked)
}

/// Returns the decision that is asked, in a version.
pub(crate) fn decision_in(program: &Program, family: FamilyId, version: VersionId) -> Option<DecisionId> {
    match member(program, family, version)? {
        Asked::Decision(decision) => Some(decision),
        Asked::Define(_) => None,
    }
}

/// Returns the origin of the definition that is asked, in a version.
pub(crate) fn define_in(program: &Program, family: FamilyId, version: VersionId) -> Option<OriginId> {
    match member(program, family, version)? {
        Asked::Define(node) => define_origin(program, node),
        Asked::Decision(_) => None,
    }
}

/// Returns the outcome that a result which is not `?` stands for: a decision's own conflict is one, that of a decision it
/// reads is an error (P3).
pub(crate) fn outcome(program: &Program, family: FamilyId, result: &Evaluated) -> Outcome {
    match result {
        Evaluated::Value(value) => Outcome::Value(value.clone()),
        Evaluated::Error(fault) => {
            if *fault == (Fault { kind: FaultKind::NotInForce, origin: Some(ASKED) }) {
                return Outcome::NotInForce;
            }
            let own = program.family(family).members.iter().find_map(|&(_, asked)| match asked {
                Asked::Decision(decision) => own_fault(program.decision(decision), result),
                Asked::Define(_) => None,
            });
            match own {
                Some(FaultKind::Conflict) => Outcome::Conflict,
                Some(_) => Outcome::NoRule,
                None => Outcome::Error(*fault),
            }
        }
        // Callers handle `?` before.
        Evaluated::Unknown => Outcome::NoRule,
    }
}

/// Lists outcomes as records show them (D10).
pub(crate) fn possible(ty: &Type, mut outcomes: Vec<Outcome>) -> Possible {
    outcomes.sort();
    outcomes.dedup();
    let set = matches!(ty.required(), Type::Set(_));
    if outcomes.len() == 1 || (!set && (outcomes.len() <= MAX_POSSIBLE || !ty.required().is_ordered())) {
        return Possible::Listed(outcomes);
    }
    let (mut values, mut others) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Outcome::Value(value) if value != Value::None => values.push(value),
            other => others.push(other),
        }
    }
    if set {
        let mut sets = values.iter().filter_map(|value| match value {
            Value::Set(members) => Some(members),
            _ => None,
        });
        let Some(first) = sets.next() else { return Possible::Listed(others) };
        let (mut certain, mut some) = (first.as_ref().clone(), first.as_ref().clone());
        for members in sets {
            certain.retain(|member| members.contains(member));
            some.extend(members.iter().cloned());
        }
        return Possible::Sets(Value::set(certain), Value::set(some), others);
    }
    // Outcomes are sorted, so values are.
    match (values.first(), values.last()) {
        (Some(least), Some(greatest)) => Possible::Between(least.clone(), greatest.clone(), others),
        _ => Possible::Listed(others),
    }
}
