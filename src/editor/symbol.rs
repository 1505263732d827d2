//! What can be named.
//!
//! Two declarations are one [`Symbol`] where a reader would say that they are about one thing: a fact that two libraries declare
//! alike, a rule and what replaced it in a later version.

use crate::source::Span;

/// A thing with a name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Symbol {
    /// Among which names it is looked up.
    pub space: Space,
    /// Where it is known.
    pub owner: Owner,
    /// Its name.
    pub name: String,
}

/// Names of one space are looked up together; the same name in two spaces is two things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Space {
    /// Facts, definitions, parameters, scales, tables, sets and decisions.
    Value,
    /// Enums and records.
    Type,
    /// Members of enums.
    Member,
    /// Fields of records, outputs of tables.
    Field,
    /// Sources that are cited.
    Source,
    /// Open questions.
    Question,
    /// Rules.
    Rule,
    /// Calendars.
    Calendar,
    /// Profiles of tests.
    Profile,
    /// Bound variables, parameters of definitions, inputs of tables.
    Local,
    /// Policies.
    Policy,
    /// Libraries.
    Library,
    /// What only amendments and reports name, each kind by itself: `note`, `assert`, `invariant`, `test`.
    Other(&'static str),
}

/// Where a name is known.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Owner {
    /// Everywhere under the root: facts, types, decisions, policies.
    Root,
    /// In all versions of a policy.
    Policy(String),
    /// In a library and what uses it, by its path: `common.people`.
    Library(String),
    /// In one file: profiles and tests.
    File(String),
    /// In a type: members and fields.
    Type(String),
    /// In the type or outputs of a value: the members of `decision d: {a, b}`.
    Of(String),
    /// In the declaration or expression that begins here.
    At(Span),
}

/// Returns the space of what a kind of declaration names: `rule` as in `repeal rule r`.
pub fn space_of(kind: &str) -> Option<Space> {
    Some(match kind {
        "fact" | "define" | "parameter" | "scale" | "table" | "set" | "decision" | "assume" => Space::Value,
        "enum" | "record" => Space::Type,
        "source" => Space::Source,
        "question" => Space::Question,
        "rule" => Space::Rule,
        "calendar" => Space::Calendar,
        "profile" => Space::Profile,
        "invariant" => Space::Other("invariant"),
        "note" => Space::Other("note"),
        "assert" => Space::Other("assert"),
        "test" => Space::Other("test"),
        _ => return None,
    })
}
