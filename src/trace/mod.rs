//! Explanations: why an answer is what it is, as data and for people.
//!
//! [`explain()`] makes a [`Trace`] from a program and the verdicts of one run; it never evaluates again. What needs other runs
//! (what would change the answer, the other side of a boundary) is collected before, by [`aside`]. A trace is shown at a
//! [`Level`] by [`at_level`], and rendered by [`text`], [`markdown`], [`html`], [`mermaid`], [`dot`] or, as JSON, by serde. The
//! short machine form is a [`record`](mod@record).
//!
//! **Invariant:** every text that an author or applicant wrote passes [`style::neutral`] or an escape of its rendering.

mod across;
pub mod answer;
pub mod aside;
mod build;
mod collection;
mod condition;
pub mod dot;
mod explain;
mod fold;
pub mod hash;
pub mod html;
pub mod look;
pub mod markdown;
pub mod mermaid;
mod phrase;
pub mod record;
mod remark;
pub mod style;
pub mod support;
#[cfg(test)]
mod tests;
pub mod text;
mod tree;
mod words;

pub use aside::Asides;
pub use explain::{ENGINE, explain, explain_run};
pub use fold::{at_level, tags_at_why, why_not};
pub use hash::{Hashes, hash_files, hashes};
pub use look::Run;
pub use record::{Record, record};
pub use tree::*;
