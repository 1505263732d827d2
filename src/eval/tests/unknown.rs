//! D1, D2, D8 to D13, V7 to V9: answers when facts are missing.

use crate::eval::testing::*;
use crate::eval::{Outcome, Possible, Reason, Status};
use crate::program::*;
use crate::value::{Evaluated, Type, Value};

fn decided(b: &mut Build, node: NodeId, ty: Type) -> DecisionId {
    b.decision("d", ty, DecisionBody::Expr(node))
}

#[test]
fn d1_what_all_completions_agree_on_is_decided() {
    let mut b = Build::new();
    let x = b.flag("x");
    let not = b.not(x);
    let either = b.any(&[x, not]);
    let d = decided(&mut b, either, Type::YesNo);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.value, answer.exact, answer.missing), (Some(YES), true, vec![]));
}

#[test]
fn d2_an_unknown_invariant_narrows_what_is_possible() {
    let mut b = Build::new();
    let (status, maintained) = (b.flag("status"), b.flag("maintained"));
    let not = b.not(maintained);
    let tie = b.any(&[status, not]);
    b.invariant(tie);
    let d = decided(&mut b, maintained, Type::YesNo);
    assert_eq!(b.ask(d, &[(status, NO)]).value, Some(NO));
    assert_eq!(b.ask(d, &[(status, YES)]).status, Status::Undetermined);
}

#[test]
fn d2_no_completion_left_is_contradictory_with_a_smallest_clash() {
    let mut b = Build::new();
    let (x, y, z) = (b.flag("x"), b.flag("y"), b.flag("z"));
    let (not_x, not_y) = (b.not(x), b.not(y));
    let first = b.any(&[x, y]);
    let (a, c, e) = (b.any(&[z, x]), b.any(&[not_x, not_y]), b.any(&[x, not_y]));
    let f = b.any(&[not_x, y]);
    b.invariant(a);
    let clash = [b.invariant(first), b.invariant(c), b.invariant(e), b.invariant(f)];
    let yes = b.bool(true);
    let d = decided(&mut b, yes, Type::YesNo);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.status, answer.violated), (Status::Contradictory, clash.to_vec()));
}

#[test]
fn d8_all_outcomes_still_possible_are_listed() {
    let mut b = Build::new();
    let (yes, no, q) = (b.bool(true), b.bool(false), b.flag("q"));
    let d = b.ruled("d", Type::YesNo, &[(NO, YES)], Some(NO));
    b.rule(d, yes, Some(q), &[]);
    let answer = b.ask(d, &[]);
    assert_eq!(answer.possible, listed([NO, YES]));
    assert_eq!(b.missing(&answer), ["q"]);
    let d = b.ruled("conflict", Type::YesNo, &[], None);
    b.rule(d, yes, Some(q), &[]);
    b.rule(d, no, None, &[]);
    let answer = b.ask(d, &[]);
    assert_eq!(answer.possible, Possible::Listed(vec![Outcome::Value(NO), Outcome::Conflict]));
}

#[test]
fn d9_alternative_reasons_are_listed_when_none_is_certain() {
    let mut b = Build::new();
    let (yes, x) = (b.bool(true), b.flag("x"));
    let not = b.not(x);
    let d = b.ruled("d", Type::YesNo, &[], None);
    let (r, s) = (b.rule(d, yes, Some(x), &[]), b.rule(d, yes, Some(not), &[]));
    let answer = b.ask(d, &[]);
    assert_eq!((answer.value, answer.because), (Some(YES), vec![]));
    assert_eq!(answer.either, [Reason::Rule(r), Reason::Rule(s)]);
    let answer = b.ask(d, &[(x, YES)]);
    assert_eq!((answer.because, answer.either), (vec![Reason::Rule(r)], vec![]));
}

