//! The log and the way back, on one small policy.

use super::*;
use crate::batch::RowAnswer;
use crate::check::check;
use crate::eval::{Request, evaluate};
use crate::facts::read_facts;
use crate::load::{Folder, load};
use crate::program::Program;

const POLICY: &str = "policy p effective from 2025-01-01\n\
    fact age: integer within 0..120 private\nfact member: yes/no\n\
    decision fee: yes/no otherwise yes\n\
    rule young fee is no when age < 18\nrule members fee is no when member\n";

fn program(text: &str) -> Program {
    let mut folder = Folder::default();
    folder.files.insert("p/2025-01-01.enact".into(), text.into());
    check(&load(&folder)).program.expect("no errors")
}

fn entry(program: &Program, facts: &str) -> Entry {
    let policy = program.find_policy("p").expect("declared");
    let asked = program.policies[policy.index()].families.clone();
    let request = Request { policy, pinned: None, asked };
    let facts = read_facts(program, facts).expect("good facts");
    let answers: Vec<RowAnswer> =
        evaluate(program, &request, &facts).answers.into_iter().map(RowAnswer::from).collect();
    let decisions = Entry::decisions(program, &request, &answers);
    Entry::new(program, &request, &facts, decisions, ("sha256:a", "sha256:b"), "2025-02-01T00:00:00Z".into())
}

#[test]
fn a_private_fact_is_named_and_never_told() {
    let program = program(POLICY);
    let entry = entry(&program, r#"{"evaluation_date": "2025-02-01", "age": 17, "member": false}"#);
    let line = serde_json::to_string(&entry).expect("JSON");
    insta::assert_snapshot!(line, @r#"{"schema":"enact.log/1","time":"2025-02-01T00:00:00Z","policy":"p","pinned":null,"engine":"0.1.0","hashes":{"policy":"sha256:a","data":"sha256:b","facts":null},"facts":{"evaluation_date":"2025-02-01","member":false},"redacted":["age"],"decisions":{"fee":{"value":"no","status":"decided","rules":["young"],"missing":[],"version":"2025-01-01"}}}"#);
    assert_eq!(Entry::read(&line), Ok(entry));
    let schema = serde_json::from_str(include_str!("../../schemas/enact.log.1.json")).expect("a schema");
    jsonschema::validate(&schema, &serde_json::from_str(&line).expect("JSON")).expect("fits");
    assert!(Entry::read("{}").is_err() && Entry::read(&line.replace("log/1", "log/2")).is_err());
}

#[test]
fn what_is_left_out_counts_as_unknown() {
    let program = program(POLICY);
    let outcome = |facts: &str| replay(&program, &entry(&program, facts), true).outcome;
    // Whatever the age is.
    assert_eq!(outcome(r#"{"evaluation_date": "2025-02-01", "age": 40, "member": true}"#), Outcome::Same);
    assert_eq!(
        outcome(r#"{"evaluation_date": "2025-02-01", "age": 40, "member": false}"#),
        Outcome::Open(vec!["fee".into()])
    );
    assert_eq!(outcome(r#"{"evaluation_date": "2025-02-01", "member": false}"#), Outcome::Same);
}

#[test]
fn what_comes_out_otherwise_is_told() {
    let before = program(POLICY);
    let after = program(&POLICY.replace("fee is no when member", "fee is yes when member"));
    let known = entry(&before, r#"{"evaluation_date": "2025-02-01", "member": true}"#);
    assert_eq!(replay(&before, &known, true).outcome, Outcome::Same);
    let Outcome::Different(differences) = replay(&after, &known, true).outcome else { panic!("differs") };
    assert_eq!((differences.len(), &differences[0].before["value"]), (1, &"no".into()));
    // Of a private fact nothing is known, yet what came out cannot come out any more.
    let never = program(
        &POLICY
            .replace("rule young fee is no", "rule young fee is yes")
            .replace("fee is no when member", "fee is yes when member"),
    );
    let private = entry(&before, r#"{"evaluation_date": "2025-02-01", "age": 3, "member": false}"#);
    assert!(matches!(replay(&never, &private, true).outcome, Outcome::Different(_)));
}

#[test]
fn what_cannot_be_decided_any_more_is_told() {
    let before = program(POLICY);
    let entry = entry(&before, r#"{"evaluation_date": "2025-02-01", "age": 3, "member": true}"#);
    let after = program(
        "policy p effective from 2025-01-01\nfact members: yes/no\ndecision cost: yes/no otherwise yes\n\
        rule m cost is no when members\n",
    );
    let Outcome::Impossible(why) = replay(&after, &entry, true).outcome else { panic!("impossible") };
    assert_eq!(why.len(), 3, "{why:?}");
}
