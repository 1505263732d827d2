//! Whoever is found is decided alike by the interpreter.

use chrono::NaiveDate;

mod random;

use super::encode::Case;
use super::graph::{graph, nothing_but, scopes};
use super::sat::Lit;
use super::{Answer, Space};
use crate::eval::conclude::outcome;
use crate::eval::{Outcome, Possible, Request, Status, evaluate};
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
    let mut found = 0;
    for (&family, &root) in requests[0].asked.iter().zip(&graphed[0].roots) {
        let cases = space.encoder.cases(root);
        for (lit, case) in cases.iter() {
            if matches!(case, Case::Vague(_)) {
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
    (found, space.encoder.vague.len())
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
