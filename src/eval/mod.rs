//! Evaluation: a program and the facts of one applicant in, answers out. Pure: no clock, no files, no randomness.
//!
//! ```text
//! kernel     what each operation means, pointwise: one implementation for all that follows
//! scope      which versions are in force, what they assume
//! walk       the order of evaluation, with an explicit stack
//! interpret  walk + kernel on what is stated: the verdict of every node (V1 to V8)
//! conclude   verdicts to answers (D2, D8 to D11, D15)
//! ```

mod answer;
mod asserts;
mod boundaries;
pub(crate) mod conclude;
pub(crate) mod exact;
pub(crate) mod interpret;
pub(crate) mod kernel;
pub(crate) mod reach;
pub(crate) mod scope;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub(crate) mod walk;

pub use answer::*;
pub use asserts::evaluate_asserts;
pub use boundaries::{Cause, boundaries};
pub use conclude::{evaluate, interpret};
pub use exact::{WhatWould, next_questions, sufficient, what_would};