#[test]
fn d9_a_rule_or_the_otherwise() {
    let mut b = Build::new();
    let (no, x) = (b.bool(false), b.flag("x"));
    let d = b.ruled("d", Type::YesNo, &[], Some(NO));
    let r = b.rule(d, no, Some(x), &[]);
    let answer = b.ask(d, &[]);
    assert_eq!(answer.value, Some(NO));
    assert!(matches!(answer.either[..], [Reason::Rule(rule), Reason::Otherwise(_)] if rule == r));
}

#[test]
fn d9_a_rule_that_always_stands_though_its_parts_are_unknown_is_a_reason() {
    let mut b = Build::new();
    let (yes, x, y) = (b.bool(true), b.flag("x"), b.flag("y"));
    let not = b.not(x);
    let sure = b.any(&[x, not]);
    let d = b.ruled("d", Type::YesNo, &[], Some(NO));
    let r = b.rule(d, yes, Some(sure), &[]);
    b.rule(d, yes, Some(y), &[]);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.value, answer.because), (Some(YES), vec![Reason::Rule(r)]));
}

#[test]
fn d11_a_tied_fact_that_can_settle_the_answer_is_missing() {
    // An exam date needs an exam: `exam_done` alone never flips the answer, yet asking it can settle it.
    let mut b = Build::new();
    let done = b.flag("exam_done");
    let taken = b.read("exam_date", Type::Date.optional());
    let none = b.yes(Op::IsNone(taken));
    let tie = b.any(&[done, none]);
    b.invariant(tie);
    let limit = b.day("2024-01-01");
    let some = b.not(none);
    let valid = b.yes(Op::LessEqual(limit, taken));
    let all = b.all(&[done, some, valid]);
    let d = decided(&mut b, all, Type::YesNo);
    let answer = b.ask(d, &[]);
    assert_eq!(b.missing(&answer), ["exam_done", "exam_date"]);
    let answer = b.ask(d, &[(done, YES)]);
    assert_eq!(b.missing(&answer), ["exam_date"]);
    assert_eq!(b.ask(d, &[(done, NO)]).value, Some(NO));
}

#[test]
fn d12_a_fact_that_only_invariants_read_is_never_missing() {
    let mut b = Build::new();
    let (x, only_tied) = (b.flag("x"), b.flag("only_tied"));
    let not = b.not(only_tied);
    let tie = b.any(&[x, not]);
    b.invariant(tie);
    let d = decided(&mut b, x, Type::YesNo);
    let answer = b.ask(d, &[]);
    assert_eq!(b.missing(&answer), ["x"]);
    assert_eq!(b.ask(d, &[(only_tied, YES)]).value, Some(YES));
}

#[test]
fn d11_a_fact_that_no_longer_matters_is_not_missing() {
    let mut b = Build::new();
    let (x, y, z) = (b.flag("x"), b.flag("y"), b.flag("z"));
    let both = b.all(&[x, y]);
    let any = b.any(&[both, z]);
    let d = decided(&mut b, any, Type::YesNo);
    let answer = b.ask(d, &[(x, NO)]);
    assert_eq!(b.missing(&answer), ["z"]);
    let answer = b.ask(d, &[]);
    assert_eq!(b.missing(&answer), ["x", "y", "z"]);
}

#[test]
fn ordered_facts_are_cut_where_comparisons_turn() {
    let mut b = Build::new();
    let age = b.read("age", Type::Integer);
    let fact = b.fact_of(age);
    b.program.facts[fact.index()].within = Some((int(0), int(120)));
    let (seventeen, eighteen, high) = (b.number(17), b.number(18), b.number(200));
    let minor = b.yes(Op::LessEqual(age, seventeen));
    let adult = b.yes(Op::LessEqual(eighteen, age));
    let any = b.any(&[minor, adult]);
    let d = decided(&mut b, any, Type::YesNo);
    assert_eq!(b.ask(d, &[]).value, Some(YES));
    let old = b.yes(Op::Less(high, age));
    let e = b.decision("e", Type::YesNo, DecisionBody::Expr(old));
    assert_eq!(b.ask(e, &[]).value, Some(NO));
    let f = b.decision("f", Type::YesNo, DecisionBody::Expr(adult));
    assert_eq!(b.ask(f, &[]).status, Status::Undetermined);
}

