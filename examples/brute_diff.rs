//! Decides a great many applicants under the flagpoling texts of 2024-05-30 and 2024-12-24, and compares each with what the diff
//! says of everybody. Run it from the repository: `cargo run --release --example brute_diff -- 10000000`.
//!
//! Every combination of the values between which the texts tell people apart is tried for the facts of the policy, from the first
//! on, up to the number asked for; beyond that, random applicants at and beside all that the texts compare with.

#[path = "../src/testing/applicants.rs"]
#[allow(dead_code)]
mod applicants;
#[path = "../src/testing/random/mod.rs"]
mod random;

use std::collections::BTreeMap;
use std::error::Error;
use std::process::ExitCode;

use applicants::Applicants;
use enact::diff::{Comparison, DecisionDiff, Options, Text, compare};
use enact::eval::{Answer, Outcome, Possible, Request, Status, evaluate};
use enact::facts::{Facts, schema};
use enact::program::{EVALUATION_DATE, FamilyId};
use enact::run::Ready;
use random::dice::Dice;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let wanted: usize = std::env::args().nth(1).map_or(Ok(1_000_000), |number| number.parse())?;
    let Ready { loaded, program, .. } = Ready::read("policies")?;
    let policy = program.find_policy("flagpoling").ok_or("no such policy")?;
    let versions = &program.policies[policy.index()].versions;
    let text = |name| {
        let pinned = versions.iter().copied().find(|&version| program.version(version).name == name);
        Text { name, loaded: &loaded, program: &program, policy, pinned }
    };
    let comparison = compare(&text("2024-05-30"), &text("2024-12-24"), &Options::default());
    println!("complete: {}, groups: {}", comparison.diff.complete, groups(&comparison));

    let mut read = schema::facts_read(&comparison.program, policy);
    read.push(EVALUATION_DATE);
    let applicants = Applicants::new(&comparison.program).only(&read);
    let mut dice = Dice::new(1);
    let mut facts = applicants.draw(&comparison.program, &mut dice);
    let (mut seen, mut differing, mut wrong) = (0usize, BTreeMap::<(String, usize), usize>::new(), 0usize);
    while seen < wanted {
        if dice.one_in(8) {
            facts = applicants.draw(&comparison.program, &mut dice);
        } else {
            applicants.change(&comparison.program, &mut facts, &mut dice);
        }
        for (index, decision) in comparison.diff.decisions.iter().enumerate().filter(|(_, decision)| !decision.reached)
        {
            let (Some(old), Some(new)) =
                (family(&comparison, &comparison.old, decision), family(&comparison, &comparison.new, decision))
            else {
                continue;
            };
            seen += 1;
            let before = ask(&comparison, &comparison.old, old, &facts);
            let after = ask(&comparison, &comparison.new, new, &facts);
            let group = comparison.group_of(index, &facts);
            if let Some(group) = group {
                *differing.entry((decision.name.clone(), group)).or_default() += 1;
            }
            if group.is_some() != (before != after) {
                wrong += 1;
                println!("{}: {before:?}, {after:?}, group {group:?}: {facts:?}", decision.name);
            }
        }
    }
    println!("{seen} applicants and decisions, {wrong} of them not as the diff says");
    for ((decision, group), count) in differing {
        println!("{count:>10} in group {group} of {decision}");
    }
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn groups(comparison: &Comparison) -> usize {
    comparison.diff.decisions.iter().map(|decision| decision.groups.len()).sum()
}

/// The decision of a diff as one text has it.
fn family(comparison: &Comparison, request: &Request, decision: &DecisionDiff) -> Option<FamilyId> {
    let program = &comparison.program;
    let families = &program.policies[request.policy.index()].families;
    families.iter().copied().find(|&family| program.family(family).name == decision.name)
}

/// What somebody comes to: errors are one.
fn ask(comparison: &Comparison, request: &Request, family: FamilyId, facts: &Facts) -> Option<Option<Outcome>> {
    let single = Request { asked: vec![family], ..request.clone() };
    let answer: Answer = evaluate(&comparison.program, &single, facts).answers.pop()?;
    match (answer.status, answer.possible) {
        (Status::Contradictory, _) => None,
        (Status::Error, Possible::Listed(outcomes)) => {
            Some(outcomes.into_iter().next().filter(|outcome| !matches!(outcome, Outcome::Error(_))))
        }
        (_, Possible::Listed(outcomes)) => Some(outcomes.into_iter().next()),
        _ => Some(None),
    }
}
