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

/// Applicants with the same residue have the same answer.
fn residues(program: &Program, policy: PolicyId, applicants: usize, dice: &mut Dice) -> (usize, usize) {
    let request = request_of(program, policy);
    let compiled = Compiled::new(program, &request);
    let all = Applicants::new(program);
    let mut known: std::collections::HashMap<Residue, (Facts, Vec<crate::eval::Answer>)> = Default::default();
    let (mut asked, mut again) = (0, 0);
    let mut facts = all.draw(program, dice);
    let mut row = compiled.layout().row();
    let mut trace = Trace::default();
    for _ in 0..applicants {
        // One fact after another changes, so that much stays as it is.
        if dice.one_in(6) {
            facts = all.draw(program, dice)
        } else {
            all.change(program, &mut facts, dice)
        }
        if dice.one_in(3) {
            facts.set(FactId(dice.roll(program.facts.len()) as u32), Slot::StatedUnknown);
        }
        row.read(compiled.layout(), &facts);
        compiled.decide(&row, &mut trace);
        let Some(residue) = compiled.residue(&trace) else { continue };
        asked += 1;
        let mut answers = evaluate(program, &request, &facts).answers;
        answers.iter_mut().for_each(|answer| answer.set_aside.clear());
        match known.get(&residue) {
            Some((other, before)) => {
                again += 1;
                assert_eq!(*before, answers, "{facts:?}\n{other:?}");
            }
            None => drop(known.insert(residue, (facts.clone(), answers))),
        }
    }
    (asked, again)
}