#[test]
fn dates_compared_with_each_other_keep_their_order() {
    // a <= b and b <= c implies a <= c; and a + 12 months <= b implies a < b.
    let mut build = Build::new();
    let b = &mut build;
    let (x, y, z) = (b.read("x", Type::Date), b.read("y", Type::Date), b.read("z", Type::Date));
    let (xy, yz, xz) = (b.yes(Op::LessEqual(x, y)), b.yes(Op::LessEqual(y, z)), b.yes(Op::LessEqual(x, z)));
    let premise = b.all(&[xy, yz]);
    let not = b.not(premise);
    let implied = b.any(&[not, xz]);
    let d = decided(b, implied, Type::YesNo);
    let twelve = b.constant(int(12), Type::Months);
    let later = b.op(Op::AddMonths(x, twelve, None), Type::Date);
    let (year, before) = (b.yes(Op::LessEqual(later, y)), b.yes(Op::Less(x, y)));
    let not = b.not(year);
    let implied = b.any(&[not, before]);
    let e = b.decision("e", Type::YesNo, DecisionBody::Expr(implied));
    let answer = b.ask(d, &[]);
    assert_eq!((answer.value, answer.exact), (Some(YES), true));
    assert_eq!(b.ask(e, &[]).value, Some(YES));
    let f = b.decision("f", Type::YesNo, DecisionBody::Expr(premise));
    let answer = b.ask(f, &[(x, date("2024-01-02")), (z, date("2024-01-01"))]);
    assert_eq!(answer.value, Some(NO));
    let answer = b.ask(f, &[(x, date("2024-01-01"))]);
    assert_eq!(b.missing(&answer), ["y", "z"]);
}

#[test]
fn d10_dates_and_numbers_give_their_ends_when_there_are_many() {
    let mut b = Build::new();
    let (issued, n) = (b.read("issued", Type::Date), b.read("n", Type::Integer));
    let fact = b.fact_of(n);
    b.program.facts[fact.index()].within = Some((int(0), int(3)));
    let twelve = b.constant(int(12), Type::Months);
    let due = b.op(Op::AddMonths(issued, twelve, None), Type::Date);
    let limit = b.day("2024-01-31");
    let late = b.yes(Op::LessEqual(issued, limit));
    b.invariant(late);
    let d = decided(&mut b, due, Type::Date);
    let answer = b.ask(d, &[]);
    assert_eq!(answer.possible, Possible::Between(date("0002-01-01"), date("2025-01-31"), vec![]));
    assert_eq!(b.missing(&answer), ["issued"]);
    let hundred = b.number(100);
    let product = b.op(Op::Multiply(n, hundred), Type::Integer);
    let e = b.decision("e", Type::Integer, DecisionBody::Expr(product));
    assert_eq!(b.ask(e, &[]).possible, listed([0, 100, 200, 300].map(int)));
}

#[test]
fn d10_of_a_set_what_is_certain_and_what_is_possible() {
    let mut b = Build::new();
    let set = Type::Set(Box::new(Type::Integer));
    let q = b.flag("q");
    let (one, two) = (b.number(1), b.number(2));
    let d = b.decision("papers", set, DecisionBody::Includes(vec![]));
    b.rule(d, one, None, &[]);
    b.rule(d, two, Some(q), &[]);
    let answer = b.ask(d, &[]);
    assert_eq!(answer.possible, Possible::Sets(Value::set([int(1)]), Value::set([int(1), int(2)]), vec![]));
    assert_eq!(b.missing(&answer), ["q"]);
}

