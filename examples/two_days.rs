//! One worker, back from a trip to the United States, asks for a work permit at the border on two days in a row: the day before the
//! ban on flagpoling, and the day it begins. Run it from the repository: `cargo run --example two_days`.

use std::error::Error;

use enact::facts::{read_facts, read_on, set_on};
use enact::run::{Ready, Run};
use enact::trace::{Level, at_level, text};

fn main() -> Result<(), Box<dyn Error>> {
    let ready = Ready::read("policies")?;
    let request = ready.request("poe_work_permit", &["may_apply_for_work_permit_at_poe"])?;
    let stated = std::fs::read("policies/flagpoling/facts/returning_worker.json")?;
    for day in ["2024-12-23", "2024-12-24"] {
        let mut facts = read_facts(&ready.program, &stated).map_err(|errors| format!("{errors:?}"))?;
        set_on(&mut facts, read_on(day)?);
        for trace in Run::new(&ready, request.clone(), &facts, false).traces() {
            println!("{}", text::render(&at_level(&trace, Level::Why), 100));
        }
    }
    Ok(())
}
