//! What `eval`, `explain` and `ask` are asked, about whom, on which day.

use std::path::{Path, PathBuf};

use clap::Args;
use enact::eval::Request;
use enact::facts::Facts;
use enact::run::{Ready, find_all_asked, find_asked};
use enact::syntax::ast::On;

use super::exit::Failure;
use super::facts;
use super::policy::{self, Named};

/// Arguments of every command that decides about one applicant.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// `NAME`, `NAME@VERSION`, a folder or file, or `git:REV:PATH`.
    policy: String,
    /// The facts, as a JSON object; `-` is standard input.
    #[arg(long, value_name = "FILE")]
    pub facts: Option<PathBuf>,
    /// What is asked: a decision, or a definition without parameters; all decisions when none is given.
    #[arg(long, value_name = "NAME")]
    pub decision: Vec<String>,
    /// The day, `2024-12-24`, or the moment, `2024-12-24T23:59-05:00`, on which it is asked.
    #[arg(long, value_name = "DATE|INSTANT", value_parser = enact::facts::read_on)]
    on: Option<On>,
    /// States one more fact, or another value of one: `age_years=17`, `age_years=unknown`.
    #[arg(long, value_name = "FACT=VALUE")]
    set: Vec<String>,
}

/// What is asked about whom.
#[derive(Debug)]
pub struct Inputs {
    /// The policies.
    pub ready: Ready,
    /// What is asked.
    pub request: Request,
    /// What is stated.
    pub facts: Facts,
    /// Whether no decision was named.
    pub all: bool,
}

impl InputArgs {
    /// Reads policies and facts. `more` are asked besides.
    pub fn read(&self, policies: Option<&Path>, more: &[&str]) -> Result<Inputs, Failure> {
        let Named { ready, policy, pinned } = policy::find(&self.policy, policies)?;
        let program = &ready.program;
        let all = self.decision.is_empty();
        let mut asked = find_all_asked(program, policy, &self.decision)?;
        for name in more {
            let family = find_asked(program, policy, name)?;
            if !asked.contains(&family) {
                asked.push(family);
            }
        }
        let mut stated = match &self.facts {
            Some(path) => facts::read(program, path)?,
            None => Facts::new(program),
        };
        for assignment in &self.set {
            facts::set(program, &mut stated, assignment)?;
        }
        if let Some(on) = self.on {
            enact::facts::set_on(&mut stated, on);
        }
        Ok(Inputs { request: Request { policy, pinned, asked }, ready, facts: stated, all })
    }
}