fn country(index: u32) -> Value {
    Value::Member(crate::value::EnumId::COUNTRY, index)
}

#[test]
fn v9_an_unknown_set_is_told_apart_by_what_is_asked_of_it() {
    let mut b = Build::new();
    let ty = Type::Enum(crate::value::EnumId::COUNTRY);
    let set = Type::Set(Box::new(ty.clone()));
    let held = b.read("citizenships", set.clone());
    let us = b.constant(country(5), ty.clone());
    let near = b.constant(Value::set([country(4), country(5)]), set);
    let has_us = b.yes(Op::In(us, held));
    let overlaps = b.yes(Op::Overlaps(held, near));
    let not = b.not(has_us);
    let implied = b.any(&[not, overlaps]);
    let d = decided(&mut b, implied, Type::YesNo);
    assert_eq!(b.ask(d, &[]).value, Some(YES));
    let c = b.op(Op::Bound(0), ty.clone());
    let is_near = b.yes(Op::In(c, near));
    let every = b.yes(Op::Every { domain: Domain::Each(held), level: 0, body: is_near });
    let within = b.yes(Op::Within(held, near));
    let same = b.yes(Op::Equal(every, within));
    let e = b.decision("e", Type::YesNo, DecisionBody::Expr(same));
    let answer = b.ask(e, &[]);
    assert_eq!((answer.value, answer.exact), (Some(YES), true));
    let one = b.number(1);
    let count = b.op(Op::Count(held), Type::Integer);
    let several = b.yes(Op::Less(one, count));
    let f = b.decision("f", Type::YesNo, DecisionBody::Expr(several));
    let answer = b.ask(f, &[]);
    assert_eq!((answer.possible, answer.exact), (listed([NO, YES]), true));
    let residence = b.read("residence", ty);
    let inside = b.yes(Op::In(residence, held));
    let g = b.decision("g", Type::YesNo, DecisionBody::Expr(inside));
    let answer = b.ask(g, &[]);
    assert_eq!((b.missing(&answer), answer.exact), (vec!["citizenships".to_string(), "residence".to_string()], true));
    let answer = b.ask(g, &[(held, Value::set([]))]);
    assert_eq!(answer.value, Some(NO));
}

#[test]
fn v9_an_unknown_field_of_a_listed_record_is_named_by_its_place() {
    let mut b = Build::new();
    let record = b.record("job", &[("paid", Type::YesNo), ("hours", Type::Integer)], None);
    let jobs = b.read("jobs", Type::List(record));
    let job = b.op(Op::Bound(0), Type::Record(record));
    let paid = b.yes(Op::Field(job, 0));
    let any = b.yes(Op::Exists { domain: Domain::Each(jobs), level: 0, body: paid });
    let d = decided(&mut b, any, Type::YesNo);
    let of = |paid: Evaluated, hours: Evaluated| Value::Record([paid, hours].into());
    let known = |number: i64| Evaluated::Value(int(number));
    let list = Value::List([of(Evaluated::NO, known(1)), of(Evaluated::Unknown, known(1))].into());
    let answer = b.ask(d, &[(jobs, list)]);
    assert_eq!(b.missing(&answer), ["/jobs/1/paid"]);
    let list = Value::List([of(Evaluated::YES, known(1)), of(Evaluated::Unknown, known(1))].into());
    assert_eq!(b.ask(d, &[(jobs, list)]).value, Some(YES));
    let hours = b.op(Op::Field(job, 1), Type::Integer);
    let sum = b.op(
        Op::Fold { fold: FoldKind::Sum, domain: Domain::Each(jobs), level: 0, value: hours, filter: None },
        Type::Integer,
    );
    let limit = b.number(30);
    let full = b.yes(Op::LessEqual(limit, sum));
    let e = b.decision("e", Type::YesNo, DecisionBody::Expr(full));
    let list = |a: Evaluated, c: Evaluated| Value::List([of(Evaluated::YES, a), of(Evaluated::YES, c)].into());
    let answer = b.ask(e, &[(jobs, list(Evaluated::Unknown, known(10)))]);
    assert_eq!((b.missing(&answer), answer.exact), (vec!["/jobs/0/hours".to_string()], true));
    let answer = b.ask(e, &[(jobs, list(Evaluated::Unknown, Evaluated::Unknown))]);
    assert_eq!(b.missing(&answer), ["/jobs/0/hours", "/jobs/1/hours"]);
}

