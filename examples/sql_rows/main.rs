//! Holds SQL to the interpreter: draws applicants as a table of facts, and compares what an engine made of it, row by row.
//!
//! ```text
//! sql_rows draw POLICY ROWS SEED FOLDER      facts.csv, columns.csv, and DIALECT.sql for each engine
//! sql_rows random POLICIES ROWS SEED FOLDER  the same for so many random policies, each in a folder with its text
//! sql_rows policies                          the names of those that are shipped
//! sql_rows compare FOLDER RESULT             exit 1 if a row differs
//! ```
//!
//! `tests/scale/run.py` runs the engines in between.

#[path = "../../src/testing/applicants.rs"]
#[allow(dead_code)]
mod applicants;
mod cells;
mod compare;
mod draw;
mod policy;
#[path = "../../src/testing/random/mod.rs"]
mod random;

use std::error::Error;
use std::path::Path;
use std::process::ExitCode;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["draw", policy, rows, seed, folder] => {
            draw::named(policy, rows.parse()?, seed.parse()?, Path::new(folder))?;
            Ok(ExitCode::SUCCESS)
        }
        ["random", policies, rows, seed, folder] => {
            draw::random(policies.parse()?, rows.parse()?, seed.parse()?, Path::new(folder))?;
            Ok(ExitCode::SUCCESS)
        }
        ["policies"] => {
            policy::names(Path::new(draw::SHIPPED))?.iter().for_each(|name| println!("{name}"));
            Ok(ExitCode::SUCCESS)
        }
        ["compare", folder, result] => compare::run(Path::new(folder), Path::new(result)),
        _ => Err(
            "usage: draw POLICY ROWS SEED FOLDER | random POLICIES ROWS SEED FOLDER | policies | compare FOLDER RESULT"
                .into(),
        ),
    }
}
