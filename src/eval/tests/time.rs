//! T2 to T10, P1 to P4, V8: versions, boundaries, used policies, assumptions.

use crate::eval::testing::*;
use crate::eval::{Picked, Request, Status, evaluate};
use crate::facts::Slot;
use crate::program::*;
use crate::value::{FaultKind, Type, Value};

/// Policy `p` with a decision that is 1 in its first version and 2 from 2024-01-01, until 2025-01-01.
fn versions() -> (Build, FamilyId) {
    let mut b = Build::new();
    b.program.versions[0].end = Some(at("2024-01-01"));
    let second = b.version(PolicyId(0), "2024-01-01", Some("2025-01-01"));
    let family = b.family("d", PolicyId(0));
    let (one, two) = (b.number(1), b.number(2));
    b.decision_in(family, VersionId(0), Type::Integer, DecisionBody::Expr(one));
    b.decision_in(family, second, Type::Integer, DecisionBody::Expr(two));
    (b, family)
}

fn on(b: &Build, family: FamilyId, day: &str, pinned: Option<VersionId>) -> crate::eval::Answer {
    let mut facts = b.facts(&[]);
    facts.set(EVALUATION_DATE, Slot::Given(date(day)));
    let request = Request { policy: PolicyId(0), pinned, asked: vec![family] };
    evaluate(&b.program, &request, &facts).answers.remove(0)
}

#[test]
fn t2_the_day_picks_the_version_and_the_end_is_excluded() {
    let (b, family) = versions();
    assert_eq!(on(&b, family, "2019-12-31", None).status, Status::NotInForce);
    assert_eq!(on(&b, family, "2020-01-01", None).value, Some(int(1)));
    assert_eq!(on(&b, family, "2023-12-31", None).value, Some(int(1)));
    assert_eq!(on(&b, family, "2024-01-01", None).value, Some(int(2)));
    assert_eq!(on(&b, family, "2025-01-01", None).status, Status::NotInForce);
}

#[test]
fn t10_a_pinned_version_answers_outside_its_time() {
    let (b, family) = versions();
    assert_eq!(on(&b, family, "2030-01-01", Some(VersionId(0))).value, Some(int(1)));
    assert_eq!(on(&b, family, "2019-01-01", Some(VersionId(1))).value, Some(int(2)));
}

/// `p` reads decision `e` of `q`, which decides by `applied` and is in force in 2023 only.
fn used(outside: Option<bool>) -> (Build, DecisionId, NodeId, DecisionId) {
    let mut b = Build::new();
    let applied = b.read("applied", Type::Date);
    let q = b.policy("q", b.fact_of(applied));
    let version = b.version(q, "2023-01-01", Some("2024-01-01"));
    let family = b.family("e", q);
    let yes = b.bool(true);
    let body = DecisionBody::Rules { rules: vec![], outranks: vec![], otherwise: None };
    let e = b.decision_in(family, version, Type::YesNo, body);
    b.rule(e, yes, None, &[]);
    let outside = outside.map(|yes| b.bool(yes));
    let read = b.yes(Op::Used(family, outside));
    let d = b.decision("d", Type::YesNo, DecisionBody::Expr(read));
    b.program.versions[0].uses.push(q);
    b.program.policies[0].uses.push(q);
    (b, d, applied, e)
}

#[test]
fn p1_a_used_version_is_picked_by_its_own_deciding_fact() {
    let (b, d, applied, _) = used(None);
    let facts = b.facts(&[(applied, date("2023-05-01"))]);
    let run = b.run(d, &facts);
    assert_eq!(run.answers[0].value, Some(YES));
    assert_eq!(run.verdicts.picked[1], Some(Picked::Version(VersionId(1))));
}

#[test]
fn p4_outside_its_time_a_used_decision_is_what_the_reader_says_or_an_error() {
    let (b, d, applied, _) = used(Some(false));
    assert_eq!(b.ask(d, &[(applied, date("2022-05-01"))]).value, Some(NO));
    let (b, d, applied, _) = used(None);
    let answer = b.ask(d, &[(applied, date("2022-05-01"))]);
    assert_eq!((answer.status, answer.fault.map(|fault| fault.kind)), (Status::Error, Some(FaultKind::NotInForce)));
}

#[test]
fn p3_a_conflict_of_a_used_decision_is_an_error_in_the_reader() {
    let (mut b, d, applied, e) = used(None);
    let no = b.bool(false);
    b.rule(e, no, None, &[]);
    let given = [(applied, date("2023-05-01"))];
    assert_eq!(b.ask(e, &given).status, Status::Conflict);
    let answer = b.ask(d, &given);
    assert_eq!((answer.status, answer.fault.map(|fault| fault.kind)), (Status::Error, Some(FaultKind::Conflict)));
}

