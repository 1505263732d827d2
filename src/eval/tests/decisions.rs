//! D3 to D8: from rules to outcomes.

use crate::eval::testing::*;
use crate::eval::{Reason, SetAside, SetAsideBy, Status};
use crate::program::*;
use crate::value::{FaultKind, Type, Value};

fn ranked() -> [(Value, Value); 1] {
    [(NO, YES)]
}

#[test]
fn d3_a_rule_applies_when_its_condition_holds_and_no_unless_does() {
    let mut b = Build::new();
    let (yes, a, u) = (b.bool(true), b.flag("a"), b.flag("u"));
    let d = b.ruled("d", Type::YesNo, &[], Some(NO));
    let r = b.rule(d, yes, Some(a), &[]);
    b.program.rules[r.index()].unless.push(u);
    assert_eq!(b.ask(d, &[(a, YES), (u, NO)]).value, Some(YES));
    assert_eq!(b.ask(d, &[(a, YES), (u, YES)]).value, Some(NO));
    let answer = b.ask(d, &[(a, NO)]);
    assert_eq!(answer.value, Some(NO));
    assert!(matches!(answer.because[..], [Reason::Otherwise(_)]));
}

#[test]
fn d4_an_exception_that_is_set_aside_sets_nothing_aside() {
    let mut b = Build::new();
    let (one, two, three) = (b.number(1), b.number(2), b.number(3));
    let d = b.ruled("d", Type::Integer, &[], None);
    let f_applies = b.flag("f_applies");
    let r = b.rule(d, one, None, &[]);
    let e = b.rule(d, two, None, &[r]);
    let f = b.rule(d, one, Some(f_applies), &[e]);
    let answer = b.ask(d, &[(f_applies, YES)]);
    assert_eq!(answer.value, Some(int(1)));
    assert_eq!(answer.because, [Reason::Rule(r), Reason::Rule(f)]);
    assert_eq!(answer.set_aside, [SetAside { rule: e, by: SetAsideBy::Exceptions(vec![f]) }]);
    let answer = b.ask(d, &[(f_applies, NO)]);
    assert_eq!(answer.value, Some(int(2)));
    let _ = three;
}

#[test]
fn d6_two_outcomes_without_an_order_conflict_and_rank_drops_outranked_ones() {
    let mut b = Build::new();
    let (yes, no) = (b.bool(true), b.bool(false));
    let d = b.ruled("d", Type::YesNo, &[], None);
    b.rule(d, yes, None, &[]);
    b.rule(d, no, None, &[]);
    assert_eq!(b.ask(d, &[]).status, Status::Conflict);
    let d = b.ruled("ranked", Type::YesNo, &ranked(), None);
    let r = b.rule(d, yes, None, &[]);
    let s = b.rule(d, no, None, &[]);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.value, answer.because), (Some(NO), vec![Reason::Rule(s)]));
    assert_eq!(answer.set_aside, [SetAside { rule: r, by: SetAsideBy::Outranked(NO) }]);
}

#[test]
fn d6_the_same_outcome_twice_is_two_reasons() {
    let mut b = Build::new();
    let yes = b.bool(true);
    let d = b.ruled("d", Type::YesNo, &[], None);
    let (r, s) = (b.rule(d, yes, None, &[]), b.rule(d, yes, None, &[]));
    assert_eq!(b.ask(d, &[]).because, [Reason::Rule(r), Reason::Rule(s)]);
}

#[test]
fn d6_no_rule_and_no_otherwise_is_an_error() {
    let mut b = Build::new();
    let (yes, no) = (b.bool(true), b.bool(false));
    let d = b.ruled("d", Type::YesNo, &[], None);
    b.rule(d, yes, Some(no), &[]);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.status, answer.fault.map(|fault| fault.kind)), (Status::Error, Some(FaultKind::NoRule)));
}

