//! The explanation as data: `enact.trace/1`.
//!
//! A [`Trace`] explains one answer. Its [`Node`]s hold finished words, values and places, so that every rendering shows the
//! same thing and none needs the program. Nothing here evaluates.
//!
//! **Invariant:** a thing that is read at many places is expanded at one [`Node`] and named by [`Node::see`] at the others: a
//! trace is never larger than the policy, its facts and the elements of its lists.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value as Json;

use super::aside::{Across, Ask, Enough, WhatWould};
use super::hash::Hashes;

/// The schema every trace names.
pub const TRACE_SCHEMA: &str = "enact.trace/1";

/// How much of an explanation is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// What decided, in one sentence, with its source.
    Reason,
    /// The deciding branches, what was set aside, the bars and why each failed, near misses; the rest in one line each.
    #[default]
    Why,
    /// Everything that was looked at.
    Full,
}

/// The explanation of one answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// [`TRACE_SCHEMA`].
    pub schema: &'static str,
    /// How much it holds.
    pub level: Level,
    /// The policy asked.
    pub policy: String,
    /// Its version in force, by the day it starts.
    pub version: Option<String>,
    /// `evaluation_date`.
    pub on: Option<String>,
    /// The version of the program that decided.
    pub engine: &'static str,
    /// What was decided upon, by content.
    pub hashes: Option<Hashes>,
    /// The decision or definition asked.
    pub decision: String,
    /// Its label.
    pub label: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Where it is declared.
    pub at: Option<Place>,
    /// The status, as records write it.
    pub status: &'static str,
    /// The value, as records write it.
    pub value: Option<Json>,
    /// The value, as people read it.
    pub value_text: Option<String>,
    /// The outcomes still possible, as people read them.
    pub possible: Vec<String>,
    /// Whether `possible` and the questions are exact.
    pub exact: bool,
    /// The versions that the answer rests on, the asked policy first.
    pub under: Vec<InForce>,
    /// Why there is no version in force, and when there is one.
    pub in_force: Option<String>,
    /// What went wrong.
    pub fault: Option<FaultText>,
    /// The short reasons: one for each deciding rule.
    pub reasons: Vec<ReasonText>,
    /// The tree.
    pub branches: Vec<Node>,
    /// What can still change the answer.
    pub questions: Vec<Ask>,
    /// Facts filled in by an assumption that the answer rests on.
    pub assumed: Vec<Assumed>,
    /// Open points of interpretation that the answer rests on.
    pub open_questions: Vec<OpenQuestion>,
    /// Notes that show.
    pub notes: Vec<NoteText>,
    /// The stated facts that alone decide: whatever all others are, the answer is the same. Of several such sets one.
    pub enough: Vec<Enough>,
    /// The smallest changes of facts that change the answer.
    pub what_would: Vec<WhatWould>,
    /// The answer on both sides of the nearest boundaries.
    pub across: Vec<Across>,
}

/// A policy's version that the answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InForce {
    /// The policy.
    pub policy: String,
    /// The version, by the day it starts.
    pub version: String,
    /// The deciding day, where it is not the day asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
}

/// What went wrong and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultText {
    /// What, in words.
    pub text: String,
    /// The innermost clause, definition or rule around it, in the author's words.
    pub label: Option<String>,
    /// Where it is written.
    pub at: Option<Place>,
}

/// One reason of the answer, short.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ReasonText {
    /// The label of the rule, or of the rule of another decision that it passes on.
    pub label: String,
    /// The tags of the rules it passes through.
    pub tags: Vec<String>,
    /// `because`, filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Sources cited.
    pub cites: Vec<Cite>,
    /// Where the rule is written.
    pub at: Option<Place>,
    /// Whether it is one of several alternative reasons (SEMANTICS D9).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub either: bool,
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    /// The file, as shown to people.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

impl Place {
    /// Returns `file:line`.
    pub fn line_text(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }

    /// Returns `file:line:column`.
    pub fn text(&self) -> String {
        format!("{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Node {
    /// Its number in this trace, from 1.
    pub id: u32,
    /// What it is.
    pub kind: Kind,
    /// What it does for the node above it.
    pub role: Role,
    /// Its declared name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What was asked, in the author's words; starts with `not: ` where the opposite of the words is asked.
    pub label: String,
    /// What it came to.
    pub verdict: Verdict,
    /// Its value as people read it, where it is neither yes nor no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Clause tags.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// How many of its parts hold, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Of a rule or block that fails on one condition alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near_miss: Option<NearMiss>,
    /// The facts it compares.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reads: Vec<Reading>,
    /// What is worth knowing of the comparison: *17 days too late*.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
    /// `because`, filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Sources cited.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cites: Vec<Cite>,
    /// Open questions it relies on, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relies: Vec<String>,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// The policy version in force that it belongs to, of decisions and rules: `flagpoling 2024-12-24`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub under: Option<String>,
    /// Whether the answer rests on it.
    pub rests: bool,
    /// Whether the node above it came to its verdict through it.
    pub matters: bool,
    /// What it is made of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Node>,
    /// Children left out at this level, each in one line.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folded: Vec<Folded>,
    /// The node at which the same thing is expanded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub see: Option<u32>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A decision.
    Decision,
    /// A rule.
    Rule,
    /// A condition.
    Condition,
    /// A definition.
    Definition,
    /// A decision table.
    Table,
    /// A row of a table.
    Row,
    /// An element of a list or set.
    Element,
    /// A fact.
    Fact,
    /// A parameter, scale or dated set.
    Data,
    /// The `otherwise` of a decision or table.
    Otherwise,
    /// What holds for a used decision outside its time.
    Outside,
    /// An invariant.
    Invariant,
    /// A note.
    Note,
    /// Some other value.
    Value,
}

/// What a node does for the one above it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It decides.
    DecidedBy,
    /// It decides too.
    Also,
    /// One of several alternative reasons.
    Either,
    /// It applies, but other rules that stand are exceptions to it: their labels.
    SetAside(String),
    /// It stands and gives this value: one side of a conflict, or a part of a set or total.
    Gives(String),
    /// Whether it stands is not known; it would give this value.
    Open(String),
    /// It is an error value.
    Faulty,
    /// A bar that does not apply.
    NotBarred,
    /// It would have given this other value, and does not stand.
    WhyNot(String),
    /// It would have given the same value, and does not stand.
    NotNeeded,
    /// A condition that must hold.
    When,
    /// A condition that must not hold.
    Unless,
    /// A rule that is an exception.
    Exception,
    /// A part: of a block, of a comparison, of a definition.
    Part,
    /// A broken or clashing invariant.
    Violated,
    /// A note.
    Note,
    /// Expanded here because it lies too deep where it is read.
    More,
}

/// What a node came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Some other value.
    Value,
    /// Not known: it depends on facts that are not given.
    Unknown,
    /// An error value.
    Error,
    /// It was not needed.
    NotNeeded,
}

