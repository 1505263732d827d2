//! The decision log: what was decided, about whom, on which texts, one [`Entry`] a line; and the way back, [`replay`].
//!
//! - [`Entry`]: the record `enact.log/1`; [`Entry::new`] makes it, `serde` writes and reads it;
//! - [`replay`]: decides an entry again and compares.
//!
//! What a fact is that its declaration calls `private` is never put on record, nor is a hash that would tell it to whoever
//! tries all values: such facts are named, and decided again as unknown.
//!
//! **Invariant:** an entry whose decision cannot be compared in full is never counted as one that came out the same.

mod entry;
mod replay;
#[cfg(test)]
mod tests;

pub use entry::{Entry, LOG_SCHEMA, LogHashes};
pub use replay::{Difference, Outcome, Replayed, replay};
