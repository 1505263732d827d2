//! The difference of two texts of a policy: what changed in the text, and who is affected.

mod compare;
pub mod emit;
pub mod expect;
pub mod html;
mod join;
pub mod markdown;
pub mod model;
pub mod population;
pub mod record;
mod revert;
mod structural;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod text;
mod words;

pub use compare::{Options, compare};
pub use model::*;

use crate::eval::Request;
use crate::load::Loaded;
use crate::program::{FamilyId, PolicyId, Program, VersionId};

/// One of the texts to compare.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// As it is named: `flagpoling@2024-05-30`.
    pub name: &'a str,
    /// The root it stands in.
    pub loaded: &'a Loaded,
    /// The root, checked.
    pub program: &'a Program,
    /// The policy.
    pub policy: PolicyId,
    /// The version it is pinned to; nothing leaves it to the day.
    pub pinned: Option<VersionId>,
}

/// A diff, with the program that holds both texts: the values of its regions and the facts of applicants are read by it.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// Both texts as one program.
    pub program: Program,
    /// How the old text is asked in it; `asked` holds the decisions of `diff.decisions` in their order where it has them.
    pub old: Request,
    /// How the new text is asked in it.
    pub new: Request,
    /// The diff.
    pub diff: Diff,
    /// The new text with some edits undone: which of them decides for an applicant.
    pub(crate) hybrids: Vec<Hybrid>,
}

/// The new text with some edits undone.
#[derive(Debug, Clone)]
pub(crate) struct Hybrid {
    /// Which cluster of edits is undone.
    pub(crate) cluster: usize,
    /// Those edits, as indexes into [`Diff::edits`].
    pub(crate) edits: Vec<usize>,
    /// How it is asked.
    pub(crate) request: Request,
    /// Its decisions, as those of the comparison stand.
    pub(crate) families: Vec<Option<FamilyId>>,
}
