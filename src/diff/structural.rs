//! What changed in the text, declaration by declaration.

use crate::source::Span;

/// One change of one declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What happened to it.
    pub change: Change,
    /// Its keyword: `rule`, `fact`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its clause tags.
    pub tags: Vec<String>,
    /// Its label.
    pub label: Option<String>,
    /// Where it stood.
    pub old: Option<Span>,
    /// Where it stands.
    pub new: Option<Span>,
    /// What is different, in the author's words: ``unless us_person` added`, `age >= 17 -> age >= 18`.
    pub details: Vec<String>,
    /// Whether it can change an outcome; not for labels, reasons, citations.
    pub meaning: bool,
    /// Where it stands: the version, library or data file.
    pub scope: String,
}

/// What happened to a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// Only the new text has it.
    Inserted,
    /// Only the old text has it.
    Repealed,
    /// Both have it, not the same.
    Replaced,
}
