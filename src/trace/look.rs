//! Reading what one run came to: the program, the facts and the verdicts side by side. Never evaluates.

use crate::eval::{Answer, Evaluation, Picked, Reason, Request, RuleVerdict};
use crate::facts::{Facts, Slot};
use crate::program::{
    Asked, Citation, DecisionBody, DecisionId, FactId, FamilyId, NodeId, Op, Origin, OriginId, Program, RuleId,
    TemplatePart, VersionId,
};
use crate::source::{Sources, Span};
use crate::value::{Evaluated, Fault, FaultKind, Type, Value};

pub use super::phrase::family_label;
use super::phrase::{in_sentence, shown};
use super::tree::{Cite, Place, Reading, Stated, Verdict};

/// One answer with all that it was made from.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    /// What the policies mean.
    pub program: &'a Program,
    /// The texts.
    pub sources: &'a Sources,
    /// What was stated.
    pub facts: &'a Facts,
    /// What everything came to.
    pub evaluation: &'a Evaluation,
    /// The answer explained.
    pub answer: &'a Answer,
}

/// One answer with all that is needed to answer again under other facts.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// What the policies mean.
    pub program: &'a Program,
    /// The texts.
    pub sources: &'a Sources,
    /// What was asked.
    pub request: &'a Request,
    /// What was stated.
    pub facts: &'a Facts,
    /// What came out.
    pub evaluation: &'a Evaluation,
    /// Which answer.
    pub index: usize,
}

impl<'a> Run<'a> {
    /// Returns the answer beside what it was made from.
    pub fn look(&self) -> Look<'a> {
        let Run { program, sources, facts, evaluation, index, .. } = *self;
        Look { program, sources, facts, evaluation, answer: &evaluation.answers[index] }
    }
}

/// What a decision of another policy, or a definition that is asked, leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A decision of the version in force.
    Decision(DecisionId),
    /// A definition's node.
    Define(NodeId),
    /// No version is in force.
    NotInForce,
    /// Which version is in force is not known.
    Unknown,
}

