//! Whoever is found is decided alike by the interpreter.

use std::collections::BTreeMap;

use chrono::NaiveDate;

mod random;

use super::encode::Case;
use super::graph::{graph, nothing_but, scopes};
use super::sat::Lit;
use super::{Answer, Space};
use crate::eval::conclude::outcome;
use crate::eval::{Outcome, Possible, Request, Status, evaluate};
use crate::load::Folder;
use crate::program::{PolicyId, Program};
use crate::testing::{lowered, shipped};

/// Looks for somebody for every case of everything that can be asked of a policy, and decides each again. Returns how many
/// were found, and what was vague.
fn replay(program: &Program, request: Request) -> (usize, usize) {
    let today = NaiveDate::from_ymd_opt(2025, 3, 1).expect("a day");
    let facts = nothing_but(program, &[]);
    let requests = [request];
    let scopes = scopes(program, &requests, &facts);
    let (ground, graphed) = graph(program, &requests, &scopes);
    let mut space = Space::new(ground);
    space.expect_ordinary(today);
    for (_, invariant) in &graphed[0].invariants {
        let truth = space.encoder.truth(*invariant);
        space.require(&[!truth.no]);
    }
    let (mut found, mut vague) = (0, 0);
    for (&family, &root) in requests[0].asked.iter().zip(&graphed[0].roots) {
        let cases = space.encoder.cases(root);
        for (lit, case) in cases.iter() {
            if matches!(case, Case::Vague(_)) {
                vague += 1;
                continue;
            }
            match space.ask(&[*lit]) {
                Answer::Yes(model) => {
                    let facts = space.applicant(&model, &[], today);
                    let single = Request { asked: vec![family], ..requests[0].clone() };
                    let answer = evaluate(program, &single, &facts).answers.remove(0);
                    let name = &program.family(family).name;
                    let expected = match case {
                        Case::Known(value) => outcome(program, family, value),
                        _ => {
                            assert_eq!(answer.status, Status::Decided, "{name} {answer:?} {facts:?}");
                            continue;
                        }
                    };
                    let Possible::Listed(outcomes) = &answer.possible else { panic!("{name}: {answer:?}") };
                    let alike = match (&outcomes[..], &expected) {
                        ([Outcome::Error(_)], Outcome::Error(_)) => true,
                        ([one], expected) => one == expected,
                        _ => false,
                    };
                    assert!(alike, "{name}: {expected:?}, not {answer:?}, for {facts:?}");
                    found += 1;
                }
                Answer::No(_) => {}
                Answer::Unknown => panic!("{} is not settled", program.family(family).name),
            }
        }
    }
    assert!(space.nobody(&[Lit::FALSE]));
    (found, vague + space.encoder.vague.len())
}

#[test]
fn whoever_is_found_is_decided_alike() {
    let program = lowered(&shipped());
    let (mut found, mut vague) = (0, 0);
    for (index, policy) in program.policies.iter().enumerate() {
        let id = PolicyId(index as u32);
        for pinned in std::iter::once(None).chain(policy.versions.iter().map(|&version| Some(version))) {
            let asked = match pinned {
                None => policy.families.clone(),
                Some(version) => {
                    let there = |family: &&crate::program::FamilyId| {
                        program.family(**family).members.iter().any(|(of, _)| *of == Some(version))
                    };
                    policy.families.iter().filter(there).copied().collect()
                }
            };
            let (more, unclear) = replay(&program, Request { policy: id, pinned, asked });
            found += more;
            vague += unclear;
        }
    }
    assert!(found > 300, "{found}");
    assert_eq!(vague, 0);
}

/// Where the conditions of several rules are errors, each may apply or not (D6): those of one outcome are tried together.
#[test]
fn rules_with_errors_are_tried_as_the_interpreter_tries_them() {
    let failing = |facts: std::ops::Range<usize>, value: &str| -> String {
        let rule = |fact| format!("fact day_{fact}: date\nrule rule_{fact} ok is {value} when open as of day_{fact}\n");
        facts.map(rule).collect()
    };
    let head = "policy p effective from 2020-01-01\nparameter open: yes/no = yes from 2021-01-01, no from 2022-01-01\n";
    let bare = "decision ok: yes/no no outranks yes otherwise yes\n";
    let exception = "fact last: date\nrule last_word ok is yes when open as of last exception to rule_9\n";
    for (rules, outcomes) in [
        (failing(0..6, "yes"), 1),
        (failing(0..9, "yes"), 1),
        (failing(0..4, "yes") + &failing(4..8, "no"), 3),
        (failing(0..3, "yes") + &failing(8..12, "no") + exception, 3),
    ] {
        let text = format!("{head}{bare}{rules}");
        let folder = Folder {
            name: "policies".into(),
            files: BTreeMap::from([("p/2020-01-01.enact".to_owned(), text.into_bytes())]),
        };
        let program = lowered(&folder);
        let policy = PolicyId(0);
        let asked = program.policies[0].families.clone();
        let pinned = program.policies[0].versions.first().copied();
        assert_eq!(replay(&program, Request { policy, pinned, asked }), (outcomes, 0), "{rules}");
    }
}
