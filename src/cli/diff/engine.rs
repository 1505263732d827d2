//! Where the command meets the engine.

use enact::diff::{Comparison, Text};
use enact::facts::Facts;
use enact::syntax::ast::On;

use crate::cli::exit::Failure;

/// Compares two texts.
pub fn compare(_old: &Text, _new: &Text, _on: Option<On>, _reasons: bool) -> Result<Comparison, Failure> {
    Err(Failure::usage("this program is built without the engine that compares policies", None))
}

/// Returns the number of the group of a decision that an applicant belongs to.
pub fn group_of(_comparison: &Comparison, _decision: usize, _facts: &Facts) -> Option<usize> {
    None
}
