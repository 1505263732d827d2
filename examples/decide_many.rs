//! How a program embeds the engine: policies are read, checked and compiled once; then applicant after applicant is decided about,
//! and whoever asks why gets the explanation. Run it from the repository: `cargo run --release --example decide_many`.

use std::collections::BTreeMap;
use std::error::Error;

use enact::eval::Status;
use enact::facts::{read_facts, read_on, set_fact, set_on};
use enact::run::{Ready, Run, Shortcut};
use enact::trace::{Level, at_level, text};
use enact::value::Value;

/// How many workers come back on each day.
const A_DAY: usize = 25_000;

fn main() -> Result<(), Box<dyn Error>> {
    // Once. What is wrong with policies is said by line.
    let ready = Ready::read("policies")?;
    let request = ready.request("flagpoling", &["flagpoling_bar_applies"])?;
    let shortcut = Shortcut::new(&ready.program, request.clone());
    let stated = std::fs::read("policies/flagpoling/facts/returning_worker.json")?;
    // Facts are read strictly: each that is misspelt is an error with its place.
    let worker = read_facts(&ready.program, stated).map_err(|errors| format!("{errors:?}"))?;

    // For each applicant: workers back from the United States, every third of whom drives a truck.
    let mut first_barred = None;
    for day in ["2024-12-23", "2024-12-24"] {
        let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
        for number in 0..A_DAY {
            let mut facts = worker.clone();
            set_on(&mut facts, read_on(day)?);
            let trucker = if number % 3 == 0 { "yes" } else { "no" };
            set_fact(&ready.program, &mut facts, &format!("international_truck_driver={trucker}"))?;
            for answer in shortcut.answer(&ready.program, &facts) {
                let outcome = match (answer.status, answer.value) {
                    (Status::Decided, Some(Value::Bool(true))) => "barred",
                    (Status::Decided, _) => "not barred",
                    (status, _) => status.text(),
                };
                if outcome == "barred" {
                    first_barred.get_or_insert_with(|| facts.clone());
                }
                *outcomes.entry(outcome.to_owned()).or_default() += 1;
            }
        }
        println!("{day}: {outcomes:?}");
    }

    // For whoever asks why.
    if let Some(facts) = first_barred {
        for trace in Run::new(&ready, request, &facts, false).traces() {
            println!("\n{}", text::render(&at_level(&trace, Level::Why), 100));
        }
    }
    Ok(())
}
