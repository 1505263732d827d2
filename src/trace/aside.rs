//! What needed other runs: the questions that settle an open answer, the facts that alone decide a closed one, what would change
//! it, and the answer on the other side of the nearest boundaries. This is the one place of the explanation that evaluates.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::eval::{Evaluation, Missing, Request, Status, evaluate, next_questions};
use crate::facts::{Facts, Slot, fact_json, record_json};
use crate::program::{FactId, Program};
use crate::value::{EnumId, Type, Value};

use crate::source::Sources;

use super::explain::reasons;
use super::look::{Look, Run};
use super::phrase::shown;

/// How many answers a question may have for each to be tried.
const CHOICES: u32 = 12;

/// What other runs add to an explanation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asides {
    /// What can still change the answer, most useful first.
    pub questions: Vec<Ask>,
    /// The stated facts that alone decide.
    pub enough: Vec<Enough>,
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

/// A stated fact among those that alone decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Enough {
    /// The fact as facts files spell it.
    pub fact: String,
    /// Its label, else its name.
    pub label: String,
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
    /// Whether the answer on this side of the boundary is that of the day asked: else it changes in between, with the days.
    pub steady: bool,
}

impl Asides {
    /// Makes the runs that the explanation of one answer needs.
    pub fn gather(
        program: &Program,
        sources: &Sources,
        request: &Request,
        facts: &Facts,
        evaluation: &Evaluation,
        index: usize,
    ) -> Asides {
        Asides::of_run(&Run { program, sources, request, facts, evaluation, index })
    }

    /// As [`Asides::gather`].
    pub fn of_run(run: &Run) -> Asides {
        Asides {
            questions: run.questions(),
            enough: run.enough(),
            what_would: run.what_would(),
            across: super::across::across(run),
        }
    }
}

impl Run<'_> {
    /// Asks the same one thing about other facts.
    pub fn again(&self, facts: &Facts) -> Evaluation {
        let asked = vec![self.look().answer.asked];
        evaluate(self.program, &Request { asked, ..self.request.clone() }, facts)
    }

    /// Returns the stated facts that alone decide, in the order of the program.
    fn enough(&self) -> Vec<Enough> {
        let answer = self.look().answer;
        if answer.status != Status::Decided {
            return Vec::new();
        }
        let found = crate::eval::sufficient(self.program, self.request, self.facts, answer.asked).unwrap_or_default();
        let enough = |fact: FactId| {
            let fact = self.program.fact(fact);
            Enough { fact: fact.key.clone(), label: fact.label.clone().unwrap_or_else(|| fact.name.clone()) }
        };
        found.into_iter().map(enough).collect()
    }

    /// Returns the smallest changes of facts that change a decided answer.
    fn what_would(&self) -> Vec<WhatWould> {
        let answer = self.look().answer;
        if answer.status != Status::Decided {
            return Vec::new();
        }
        let found = crate::eval::what_would(self.program, self.request, self.facts, answer.asked);
        found.iter().map(|change| in_words(self.program, &change.set, &change.value, &answer.ty)).collect()
    }

    /// Returns the questions, most useful first; of a single one, what each answer leads to.
    fn questions(&self) -> Vec<Ask> {
        let answer = self.look().answer;
        let order = next_questions(self.program, self.request, self.facts, answer.asked, &answer.missing);
        let mut asks: Vec<Ask> = order.iter().map(|one| ask(self.program, one)).collect();
        if let ([only], [ask]) = (&order[..], &mut asks[..]) {
            ask.choices = self.choices(only).unwrap_or_default();
        }
        asks
    }

    /// Returns what each answer to a question leads to, by outcome, if it has few.
    pub(crate) fn choices(&self, missing: &Missing) -> Option<Vec<Choice>> {
        let program = self.program;
        let fact = program.fact(missing.fact);
        let values = few_values(program, &fact.ty).filter(|_| missing.path.is_empty())?;
        let mut choices: Vec<Choice> = Vec::new();
        for value in values {
            let mut facts = self.facts.clone();
            facts.set(missing.fact, Slot::Given(value.clone()));
            let evaluation = self.again(&facts);
            let look = Look {
                program,
                sources: self.sources,
                facts: &facts,
                evaluation: &evaluation,
                answer: &evaluation.answers[0],
            };
            // What cannot be is no answer.
            if look.answer.status == Status::Contradictory {
                continue;
            }
            let outcome = outcome_text(&look);
            let answer = shown(program, &value, &fact.ty);
            let mut tags: Vec<String> = Vec::new();
            for tag in reasons(&look).into_iter().flat_map(|reason| reason.tags) {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
            }
            match choices.iter_mut().find(|choice| choice.outcome == outcome && choice.tags == tags) {
                Some(choice) => choice.answers.push(answer),
                None => choices.push(Choice { answers: vec![answer], outcome, tags }),
            }
        }
        Some(choices)
    }
}

/// Returns the outcome of an answer, as people read it.
pub fn outcome_text(look: &Look) -> String {
    match &look.answer.value {
        Some(value) => shown(look.program, value, &look.answer.ty),
        None => look.answer.status.text().replace('_', " "),
    }
}

fn ask(program: &Program, missing: &Missing) -> Ask {
    let fact = program.fact(missing.fact);
    let label = fact.label.clone().unwrap_or_else(|| fact.name.clone());
    Ask {
        fact: missing.text(program),
        label,
        ask: fact.ask.clone().filter(|_| missing.path.is_empty()),
        judged_by: fact.judged.as_ref().map(|(judge, _)| judge.clone()),
        choices: Vec::new(),
    }
}

/// Returns all values of a type that has few.
fn few_values(program: &Program, ty: &Type) -> Option<Vec<Value>> {
    let mut values = match ty.required() {
        Type::YesNo => vec![Value::Bool(true), Value::Bool(false)],
        Type::Enum(id) => members(program, *id)?,
        _ => return None,
    };
    values.extend(ty.is_optional().then_some(Value::None));
    Some(values)
}

fn members(program: &Program, id: EnumId) -> Option<Vec<Value>> {
    let declared = program.enum_type(id);
    let count = u32::try_from(declared.members.len()).ok().filter(|&count| count <= CHOICES && !declared.open)?;
    Some((0..count).map(|index| Value::Member(id, index)).collect())
}

/// Returns a change of facts in words and as data, with the value that it gives.
fn in_words(program: &Program, changes: &[(FactId, Value)], value: &Value, ty: &Type) -> WhatWould {
    let mut set = Map::new();
    let mut words = Vec::new();
    for (id, value) in changes {
        let fact = program.fact(*id);
        set.insert(fact.key.clone(), fact_json(program, &fact.ty, value));
        words.push(format!("\"{}\" = {}", fact.label.as_ref().unwrap_or(&fact.name), shown(program, value, &fact.ty)));
    }
    WhatWould { set, value: record_json(program, ty, value), words, value_text: shown(program, value, ty) }
}

/// Returns whether two answers are the same for the applicant.
pub fn same(a: &Look, b: &Look) -> bool {
    a.answer.status == b.answer.status && a.answer.value == b.answer.value
}
