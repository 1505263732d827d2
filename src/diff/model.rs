//! What a diff says: the data that every rendering of it is made of.
//!
//! A [`Diff`] holds everything as a person reads it and as the record `enact.diff/1` carries it; no rendering looks anything up.

use serde_json::{Map, Value as Json};

use crate::program::FactId;
use crate::source::Span;
use crate::value::Value;

/// The difference of two texts of a policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// The text before.
    pub old: Side,
    /// The text after.
    pub new: Side,
    /// The day on which people are compared, as given; nothing is every day.
    pub on: Option<String>,
    /// What changed in the text.
    pub edits: Vec<Edit>,
    /// What changed in the outcomes: the decisions of the policy in written order, then those of other policies that read them,
    /// by name. Decisions that no edit can reach are left out.
    pub decisions: Vec<DecisionDiff>,
    /// Indexes of edits of meaning that change no outcome of any decision, proved.
    pub no_effect: Vec<usize>,
    /// Whether every applicant not listed is proved to be treated as before.
    pub complete: bool,
    /// Why not, in words: a budget that ended, a term that was approximated.
    pub gaps: Vec<String>,
    /// Terms that could not be taken apart. What is proved stays proved; a group may name people whom these terms exclude.
    pub approximated: Vec<String>,
    /// What is not compared.
    pub notes: Vec<String>,
    /// What was done to be sure.
    pub checks: Checks,
    /// Rows of a population by what happens to them, if one was given.
    pub population: Option<Population>,
}

/// One of the two texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Side {
    /// As it was named: `flagpoling@2024-05-30`, `git:HEAD:policies/flagpoling`.
    pub name: String,
    /// The policy.
    pub policy: String,
    /// The version, if it is pinned to one.
    pub version: Option<String>,
    /// `sha256:…` of the policy's texts.
    pub hash: String,
}

/// What was done to be sure of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Checks {
    /// How many example applicants were decided again by the interpreter under both texts.
    pub replayed: usize,
    /// Whether it was proved for every decision that nobody outside the listed groups is affected.
    pub certified: bool,
    /// How many questions the solver answered.
    pub questions: usize,
}

/// What changed for one decision.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionDiff {
    /// Its name.
    pub name: String,
    /// Its label.
    pub label: Option<String>,
    /// Its policy.
    pub policy: String,
    /// It belongs to another policy, which reads the one compared.
    pub reached: bool,
    /// What happened.
    pub fate: Fate,
    /// Who is affected, refusals first, then in the order of the text. Empty unless it is affected.
    pub groups: Vec<Group>,
    /// Groups in which only the reasons differ: the outcome is the same.
    pub reasons: Vec<Group>,
}

/// What happened to a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Proved to come to the same for everyone.
    Same,
    /// Somebody is affected.
    Affected,
    /// No difference was found, and none is excluded.
    Unknown,
    /// Only the new text has it.
    Inserted,
    /// Only the old text has it.
    Repealed,
}

/// People for whom a decision comes to something else for one cause.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its number over the whole diff, from 1.
    pub number: usize,
    /// The outcome before, as people read it: `no`, `error`, `contradictory`; `a value` where it may be any of many.
    pub from: String,
    /// The outcome after; `another value` where `from` is `a value`.
    pub to: String,
    /// Indexes of the edits that decide it: undoing any of them alone undoes the change, or, where no edit does alone, all that
    /// together do.
    pub cause: Vec<usize>,
    /// Several edits together, none of them alone.
    pub together: bool,
    /// Numbers of groups of other decisions of which this one follows, through the decision that is read.
    pub follows: Vec<usize>,
    /// Whose outcome the words of `regions` presuppose.
    pub context: Context,
    /// Numbers of groups whose people are left out here: they are listed there.
    pub after: Vec<usize>,
    /// Somebody belongs to the group who satisfies the context and any of these.
    pub regions: Vec<Region>,
    /// An example.
    pub witness: Witness,
    /// Somebody as near to the example as possible whose outcome does not change.
    pub nearest_unchanged: Option<Witness>,
}

/// Of whom a group speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Those who came to `from` before.
    Old,
    /// Those who come to `to` now.
    New,
    /// Everybody: the regions stand alone.
    Anyone,
}

/// People for whom all parts hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Region {
    /// The parts, in the order in which a person reads them: conditions that hold, conditions that do not, facts.
    pub all: Vec<Part>,
}

/// One part of a region.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// A condition of the policy, in the author's words, holds or not.
    Condition {
        /// Its label, else its text.
        label: String,
        /// Its clause tags.
        tags: Vec<String>,
        /// Whether it holds.
        holds: bool,
        /// Where it is written.
        at: Span,
    },
    /// What a fact is.
    Fact {
        /// The fact.
        fact: FactId,
        /// As facts files spell it, or a JSON pointer to a field.
        key: String,
        /// Its label, else its name.
        label: String,
        /// What it is.
        test: Test,
        /// The part in words: `17 <= age_years < 18`, `lmia is neutral`.
        words: String,
    },
}

/// What a fact is in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// One of these values; `none` may be among them.
    In(Vec<Value>),
    /// None of these values.
    NotIn(Vec<Value>),
    /// Between two values, both included; an end that is nothing is open.
    Between(Option<Value>, Option<Value>),
    /// A set that holds at least one of these members.
    Holds(Vec<Value>),
    /// A set that holds none of these members.
    HoldsNone(Vec<Value>),
    /// A day of one of these weekdays, 0 is monday.
    Weekday(Vec<u32>),
}

/// An example applicant: only the facts that settle both outcomes.
#[derive(Debug, Clone, PartialEq)]
pub struct Witness {
    /// The facts as a facts file holds them, `evaluation_date` among them where it matters: `enact eval --facts` takes it.
    pub facts: Map<String, Json>,
    /// Each fact in words, in the order of `facts`: `citizenships {FR}`.
    pub words: Vec<String>,
    /// The facts that differ from the ordinary applicant (`typical`, else the plainest value), as facts files spell them.
    pub unusual: Vec<String>,
    /// What it comes to under the old text.
    pub old: Verdict,
    /// What it comes to under the new text.
    pub new: Verdict,
}

/// What an applicant comes to under one text.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// `decided`, `conflict`, `error`, `contradictory`, `not_in_force`.
    pub status: &'static str,
    /// The value as people read it; the status in words where there is none.
    pub value: String,
    /// Why: label, tags, place.
    pub because: Vec<Because>,
    /// The smallest change that would bring back the outcome of the other text, in words: `"CBSA appointment booked before" = yes`.
    pub undo: Vec<String>,
}

/// A reason of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// The rule's label, else its name; the reason of an `otherwise`.
    pub label: String,
    /// The name of the rule or decision.
    pub rule: String,
    /// Clause tags.
    pub tags: Vec<String>,
    /// Where it is written.
    pub at: Span,
}

/// Rows of a population by what happens to them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Population {
    /// Rows read.
    pub rows: usize,
    /// Rows that could not be read, or that are undetermined under a text, by what is wrong.
    pub refused: Vec<(String, usize)>,
    /// Group number and how many rows belong to it, in the order of the groups.
    pub groups: Vec<(usize, usize)>,
    /// Decision, outcome before, outcome after, rows; sorted.
    pub matrix: Vec<(String, String, String, usize)>,
}

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