#[test]
fn t4_the_moment_is_missing_only_where_it_matters() {
    let mut b = Build::new();
    let moment = "2024-06-01T12:00:00Z".parse().expect("an instant");
    let start = Boundary { date: "2024-06-01".parse().expect("a date"), moment: Some(moment) };
    b.program.versions[0].end = Some(start);
    let second = b.version(PolicyId(0), "2024-06-01", None);
    b.program.versions[second.index()].start = start;
    let family = b.family("d", PolicyId(0));
    let (one, two) = (b.number(1), b.number(2));
    let first = b.decision_in(family, VersionId(0), Type::Integer, DecisionBody::Expr(one));
    b.decision_in(family, second, Type::Integer, DecisionBody::Expr(two));
    let answer = b.ask(first, &[]);
    assert_eq!(
        (answer.possible.clone(), b.missing(&answer)),
        (listed([int(1), int(2)]), vec!["evaluation_time".to_string()])
    );
    let family = b.family("e", PolicyId(0));
    let same = b.decision_in(family, VersionId(0), Type::Integer, DecisionBody::Expr(one));
    b.decision_in(family, second, Type::Integer, DecisionBody::Expr(one));
    let answer = b.ask(same, &[]);
    assert_eq!((answer.value, answer.either.len()), (Some(int(1)), 2));
}

#[test]
fn an_unknown_deciding_date_leaves_the_answers_of_all_versions() {
    let mut b = Build::new();
    let applied = b.read("applied", Type::Date);
    b.program.policies[0].decided_by = b.fact_of(applied);
    let second = b.version(PolicyId(0), "2024-06-01", None);
    b.program.versions[0].end = Some(at("2024-06-01"));
    let family = b.family("d", PolicyId(0));
    let (one, two) = (b.number(1), b.number(2));
    let d = b.decision_in(family, VersionId(0), Type::Integer, DecisionBody::Expr(one));
    b.decision_in(family, second, Type::Integer, DecisionBody::Expr(two));
    let answer = b.ask(d, &[]);
    assert_eq!(
        answer.possible,
        Possible::Listed(vec![Outcome::Value(int(1)), Outcome::Value(int(2)), Outcome::NotInForce])
    );
    assert_eq!(b.missing(&answer), ["applied"]);
    let limit = b.day("2020-01-01");
    let after = b.yes(Op::LessEqual(limit, applied));
    b.program.invariants.push(Invariant { origin: OriginId(0), node: after });
    b.program.versions[0].library_invariants.push(0);
}

#[test]
fn days_of_the_week_and_tables_of_dates() {
    let mut b = Build::new();
    let day = b.read("day", Type::Date);
    let weekday = b.op(Op::WeekdayOf(day), Type::Enum(crate::value::EnumId::WEEKDAY));
    let open = b.constant(
        Value::set((0..5).map(|index| Value::Member(crate::value::EnumId::WEEKDAY, index))),
        Type::Set(Box::new(Type::Enum(crate::value::EnumId::WEEKDAY))),
    );
    let working = b.yes(Op::In(weekday, open));
    let limit = b.day("2024-06-01");
    let later = b.yes(Op::Less(limit, day));
    let both = b.all(&[working, later]);
    let d = decided(&mut b, both, Type::YesNo);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.possible, answer.exact), (listed([NO, YES]), true));
    let next = b.day("2024-06-03");
    let sooner = b.yes(Op::Less(day, next));
    let weekend = b.all(&[working, later, sooner]);
    let e = b.decision("e", Type::YesNo, DecisionBody::Expr(weekend));
    assert_eq!(b.ask(e, &[]).value, Some(NO));
}