#[test]
fn d6_a_rule_whose_condition_is_an_error_is_tried_standing_and_not_standing() {
    let mut b = Build::new();
    let (yes, no, bad) = (b.bool(true), b.bool(false), b.fail());
    let d = b.ruled("d", Type::YesNo, &ranked(), None);
    b.rule(d, yes, Some(bad), &[]);
    b.rule(d, no, None, &[]);
    assert_eq!(b.ask(d, &[]).value, Some(NO));
    let d = b.ruled("other", Type::YesNo, &ranked(), Some(YES));
    b.rule(d, no, Some(bad), &[]);
    assert_eq!(b.ask(d, &[]).status, Status::Error);
    let d = b.ruled("value", Type::YesNo, &[], Some(YES));
    b.rule(d, bad, Some(no), &[]);
    assert_eq!(b.ask(d, &[]).value, Some(YES));
}

#[test]
fn d7_sets_collect_and_totals_add() {
    let mut b = Build::new();
    let members = |list: &[i64]| Value::set(list.iter().copied().map(int));
    let set = Type::Set(Box::new(Type::Integer));
    let (a, c) = (b.flag("a"), b.flag("c"));
    let (one, more) = (b.number(1), b.constant(members(&[2, 3]), set.clone()));
    let d = b.decision("papers", set, DecisionBody::Includes(vec![]));
    b.rule(d, one, Some(a), &[]);
    b.rule(d, more, Some(c), &[]);
    assert_eq!(b.ask(d, &[(a, YES), (c, YES)]).value, Some(members(&[1, 2, 3])));
    assert_eq!(b.ask(d, &[(a, NO), (c, NO)]).value, Some(members(&[])));
    let d = b.decision("total", Type::Integer, DecisionBody::Adds(vec![]));
    let five = b.number(5);
    b.rule(d, five, Some(a), &[]);
    b.rule(d, five, Some(c), &[]);
    assert_eq!(b.ask(d, &[(a, YES), (c, YES)]).value, Some(int(10)));
    assert_eq!(b.ask(d, &[(a, NO), (c, NO)]).value, Some(int(0)));
}

#[test]
fn d8_an_unknown_bar_to_what_fails_anyway_decides() {
    let mut b = Build::new();
    let (yes, no, q) = (b.bool(true), b.bool(false), b.flag("q"));
    let _ = yes;
    let d = b.ruled("d", Type::YesNo, &ranked(), Some(NO));
    b.rule(d, no, Some(q), &[]);
    assert_eq!(b.ask(d, &[]).value, Some(NO));
}

#[test]
fn outcomes_keep_to_the_range_of_their_type() {
    let mut b = Build::new();
    let big = b.number(i64::MAX);
    let sum = b.op(Op::Add(big, big), Type::Integer);
    let back = b.op(Op::Subtract(sum, big), Type::Integer);
    let d = b.decision("d", Type::Integer, DecisionBody::Expr(sum));
    assert_eq!(b.ask(d, &[]).fault.map(|fault| fault.kind), Some(FaultKind::Overflow));
    let d = b.decision("e", Type::Integer, DecisionBody::Expr(back));
    assert_eq!(b.ask(d, &[]).value, Some(int(i64::MAX)));
}

#[test]
fn v5_a_guard_keeps_none_from_counting() {
    let mut b = Build::new();
    let x = b.read("x", Type::Date.optional());
    let limit = b.day("2024-01-01");
    let absent = b.yes(Op::IsNone(x));
    let before = b.yes(Op::Less(x, limit));
    let guarded = b.any(&[absent, before]);
    let d = b.decision("d", Type::YesNo, DecisionBody::Expr(guarded));
    assert_eq!(b.ask(d, &[(x, Value::None)]).value, Some(YES));
    assert_eq!(b.ask(d, &[(x, date("2023-01-01"))]).value, Some(YES));
    assert_eq!(b.ask(d, &[(x, date("2025-01-01"))]).value, Some(NO));
}

