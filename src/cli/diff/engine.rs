//! Where the command meets the engine.

use enact::diff::{Comparison, Options, Text};
use enact::facts::Facts;
use enact::syntax::ast::On;

use crate::cli::exit::Failure;

/// Compares two texts.
pub fn compare(old: &Text, new: &Text, on: Option<On>, reasons: bool) -> Result<Comparison, Failure> {
    Ok(enact::diff::compare(old, new, &Options { on, reasons }))
}

/// Returns the number of the group of a decision that an applicant belongs to.
pub fn group_of(comparison: &Comparison, decision: usize, facts: &Facts) -> Option<usize> {
    comparison.group_of(decision, facts)
}