#[test]
fn v6_an_error_behind_a_guard_does_not_count_for_any_completion() {
    // n is not 0 and 100 / n > 5
    let mut b = Build::new();
    let n = b.read("n", Type::Integer);
    let fact = b.fact_of(n);
    b.program.facts[fact.index()].within = Some((int(0), int(100)));
    let (zero, hundred, five) = (b.number(0), b.number(100), b.number(5));
    let is_zero = b.yes(Op::Equal(n, zero));
    let not_zero = b.not(is_zero);
    let share = b.op(Op::Divide(hundred, n), Type::Decimal);
    let rounded = b.op(Op::Round(share, 2, crate::syntax::ast::HalfWay::Up), Type::Decimal);
    let more = b.yes(Op::Less(five, rounded));
    let guarded = b.all(&[not_zero, more]);
    let d = decided(&mut b, guarded, Type::YesNo);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.possible, answer.exact), (listed([NO, YES]), true));
    let e = b.decision("e", Type::YesNo, DecisionBody::Expr(more));
    let Possible::Listed(outcomes) = b.ask(e, &[]).possible else { panic!("listed") };
    assert!(matches!(outcomes[..], [Outcome::Value(NO), Outcome::Value(YES), Outcome::Error(_)]));
}

#[test]
fn v9_an_unknown_list_is_told_apart_by_which_elements_it_could_have() {
    let mut b = Build::new();
    let record = b.record("job", &[("paid", Type::YesNo), ("hours", Type::Integer)], None);
    let jobs = b.read("jobs", Type::List(record));
    let job = b.op(Op::Bound(0), Type::Record(record));
    let (paid, hours) = (b.yes(Op::Field(job, 0)), b.op(Op::Field(job, 1), Type::Integer));
    let limit = b.number(30);
    let full = b.yes(Op::LessEqual(limit, hours));
    let quantify = |b: &mut Build, every: bool, body: NodeId| {
        let domain = Domain::Each(jobs);
        b.yes(if every { Op::Every { domain, level: 0, body } } else { Op::Exists { domain, level: 0, body } })
    };
    let empty = b.yes(Op::IsEmpty(jobs));
    let some = b.not(empty);
    let (every_paid, any_paid) = (quantify(&mut b, true, paid), quantify(&mut b, false, paid));
    let any_full = quantify(&mut b, false, full);
    // Not empty and every job paid implies that any is.
    let premise = b.all(&[some, every_paid]);
    let not = b.not(premise);
    let implied = b.any(&[not, any_paid]);
    let d = decided(&mut b, implied, Type::YesNo);
    let answer = b.ask(d, &[]);
    assert_eq!((answer.value, answer.exact), (Some(YES), true));
    // One job full and another unpaid: possible with two.
    let not_every = b.not(every_paid);
    let unpaid_and_full = b.all(&[not_every, any_full, any_paid]);
    let e = b.decision("e", Type::YesNo, DecisionBody::Expr(unpaid_and_full));
    let answer = b.ask(e, &[]);
    assert_eq!((answer.possible.clone(), answer.exact), (listed([NO, YES]), true));
    assert_eq!(b.missing(&answer), ["jobs"]);
    // What counts elements is beyond it, and says so.
    let count = b.op(Op::Count(jobs), Type::Integer);
    let many = b.yes(Op::LessEqual(limit, count));
    let f = b.decision("f", Type::YesNo, DecisionBody::Expr(many));
    let answer = b.ask(f, &[]);
    assert_eq!((answer.possible.clone(), answer.exact), (listed([NO, YES]), false));
    assert_eq!(b.missing(&answer), ["jobs"]);
}