#[test]
fn v10_over_nothing_every_is_yes_and_any_is_no() {
    let mut b = Build::new();
    let record = b.record("stay", &[("long", Type::YesNo)], None);
    let list = b.read("stays", Type::List(record));
    let bound = b.op(Op::Bound(0), Type::Record(record));
    let long = b.yes(Op::Field(bound, 0));
    let every = b.yes(Op::Every { domain: Domain::Each(list), level: 0, body: long });
    let exists = b.yes(Op::Exists { domain: Domain::Each(list), level: 0, body: long });
    let (d, e) = (
        b.decision("d", Type::YesNo, DecisionBody::Expr(every)),
        b.decision("e", Type::YesNo, DecisionBody::Expr(exists)),
    );
    let empty = Value::List([].into());
    assert_eq!(b.ask(d, &[(list, empty.clone())]).value, Some(YES));
    assert_eq!(b.ask(e, &[(list, empty)]).value, Some(NO));
    let stays =
        Value::List([Value::Record([YES.into_evaluated()].into()), Value::Record([NO.into_evaluated()].into())].into());
    let facts = b.facts(&[(list, stays)]);
    let run = b.run(e, &facts);
    assert_eq!(run.answers[0].value, Some(YES));
    assert!(run.verdicts.elements[&(long, vec![0])].is_yes());
    assert!(run.verdicts.elements[&(long, vec![1])].is_no());
}

trait IntoEvaluated {
    fn into_evaluated(self) -> crate::value::Evaluated;
}

impl IntoEvaluated for Value {
    fn into_evaluated(self) -> crate::value::Evaluated {
        crate::value::Evaluated::Value(self)
    }
}

#[test]
fn nested_quantifiers_see_the_elements_around_them() {
    // every i in 1 to 3: any k in 1 to i: k is i, and k + j for a list that differs per element.
    let mut b = Build::new();
    let (one, three) = (b.number(1), b.number(3));
    let i = b.op(Op::Bound(0), Type::Integer);
    let k = b.op(Op::Bound(1), Type::Integer);
    let same = b.yes(Op::Equal(i, k));
    let inner = b.yes(Op::Exists { domain: Domain::Range(one, i), level: 1, body: same });
    let outer = b.yes(Op::Every { domain: Domain::Range(one, three), level: 0, body: inner });
    let d = b.decision("d", Type::YesNo, DecisionBody::Expr(outer));
    let facts = b.facts(&[]);
    let run = b.run(d, &facts);
    assert_eq!(run.answers[0].value, Some(YES));
    assert!(run.verdicts.elements[&(same, vec![2, 2])].is_yes());
    assert_eq!(run.verdicts.elements.iter().filter(|((node, _), _)| *node == same).count(), 6);
    let sum = b.op(
        Op::Fold { fold: FoldKind::Sum, domain: Domain::Range(one, three), level: 0, value: i, filter: None },
        Type::Integer,
    );
    let d = b.decision("sum", Type::Integer, DecisionBody::Expr(sum));
    assert_eq!(b.ask(d, &[]).value, Some(int(6)));
}

#[test]
fn a_chain_of_ten_thousand_definitions_needs_no_deep_stack() {
    let mut b = Build::new();
    let mut node = b.flag("a");
    let fact = node;
    for _ in 0..10_000 {
        let origin = b.origin(OriginKind::Define, "d");
        let negated = b.not(node);
        node = b.yes(Op::Clause(origin, negated));
    }
    let d = b.decision("d", Type::YesNo, DecisionBody::Expr(node));
    let small = std::thread::Builder::new().stack_size(256 * 1024);
    let ran = small.spawn(move || {
        assert_eq!(b.ask(d, &[(fact, YES)]).value, Some(YES));
        assert_eq!(b.ask(d, &[]).status, Status::Undetermined);
    });
    ran.expect("a thread").join().expect("it returns");
}
