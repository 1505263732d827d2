//! Compiled decisions against the interpreter: where one is settled it is the same answer.

use proptest::prelude::*;

use super::*;
use crate::check::check;
use crate::eval::{Evaluation, Status, evaluate};
use crate::load::load;
use crate::program::PolicyId;
use crate::source::Sources;
use crate::testing::applicants::Applicants;
use crate::testing::random::dice::Dice;
use crate::testing::random::typed::typed;
use crate::testing::written;

/// How many answers were compared, and how many of those that the interpreter decides were settled.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    settled: usize,
    decided: usize,
    asked: usize,
}

fn compare(
    program: &Program,
    policy: PolicyId,
    facts: &Facts,
    compiled: &Compiled,
    request: &Request,
    tally: &mut Tally,
) {
    let mut row = compiled.layout().row();
    row.read(compiled.layout(), facts);
    let mut trace = Trace::default();
    compiled.decide(&row, &mut trace);
    let Evaluation { answers, .. } = evaluate(program, request, facts);
    for (place, answer) in answers.iter().enumerate() {
        tally.asked += 1;
        tally.decided += usize::from(matches!(answer.status, Status::Decided | Status::NotInForce));
        let Some(settled) = compiled.settled(&trace, place) else { continue };
        tally.settled += 1;
        let name = (&program.policies[policy.index()].name, &program.family(answer.asked).name);
        assert_eq!(settled.status, answer.status, "{name:?} {facts:?}");
        assert_eq!(settled.value, answer.value, "{name:?} {facts:?}");
        assert_eq!(settled.version, answer.version, "{name:?} {facts:?}");
        assert_eq!(settled.because, answer.because, "{name:?} {facts:?}");
    }
}

fn request_of(program: &Program, policy: PolicyId) -> Request {
    Request { policy, pinned: None, asked: program.policies[policy.index()].families.clone() }
}

/// One by one against the interpreter, and all together by columns against one by one.
fn run(program: &Program, policy: PolicyId, applicants: usize, dice: &mut Dice) -> Tally {
    let request = request_of(program, policy);
    let compiled = Compiled::new(program, &request);
    let all = Applicants::new(program);
    let mut tally = Tally::default();
    let mut columns = Columns::new(program, compiled.layout());
    let mut rows = Vec::new();
    for _ in 0..applicants {
        let facts = all.draw(program, dice);
        compare(program, policy, &facts, &compiled, &request, &mut tally);
        let mut row = compiled.layout().row();
        row.read(compiled.layout(), &facts);
        columns.push(&row);
        rows.push(row);
    }
    let answers = compiled.decide_columns(&columns);
    let mut trace = Trace::default();
    let mut back = compiled.layout().row();
    for (at, row) in rows.iter().enumerate() {
        columns.row(at, &mut back);
        assert_eq!(back.cells, row.cells);
        compiled.decide(row, &mut trace);
        for place in 0..request.asked.len() {
            assert_eq!(compiled.settled_row(&answers, at, place), compiled.settled(&trace, place), "{row:?}");
            assert_eq!(answers.verdict(at, place), compiled.verdict(&trace, place));
        }
    }
    tally
}

#[test]
fn shipped_policies_say_the_same_of_random_applicants() {
    let program = check(&load(&crate::testing::shipped())).program.expect("no errors");
    let mut dice = Dice::new(7);
    for policy in (0..program.policies.len() as u32).map(PolicyId) {
        let tally = run(&program, policy, 60, &mut dice);
        let name = &program.policies[policy.index()].name;
        // What the interpreter decides without the exact engine should not need it.
        assert!(tally.settled * 10 >= tally.decided * 9, "{name} {tally:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_policies_say_the_same_of_random_applicants(seed in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let policy = typed(&mut dice);
        let (_, program) = written(&policy, &Sources::default()).expect("a good policy");
        run(&program, PolicyId(0), 8, &mut dice);
    }
}

#[test]
fn random_policies_are_mostly_settled() {
    let mut tally = Tally::default();
    for seed in 0..40 {
        let mut dice = Dice::new(seed);
        let policy = typed(&mut dice);
        let (_, program) = written(&policy, &Sources::default()).expect("a good policy");
        let one = run(&program, PolicyId(0), 10, &mut dice);
        tally = Tally {
            settled: tally.settled + one.settled,
            decided: tally.decided + one.decided,
            asked: tally.asked + one.asked,
        };
    }
    println!("{tally:?}");
    assert!(tally.settled * 2 > tally.decided, "{tally:?}");
}

#[test]
fn blocks_of_rows_say_what_each_row_says() {
    let program = check(&load(&crate::testing::shipped())).program.expect("no errors");
    let mut dice = Dice::new(11);
    for name in ["flagpoling", "entry_documents"] {
        let policy = program.find_policy(name).expect("a policy");
        let request = request_of(&program, policy);
        let compiled = Compiled::new(&program, &request);
        let all = Applicants::new(&program);
        let mut columns = Columns::new(&program, compiled.layout());
        let mut row = compiled.layout().row();
        // Two whole blocks and a part of a third, in which no word is full.
        for _ in 0..2100 {
            row.read(compiled.layout(), &all.draw(&program, &mut dice));
            columns.push(&row);
        }
        let answers = compiled.decide_columns(&columns);
        let mut trace = Trace::default();
        let mut settled = 0;
        for at in 0..columns.len() {
            columns.row(at, &mut row);
            compiled.decide(&row, &mut trace);
            for place in 0..request.asked.len() {
                let one = compiled.settled(&trace, place);
                settled += usize::from(one.is_some());
                assert_eq!(compiled.settled_row(&answers, at, place), one);
            }
        }
        assert!(settled > columns.len() / 2, "{name}: {settled}");
    }
}
