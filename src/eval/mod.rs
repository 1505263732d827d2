//! Evaluation: a program and the facts of one applicant in, answers out. Pure: no clock, no files, no randomness.

mod answer;

pub use answer::*;