impl Verdict {
    /// Returns the sign put before a node: never the only mark, words stand beside it.
    pub fn sign(self) -> &'static str {
        match self {
            Verdict::Yes => "✓",
            Verdict::No => "✗",
            Verdict::Value => "=",
            Verdict::Unknown => "?",
            Verdict::Error => "!",
            Verdict::NotNeeded => "·",
        }
    }

    /// Returns the word for it.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Yes => "yes",
            Verdict::No => "no",
            Verdict::Value => "value",
            Verdict::Unknown => "not known",
            Verdict::Error => "error",
            Verdict::NotNeeded => "not needed",
        }
    }
}

/// All conditions hold but one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NearMiss {
    /// How many hold.
    pub held: usize,
    /// Of how many.
    pub total: usize,
    /// The one that does not.
    pub fails: String,
}

/// A fact that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Reading {
    /// Where it came from: a JSON pointer into the facts.
    pub pointer: String,
    /// The fact's label, else its name.
    pub label: String,
    /// What is stated about it.
    pub state: Stated,
    /// Its value, as people read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Who judges it, where it is not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<String>,
}

/// What is stated about a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stated {
    /// A value.
    Given,
    /// Nothing.
    NotGiven,
    /// That it is unknown.
    StatedUnknown,
    /// Nothing, and an assumption fills it in.
    Assumed,
}

impl Reading {
    /// Returns `/citizenships = MX`, or that it is not given.
    pub fn text(&self) -> String {
        if let Some(judge) = &self.judged_by {
            return format!("{} not given, to be judged by {judge}", self.pointer);
        }
        match (self.state, &self.value) {
            (Stated::NotGiven, _) => format!("{} not given", self.pointer),
            (Stated::StatedUnknown, _) => format!("{} stated unknown", self.pointer),
            (Stated::Assumed, Some(value)) => format!("{} = {value}, assumed", self.pointer),
            (_, Some(value)) => format!("{} = {value}", self.pointer),
            (_, None) => self.pointer.clone(),
        }
    }
}

/// A citation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Cite {
    /// The source's name in policies.
    pub source: String,
    /// Who published it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The place in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// At most a line of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<String>,
}

impl Cite {
    /// Returns publisher, title, place and day: `CBSA, Flagpoling ends at ports of entry, 2024-12-23`.
    pub fn text(&self) -> String {
        let parts = [
            self.by.as_ref(),
            self.title.as_ref().or(Some(&self.source)),
            self.place.as_ref(),
            self.published.as_ref(),
        ];
        parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(", ")
    }
}

/// A fact filled in by an assumption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Assumed {
    /// The fact as facts files spell it.
    pub fact: String,
    /// The value, as people read it.
    pub value: String,
    /// Why.
    pub because: Option<String>,
    /// Where.
    pub at: Option<Place>,
}

/// An open point of interpretation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OpenQuestion {
    /// Its name.
    pub name: String,
    /// Its tags.
    pub clauses: Vec<String>,
    /// The question.
    pub text: Option<String>,
    /// The reading taken.
    pub reading: Option<String>,
    /// Who answers it.
    pub owner: Option<String>,
}

/// A note that shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoteText {
    /// Its name.
    pub name: String,
    /// Its tags.
    pub clauses: Vec<String>,
    /// What it says.
    pub text: String,
    /// The decision it is about.
    pub about: Option<String>,
}

/// A child left out at a level, in one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Folded {
    /// What was asked.
    pub label: String,
    /// What it is: the word `unless` or `exception` for those that set a rule aside, else `when`.
    pub role: Role,
    /// What it came to.
    pub verdict: Verdict,
    /// Its tags, then those of everything below it that show nowhere else.
    pub tags: Vec<String>,
    /// How many of the tags are its own.
    #[serde(skip)]
    pub own: usize,
}

impl Node {
    /// Calls a function on this node and all below it, parents first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        visit(self);
        for child in &self.children {
            child.walk(visit);
        }
    }
}

impl Trace {
    /// Returns every expanded node by its number.
    pub fn by_id(&self) -> BTreeMap<u32, &Node> {
        let mut found = BTreeMap::new();
        for branch in &self.branches {
            branch.walk(&mut |node| {
                if node.see.is_none() {
                    found.insert(node.id, node);
                }
            });
        }
        found
    }
}
