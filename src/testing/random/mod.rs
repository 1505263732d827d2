//! Random policies as texts: typed ones that use the whole language, large ones that look like schemes, and edits of both.
//!
//! It knows nothing of the crate, so that unit tests, benchmarks and examples can all read it (`#[path]`).

// Each user reads a part of it.
#![allow(dead_code)]

pub mod dice;
pub mod edits;
pub mod policy;
pub mod scheme;
pub mod typed;