#[test]
fn d2_invariants_of_used_policies_and_libraries_count_and_all_broken_ones_are_listed() {
    let (mut b, d, applied, _) = used(Some(false));
    let a = b.flag("a");
    let own = b.invariant(a);
    let of_q = b.origin(OriginKind::Invariant, "of q");
    b.program.versions[1].invariants.push(Invariant { origin: of_q, node: a });
    let of_library = b.origin(OriginKind::Invariant, "of a library");
    b.program.invariants.push(Invariant { origin: of_library, node: a });
    b.program.versions[1].library_invariants.push(0);
    let inside = (applied, date("2023-05-01"));
    let answer = b.ask(d, &[inside.clone(), (a, NO)]);
    assert_eq!((answer.status, answer.violated), (Status::Contradictory, vec![own, of_q, of_library]));
    assert_eq!(b.ask(d, &[inside, (a, YES)]).value, Some(YES));
    let answer = b.ask(d, &[(applied, date("2022-05-01")), (a, NO)]);
    assert_eq!(answer.violated, [own]);
}

#[test]
fn v8_an_assumption_fills_in_what_is_not_stated_only() {
    let mut b = Build::new();
    let a = b.flag("a");
    let origin = b.origin(OriginKind::Assume, "a");
    let fact = b.fact_of(a);
    b.program.versions[0].assumptions.push(Assumption { origin, fact, value: YES });
    let d = b.decision("d", Type::YesNo, DecisionBody::Expr(a));
    let mut facts = b.facts(&[]);
    let run = b.run(d, &facts);
    assert_eq!(run.answers[0].value, Some(YES));
    assert_eq!(run.verdicts.assumed.get(&fact), Some(&origin));
    facts.set(fact, Slot::StatedUnknown);
    let run = b.run(d, &facts);
    assert_eq!(run.answers[0].status, Status::Undetermined);
    assert!(run.verdicts.assumed.is_empty());
    facts.set(fact, Slot::Given(NO));
    assert_eq!(b.run(d, &facts).answers[0].value, Some(NO));
    let _ = Value::None;
}

#[test]
fn p2_a_used_decision_stays_correlated_with_itself() {
    let mut b = Build::new();
    let x = b.flag("x");
    let q = b.policy("q", EVALUATION_DATE);
    let version = b.version(q, "2020-01-01", None);
    let family = b.family("e", q);
    b.decision_in(family, version, Type::YesNo, DecisionBody::Expr(x));
    let read = b.yes(Op::Used(family, None));
    let not = b.not(x);
    let either = b.any(&[read, not]);
    let d = b.decision("d", Type::YesNo, DecisionBody::Expr(either));
    b.program.versions[0].uses.push(q);
    assert_eq!(b.ask(d, &[]).value, Some(YES));
}

#[test]
fn v8_an_assumption_of_a_version_that_may_be_in_force_holds_only_there() {
    let mut b = Build::new();
    let (applied, a) = (b.read("applied", Type::Date), b.flag("a"));
    b.program.policies[0].decided_by = b.fact_of(applied);
    b.program.versions[0].end = Some(at("2024-06-01"));
    let second = b.version(PolicyId(0), "2024-06-01", None);
    let (origin, fact) = (b.origin(OriginKind::Assume, "a"), b.fact_of(a));
    b.program.versions[second.index()].assumptions.push(Assumption { origin, fact, value: YES });
    let family = b.family("d", PolicyId(0));
    let yes = b.bool(true);
    let d = b.decision_in(family, VersionId(0), Type::YesNo, DecisionBody::Expr(yes));
    b.decision_in(family, second, Type::YesNo, DecisionBody::Expr(a));
    let limit = b.day("2020-01-01");
    let inside = b.yes(Op::LessEqual(limit, applied));
    let origin = b.origin(OriginKind::Invariant, "inside");
    for version in &mut b.program.versions {
        version.invariants.push(Invariant { origin, node: inside });
    }
    let answer = b.ask(d, &[]);
    assert_eq!(answer.status, Status::Undetermined);
    let mut values: Vec<_> = match answer.possible {
        crate::eval::Possible::Listed(outcomes) => outcomes,
        other => panic!("{other:?}"),
    };
    values.retain(|outcome| *outcome != crate::eval::Outcome::NotInForce);
    assert_eq!(values, [crate::eval::Outcome::Value(YES)]);
}
