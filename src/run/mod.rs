//! The front door, for programs that embed the engine: texts to something that can be asked, names to a request, a request and facts
//! to answers and all that explains them. The commands of the program go through it too.
//!
//! ```text
//! Folder ──World──▶ Ready ──find_policy, find_all_asked──▶ Request ──Run──▶ enact.decision/1, enact.trace/1
//! ```
//!
//! - `world`: texts, read and checked; [`Ready`] if they have no errors;
//! - `named`: what names stand for;
//! - [`Run`]: one evaluation, and its records; `hashes`: what it rests on;
//! - [`Shortcut`]: a request that is compiled, for many applicants;
//! - `refused`: why nothing can be asked, in one type for all of these.
//!
//! Where the same is asked of one applicant after another, [`Shortcut`] answers in microseconds, without reasons in words; of all rows
//! of a table, [`crate::batch`].

mod hashes;
mod named;
mod refused;
mod shortcut;
#[cfg(test)]
mod tests;
mod world;

use std::cell::OnceCell;

use crate::diagnostic::did_you_mean;
use crate::diagnostic::render::escape_json;
use crate::eval::{Evaluation, Picked, Request, evaluate};
use crate::facts::Facts;
use crate::program::FamilyId;
use crate::trace::aside::Asides;
use crate::trace::{Hashes, Kind, Node, Record, Trace, explain, record};

pub use hashes::TextHashes;
pub use named::{by_name, by_version, find_all_asked, find_asked, find_policy, split_version};
pub use refused::Refused;
pub use shortcut::Shortcut;
pub use world::{Ready, World};

/// A run that is done.
#[derive(Debug)]
pub struct Run<'a> {
    ready: &'a Ready,
    request: Request,
    facts: &'a Facts,
    /// What came out.
    pub evaluation: Evaluation,
    asides: OnceCell<Vec<Asides>>,
    hashes: Hashes,
}

impl<'a> Run<'a> {
    /// Evaluates. Without names, all decisions that the version in force has are asked.
    pub fn new(ready: &'a Ready, request: Request, facts: &'a Facts, all: bool) -> Self {
        let texts = TextHashes::of(ready, request.policy);
        Self::with(ready, request, facts, all, &texts)
    }

    /// Evaluates as [`Run::new`] does, the texts hashed before.
    pub fn with(ready: &'a Ready, mut request: Request, facts: &'a Facts, all: bool, texts: &TextHashes) -> Self {
        let program = &ready.program;
        let mut evaluation = evaluate(program, &request, facts);
        if all && let Some(Some(Picked::Version(version))) = evaluation.verdicts.picked.get(request.policy.index()) {
            let has = |family: FamilyId| program.family(family).members.iter().any(|(of, _)| *of == Some(*version));
            request.asked.retain(|&family| has(family));
            evaluation.answers.retain(|answer| has(answer.asked));
        }
        let hashes = texts.and_facts(program, facts);
        Run { ready, request, facts, evaluation, asides: OnceCell::new(), hashes }
    }

    /// What needs other runs, made when it is first asked for: many tests need no explanation.
    fn asides(&self) -> &[Asides] {
        let Ready { program, loaded, .. } = self.ready;
        self.asides.get_or_init(|| {
            let answers = 0..self.evaluation.answers.len();
            let gather =
                |index| Asides::gather(program, &loaded.sources, &self.request, self.facts, &self.evaluation, index);
            answers.map(gather).collect()
        })
    }

    /// Returns the record `enact.decision/1`.
    pub fn record(&self) -> Record {
        let Ready { program, loaded, .. } = self.ready;
        record(
            program,
            &loaded.sources,
            &self.request,
            self.facts,
            &self.evaluation,
            self.asides(),
            self.hashes.clone(),
        )
    }

    /// Returns the record as text, on one line or on several.
    pub fn json(&self, pretty: bool) -> Result<String, Refused> {
        let record = self.record();
        let text = if pretty { serde_json::to_string_pretty(&record) } else { serde_json::to_string(&record) };
        let text = text.map_err(|error| Refused::usage(format!("cannot write the record: {error}"), None))?;
        Ok(escape_json(&text) + "\n")
    }

    /// Returns the full explanation of each answer, in the order asked.
    pub fn traces(&self) -> Vec<Trace> {
        let Ready { program, loaded, .. } = self.ready;
        (0..self.evaluation.answers.len())
            .map(|index| {
                let aside = self.asides().get(index).cloned().unwrap_or_default();
                let hashes = Some(self.hashes.clone());
                explain(program, &loaded.sources, &self.request, self.facts, &self.evaluation, index, aside, hashes)
            })
            .collect()
    }

    /// Returns why one rule does not decide: what explains it, in full, of each answer that looked at it. Errors: there is no such
    /// rule, or nothing looked at it.
    pub fn why_not(&self, rule: &str) -> Result<Vec<Trace>, Refused> {
        let mut found = Vec::new();
        for trace in self.traces() {
            let mut branch: Option<Node> = None;
            for node in &trace.branches {
                node.walk(&mut |node| {
                    if branch.is_none() && node.kind == Kind::Rule && node.name == rule && node.see.is_none() {
                        branch = Some(node.clone());
                    }
                });
            }
            if let Some(node) = branch {
                found.push(Trace { branches: vec![node], ..trace });
            }
        }
        if !found.is_empty() {
            return Ok(found);
        }
        let program = &self.ready.program;
        let names: Vec<&str> = program.rules.iter().map(|it| program.origin(it.origin).name.as_str()).collect();
        if names.contains(&rule) {
            let message =
                format!("the rule `{rule}` was not looked at: it is not in force, or not of the decisions asked");
            return Err(Refused::usage(message, None));
        }
        let help = did_you_mean(rule, names.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        Err(Refused::usage(format!("there is no rule `{rule}`"), help))
    }
}
