//! What needed other runs: the questions that settle an open answer, what would change it, and the answer on the other side of
//! the nearest boundaries. This is the one place of the explanation that evaluates.

use serde::Serialize;
use serde_json::{Map, Value as Json};

/// What other runs add to an explanation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asides {
    /// What can still change the answer, most useful first.
    pub questions: Vec<Ask>,
    /// The smallest changes of facts that change the answer.
    pub what_would: Vec<WhatWould>,
    /// The answer on both sides of the nearest boundaries.
    pub across: Vec<Across>,
}

/// A fact to be asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ask {
    /// The fact as facts files spell it, or a JSON pointer to a field.
    pub fact: String,
    /// Its label, else its name.
    pub label: String,
    /// The question that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<String>,
    /// Who judges it: it is not for the applicant to answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<String>,
    /// What each answer leads to, if it has few and it is the only question.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

/// Answers that lead to one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The answers, as facts files spell them.
    pub answers: Vec<String>,
    /// The outcome, as people read it.
    pub outcome: String,
    /// The tags of the rules that decide then.
    pub tags: Vec<String>,
}

/// A smallest change of facts that changes the answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WhatWould {
    /// Facts and values, both as facts files spell them.
    pub set: Map<String, Json>,
    /// The value then.
    pub value: Json,
    /// The change in words, one for each fact: `"CBSA appointment booked before" = yes`.
    pub words: Vec<String>,
    /// The value then, as people read it.
    pub value_text: String,
}

/// The answer beyond a boundary.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Across {
    /// The first day after the boundary.
    pub date: String,
    /// `before` or `after`.
    pub side: &'static str,
    /// The status there.
    pub status: &'static str,
    /// The value there; null if it is not decided.
    pub value: Option<Json>,
    /// The outcome there, as people read it.
    pub value_text: String,
    /// The tags of the clauses that make the difference.
    pub clauses: Vec<String>,
}
