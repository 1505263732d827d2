//! What an answer comes to in a table of answers, whoever gave it.

use serde_json::{Value as Json, json};

use crate::compile::Settled;
use crate::eval::conclude::type_of;
use crate::eval::{Answer, Missing, Reason, Status};
use crate::facts::record_json;
use crate::program::{FamilyId, OriginId, Program, VersionId};
use crate::value::{Type, Value};

/// The answer to one thing asked about one row: the same, field by field, as in [`Answer`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RowAnswer {
    /// Whether and how it is decided.
    pub status: Status,
    /// The value, when decided.
    pub value: Option<Value>,
    /// The version in force.
    pub version: Option<VersionId>,
    /// What stands in every completion.
    pub because: Vec<Reason>,
    /// When nothing does though it is decided: the alternative reasons.
    pub either: Vec<Reason>,
    /// Broken or clashing invariants.
    pub violated: Vec<OriginId>,
    /// What can still change the answer.
    pub missing: Vec<Missing>,
}

impl From<Settled> for RowAnswer {
    fn from(settled: Settled) -> RowAnswer {
        let Settled { status, value, version, because } = settled;
        RowAnswer { status, value, version, because, either: Vec::new(), violated: Vec::new(), missing: Vec::new() }
    }
}

impl From<Answer> for RowAnswer {
    fn from(answer: Answer) -> RowAnswer {
        let Answer { status, value, version, because, either, violated, missing, .. } = answer;
        RowAnswer { status, value, version, because, either, violated, missing }
    }
}

/// What is asked, and the words for answers to it.
#[derive(Debug, Clone)]
pub struct Asked<'p> {
    pub(super) program: &'p Program,
    pub(super) family: FamilyId,
    pub(super) ty: Type,
}

impl<'p> Asked<'p> {
    /// Finds the words for a decision or definition.
    pub fn new(program: &'p Program, family: FamilyId) -> Asked<'p> {
        Asked { program, family, ty: type_of(program, family) }
    }

    /// Returns its name.
    pub fn name(&self) -> &'p str {
        &self.program.family(self.family).name
    }

    /// Returns an answer as a row of JSONL has it: `value`, `status`, `rules`, `missing`, `version`, and `either` where there is one.
    pub fn json(&self, answer: &RowAnswer) -> Json {
        let mut object = json!({
            "value": self.value(answer),
            "status": answer.status.text(),
            "rules": self.reasons(answer),
            "missing": self.missing(answer),
            "version": answer.version.map(|_| self.version(answer)),
        });
        let either = self.either(answer);
        if !either.is_empty() {
            object["either"] = json!(either);
        }
        object
    }

    /// The value as records spell it; null if it is not decided.
    pub(super) fn value(&self, answer: &RowAnswer) -> Json {
        answer.value.as_ref().map_or(Json::Null, |value| record_json(self.program, &self.ty, value))
    }

    /// The names of what decided: rules, `otherwise`, what is asked itself; broken invariants of contradictory facts.
    pub(super) fn reasons(&self, answer: &RowAnswer) -> Vec<&str> {
        let broken = answer.violated.iter().map(|&origin| self.program.origin(origin).name.as_str());
        answer.because.iter().map(|&reason| self.reason(reason)).chain(broken).collect()
    }

    /// The names of what may have decided, one or the other, when nothing surely has.
    pub(super) fn either(&self, answer: &RowAnswer) -> Vec<&str> {
        answer.either.iter().map(|&reason| self.reason(reason)).collect()
    }

    fn reason(&self, reason: Reason) -> &'p str {
        match reason {
            Reason::Rule(rule) => &self.program.origin(self.program.rule(rule).origin).name,
            Reason::Otherwise(_) => "otherwise",
            Reason::Expression(_) => self.name(),
        }
    }

    /// What is missing, as facts files name it.
    pub(super) fn missing(&self, answer: &RowAnswer) -> Vec<String> {
        answer.missing.iter().map(|missing| missing.text(self.program)).collect()
    }

    pub(super) fn version(&self, answer: &RowAnswer) -> &str {
        answer.version.map_or("", |version| &self.program.version(version).name)
    }

    /// What it came to, as rows are counted by it: the value of a type with few, `a value` of one with many, else the status.
    pub(super) fn outcome(&self, answer: &RowAnswer) -> String {
        match (&answer.value, self.ty.required()) {
            (Some(value @ Value::None), _) | (Some(value), Type::YesNo | Type::Enum(_)) => {
                self.program.value_text(value, &self.ty)
            }
            (Some(_), _) => "a value".to_owned(),
            (None, _) => answer.status.text().to_owned(),
        }
    }
}