#[test]
fn the_same_residue_has_the_same_answer() {
    let mut dice = Dice::new(5);
    let (mut asked, mut again) = (0, 0);
    for _ in 0..60 {
        let policy = typed(&mut dice);
        let (_, program) = written(&policy, &Sources::default()).expect("a good policy");
        let (some, more) = residues(&program, PolicyId(0), 30, &mut dice);
        (asked, again) = (asked + some, again + more);
    }
    println!("{again} of {asked} again");
    assert!(again * 10 > asked, "{again} of {asked}");
    let program = check(&load(&crate::testing::shipped())).program.expect("no errors");
    for policy in (0..program.policies.len() as u32).map(PolicyId) {
        let counted = residues(&program, policy, 40, &mut dice);
        println!("{} {counted:?}", program.policies[policy.index()].name);
    }
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

/// What is read the short way is what is read the long way, from the text that facts are written in.
fn read_back(program: &Program, compiled: &Compiled, reader: &Reader, facts: &Facts) -> usize {
    let layout = compiled.layout();
    let (mut short, mut long) = (layout.row(), layout.row());
    let json = serde_json::to_string(&crate::facts::write_facts(program, facts)).expect("JSON");
    long.read(layout, facts);
    let mut read = 0;
    if reader.json(&json, &mut short) {
        assert_eq!(short.cells, long.cells, "{json}");
        assert_eq!(sets_of(&short), sets_of(&long), "{json}");
        read += 1;
    }
    read
}

fn sets_of(row: &Row) -> Vec<Option<Members>> {
    row.cells.iter().zip(&row.sets).map(|(&cell, &members)| (cell == 0).then_some(members)).collect()
}

#[test]
fn the_short_way_from_text_reads_what_the_long_way_reads() {
    let program = check(&load(&crate::testing::shipped())).program.expect("no errors");
    let mut dice = Dice::new(3);
    let all = Applicants::new(&program);
    let policy = program.find_policy("flagpoling").expect("a policy");
    let compiled = Compiled::new(&program, &request_of(&program, policy));
    let reader = Reader::new(&program, compiled.layout());
    let mut read = 0;
    for _ in 0..300 {
        // Only facts that have slots: the others are read the long way.
        let mut facts = all.draw(&program, &mut dice);
        for fact in (0..program.facts.len() as u32).map(FactId) {
            if compiled.layout().slot(fact).is_none() {
                facts.set(fact, Slot::NotStated);
            }
        }
        read += read_back(&program, &compiled, &reader, &facts);
    }
    assert!(read > 30, "{read}");
}

#[test]
fn the_short_way_refuses_what_the_long_way_refuses() {
    let text = "policy p effective from 2024-01-01\nenum colour { red, green written \"GRN\" }\n\
                enum place open { east, west written \"WST\" }\nfact home: place\nfact work: place\n\
                fact age: integer within 0..120\nfact cost: money CAD\nfact hue: colour\nfact seen: set of colour\n\
                fact on: date or none\nfact fit: yes/no\ndecision d: yes/no otherwise no\n\
                rule r d is yes when all of { age > 1, cost > 1.00 CAD, hue is red, red in seen, on is none, fit, home is east }\n";
    let mut folder = crate::load::Folder::default();
    folder.files.insert("p/2024-01-01.enact".into(), text.into());
    let program = check(&load(&folder)).program.expect("no errors");
    let compiled = Compiled::new(&program, &request_of(&program, PolicyId(0)));
    let reader = Reader::new(&program, compiled.layout());
    let (mut short, mut long) = (compiled.layout().row(), compiled.layout().row());
    let good = [
        r#"{}"#,
        r#"{"age": 18, "cost": "12.50", "hue": "GRN", "seen": ["red", "GRN"], "on": null, "fit": true}"#,
        r#"{"cost": 12.5, "on": "2024-02-29", "seen": []}"#,
        r#"{"age": 0, "cost": -0.01}"#,
        r#"{"home": "elsewhere", "work": "Fort Erie (Peace Bridge)"}"#,
        r#"{"home": "WST", "work": "WST"}"#,
    ];
    for text in good {
        assert!(reader.json(text, &mut short), "{text}");
        long.read(compiled.layout(), &crate::facts::read_facts(&program, text).expect("good facts"));
        assert_eq!((&short.cells, sets_of(&short)), (&long.cells, sets_of(&long)), "{text}");
    }
    let bad = [
        r#"{"age": 121}"#,
        r#"{"age": -1}"#,
        r#"{"age": 1.5}"#,
        r#"{"age": "18"}"#,
        r#"{"age": 1, "age": 1}"#,
        r#"{"agee": 1}"#,
        r#"{"cost": "012.50"}"#,
        r#"{"cost": ".5"}"#,
        r#"{"hue": "green"}"#,
        r#"{"hue": null}"#,
        r#"{"home": "west"}"#,
        r#"{"work": "west"}"#,
        r#"{"work": ""}"#,
        r#"{"seen": ["red", "red"]}"#,
        r#"{"on": "2024-02-30"}"#,
        r#"{"on": "0000-01-01"}"#,
        r#"{"on": "2024-2-3"}"#,
        r#"{"fit": "yes"}"#,
        r#"{"fit": true} x"#,
        r#"[]"#,
    ];
    for text in bad {
        assert!(!reader.json(text, &mut short), "{text}");
        assert!(crate::facts::read_facts(&program, text).is_err(), "{text}");
    }
    let table = [
        ("age", "18"),
        ("cost", "12.5"),
        ("hue", "GRN"),
        ("hue", "green"),
        ("home", "west"),
        ("home", "elsewhere"),
        ("home", "unknown"),
        ("work", "elsewhere"),
        ("work", "none"),
        ("work", r#"{"unknown": true}"#),
        ("work", r#""quoted""#),
        ("seen", "red;GRN"),
        ("seen", "red;red"),
        ("seen", "{red, GRN}"),
        ("seen", "{}"),
        ("on", "none"),
        ("on", ""),
        ("on", "unknown"),
        ("fit", "yes"),
        ("fit", "true"),
        ("fit", "1"),
        ("age", "121"),
        ("age", "1e2"),
        ("on", "24-12-2024"),
        ("hue", "none"),
        ("cost", "1.234"),
        ("cost", "9999999999999999999999"),
    ];
    for (key, text) in table {
        let header = format!("{key}\n");
        let (csv, _) = crate::load::read_csv(Sources::new().add("rows.csv", header.as_str()), &header);
        let columns = crate::facts::rows::read_columns(&program, &csv).expect("columns");
        let facts = crate::facts::rows::read_row(&program, &columns, &[text.to_owned()]);
        let mut short = compiled.layout().row();
        if reader.cell(reader.column(key).expect("a fact"), text, &mut short) {
            long.read(compiled.layout(), &facts.expect("good facts"));
            assert_eq!((&short.cells, sets_of(&short)), (&long.cells, sets_of(&long)), "{key} {text}");
        }
    }
}
