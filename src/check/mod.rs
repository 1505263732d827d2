//! What is wrong with a set of policies beyond their texts: circles, holes in time, declarations that nothing reads.
//!
//! [`check`] is the only way to a [`Program`]: it hands one out when no error was found. One file an analysis. What it finds is
//! quick to find; [`analyse`] asks questions about all applicants, which evaluation does not wait for.

mod analysis;
mod clauses;
mod cycles;
mod data;
mod time;
mod unused;

pub use analysis::{Analysis, Around, PairTests, Threshold, analyse, pair_tests, sweep};
pub use clauses::{Clauses, clauses};

use crate::diagnostic::{self, Diagnostic};
use crate::load::Loaded;
use crate::lower::{Lowered, lower};
use crate::program::Program;

/// What checking gives.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The program, if no error was found.
    pub program: Option<Program>,
    /// Everything found, those of loading too, by place.
    pub findings: Vec<Diagnostic>,
}

/// Checks everything under a root.
///
/// Errors of one stage do not hide those of another, but analyses of meaning run only on what has no error.
pub fn check(loaded: &Loaded) -> Checked {
    let Lowered { program, diagnostics, reads, used } = lower(loaded);
    let mut findings = loaded.diagnostics.clone();
    findings.extend(diagnostics);
    if !findings.iter().any(Diagnostic::is_error) {
        findings.extend(cycles::decision_cycles(&program));
    }
    if !findings.iter().any(Diagnostic::is_error) {
        findings.extend(time::outside_its_time(&program, &reads));
        findings.extend(time::holes(&program));
        findings.extend(data::first_match(loaded));
        findings.extend(data::open_questions(&program));
        findings.extend(unused::unused(loaded, &used));
    }
    diagnostic::drop_followers(&mut findings);
    diagnostic::sort(&mut findings);
    let program = (!findings.iter().any(Diagnostic::is_error)).then_some(program);
    Checked { program, findings }
}