impl<'a> Look<'a> {
    /// Returns what a node came to under the elements around it; nothing if it was not looked at.
    pub fn value(&self, id: NodeId, path: &[u32]) -> Option<&'a Evaluated> {
        let verdicts = &self.evaluation.verdicts;
        let free = self.program.info(id).free;
        if free == 0 {
            return verdicts.nodes.get(id.index())?.as_ref();
        }
        // A node that reads only outer elements may be kept under fewer indexes than stand around it.
        (1..=path.len()).rev().find_map(|length| verdicts.elements.get(&(id, path[..length].to_vec())))
    }

    /// Returns what a rule came to.
    pub fn rule(&self, id: RuleId) -> Option<&'a RuleVerdict> {
        self.evaluation.verdicts.rules.get(id.index())?.as_ref()
    }

    /// Returns what a decision came to. For the decision asked this is what all completions agree on.
    pub fn decision(&self, id: DecisionId) -> Option<Evaluated> {
        if self.asked_decision() == Some(id)
            && let Some(value) = &self.answer.value
        {
            return Some(Evaluated::Value(value.clone()));
        }
        Some(self.evaluation.verdicts.decisions.get(id.index())?.as_ref()?.outcome.clone())
    }

    /// Returns the decision asked, in the version in force.
    pub fn asked_decision(&self) -> Option<DecisionId> {
        match self.asked() {
            Target::Decision(id) => Some(id),
            _ => None,
        }
    }

    /// Returns what was asked, in the version in force.
    pub fn asked(&self) -> Target {
        let family = self.program.family(self.answer.asked);
        match (family.policy, self.answer.version) {
            (Some(_), Some(version)) => self.member(self.answer.asked, Some(version)).unwrap_or(Target::NotInForce),
            (Some(_), None) => self.target(self.answer.asked),
            (None, _) => family.members.first().map_or(Target::NotInForce, |&(_, asked)| asked.into()),
        }
    }

    /// Returns what a family leads to in the version picked for its policy.
    pub fn target(&self, id: FamilyId) -> Target {
        let family = self.program.family(id);
        let Some(policy) = family.policy else {
            return family.members.first().map_or(Target::NotInForce, |&(_, asked)| asked.into());
        };
        match self.evaluation.verdicts.picked.get(policy.index()).copied().flatten() {
            Some(Picked::Version(version)) => self.member(id, Some(version)).unwrap_or(Target::NotInForce),
            Some(Picked::NotInForce) => Target::NotInForce,
            Some(Picked::Unknown) | None => Target::Unknown,
        }
    }

    fn member(&self, id: FamilyId, version: Option<VersionId>) -> Option<Target> {
        let found = self.program.family(id).members.iter().find(|(of, _)| *of == version);
        found.map(|&(_, asked)| asked.into())
    }

    /// Returns the reasons of a decision: those of the answer for the one asked, else those of its verdict.
    pub fn reasons(&self, id: DecisionId) -> Vec<Reason> {
        if self.asked_decision() == Some(id) {
            return self.answer.because.iter().chain(&self.answer.either).copied().collect();
        }
        let decision = self.program.decision(id);
        let verdict = self.evaluation.verdicts.decisions.get(id.index()).and_then(Option::as_ref);
        match &decision.body {
            DecisionBody::Expr(_) => vec![Reason::Expression(decision.origin)],
            DecisionBody::Includes(rules) | DecisionBody::Adds(rules) => {
                rules.iter().filter(|&&rule| self.stands(rule)).map(|&rule| Reason::Rule(rule)).collect()
            }
            DecisionBody::Rules { rules, otherwise, .. } => {
                let outcome = verdict.map(|verdict| &verdict.outcome);
                let deciding =
                    |rule: &&RuleId| self.stands(**rule) && self.rule(**rule).map(|verdict| &verdict.value) == outcome;
                let found: Vec<Reason> = rules.iter().filter(deciding).map(|&rule| Reason::Rule(rule)).collect();
                let held = verdict.is_some_and(|verdict| verdict.otherwise.is_yes());
                match otherwise {
                    Some((origin, _)) if found.is_empty() && held => vec![Reason::Otherwise(*origin)],
                    _ => found,
                }
            }
        }
    }

    /// Whether a rule stands.
    pub fn stands(&self, id: RuleId) -> bool {
        self.rule(id).is_some_and(|verdict| verdict.stands.is_yes())
    }

    /// Returns the origin of a reason.
    pub fn reason_origin(&self, reason: Reason) -> OriginId {
        match reason {
            Reason::Rule(rule) => self.program.rule(rule).origin,
            Reason::Otherwise(origin) | Reason::Expression(origin) => origin,
        }
    }

    /// Returns `POLICY VERSION` of a decision.
    pub fn under(&self, id: DecisionId) -> String {
        self.version_text(self.program.decision(id).version)
    }

    /// Returns `POLICY VERSION`.
    pub fn version_text(&self, id: VersionId) -> String {
        let version = self.program.version(id);
        format!("{} {}", self.program.policies[version.policy.index()].name, version.name)
    }

    /// Returns a place; nothing for what no text declares.
    pub fn place(&self, span: Span) -> Place {
        let file = self.sources.get(span.source);
        let location = file.location(span.start);
        Place { file: file.name().to_owned(), line: location.line, column: location.column }
    }

    /// Returns the label of an origin, else its name, else its text.
    pub fn origin_label(&self, origin: &Origin) -> String {
        let named = if origin.name.is_empty() { &origin.text } else { &origin.name };
        origin.label.clone().unwrap_or_else(|| named.clone())
    }

    /// Returns the sources cited.
    pub fn cites(&self, cites: &[Citation]) -> Vec<Cite> {
        let cite = |citation: &Citation| {
            let cited = &self.program.cited[citation.source.index()];
            Cite {
                source: cited.name.clone(),
                by: cited.by.clone(),
                title: cited.title.clone(),
                published: cited.published.map(|day| day.to_string()),
                url: cited.url.clone(),
                place: citation.at.clone(),
                quote: citation.quote.clone(),
            }
        };
        cites.iter().map(cite).collect()
    }

    /// Returns `because`, filled in; what is not known is *not stated*.
    pub fn because(&self, origin: &Origin) -> Option<String> {
        if origin.because.is_empty() {
            return None;
        }
        let part = |part: &TemplatePart| match part {
            TemplatePart::Text(text) => text.clone(),
            TemplatePart::Value(node) => match self.value(*node, &[]) {
                Some(Evaluated::Value(value)) => in_sentence(self.program, value, &self.program.info(*node).ty),
                Some(Evaluated::Error(fault)) => fault.kind.text().into(),
                Some(Evaluated::Unknown) | None => "not stated".into(),
            },
        };
        Some(origin.because.iter().map(part).collect())
    }

    /// Returns what is stated about a fact, and its value in this run.
    pub fn reading(&self, id: FactId) -> Reading {
        let fact = self.program.fact(id);
        let text = |value: &Value| Some(shown(self.program, value, &fact.ty));
        let (state, value) = match self.facts.get(id) {
            Slot::Given(value) => (Stated::Given, text(value)),
            Slot::StatedUnknown => (Stated::StatedUnknown, None),
            Slot::NotStated => match self.evaluation.verdicts.assumed.get(&id) {
                Some(_) => (Stated::Assumed, self.fact_value(id).and_then(|value| text(&value))),
                None => match self.fact_value(id) {
                    // `evaluation_time` may follow from what was asked.
                    Some(value) => (Stated::Given, text(&value)),
                    None => (Stated::NotGiven, None),
                },
            },
        };
        let label = fact.label.clone().unwrap_or_else(|| fact.name.clone());
        let judge = fact.judged.as_ref().map(|(judge, _)| judge.clone());
        let judged_by = judge.filter(|_| matches!(state, Stated::NotGiven | Stated::StatedUnknown));
        Reading { pointer: pointer(&fact.key), label, state, value, judged_by }
    }

    /// Returns a fact's value in this run, assumptions among them.
    pub fn fact_value(&self, id: FactId) -> Option<Value> {
        if let Slot::Given(value) = self.facts.get(id) {
            return Some(value.clone());
        }
        if let Some(index) = self.program.nodes.get_index_of(&Op::Fact(id)) {
            return self.evaluation.verdicts.nodes.get(index)?.as_ref()?.value().cloned();
        }
        None
    }

    /// Returns a verdict, and the words for a value that is neither yes nor no.
    pub fn verdict(&self, value: Option<&Evaluated>, ty: &Type) -> (Verdict, Option<String>) {
        match value {
            Some(value) if value.is_yes() => (Verdict::Yes, None),
            Some(value) if value.is_no() => (Verdict::No, None),
            Some(Evaluated::Value(value)) => (Verdict::Value, Some(shown(self.program, value, ty))),
            Some(Evaluated::Unknown) => (Verdict::Unknown, None),
            // The guard beside it decides.
            Some(Evaluated::Error(Fault { kind: FaultKind::Absent, .. })) => (Verdict::NotNeeded, None),
            Some(Evaluated::Error(_)) => (Verdict::Error, None),
            None => (Verdict::NotNeeded, None),
        }
    }
}

impl From<Asked> for Target {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Decision(id) => Target::Decision(id),
            Asked::Define(node) => Target::Define(node),
        }
    }
}

/// Returns the JSON pointer of a key (RFC 6901).
pub fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}
