//! The interview: one question after the other, until an answer is decided or nothing more is known. Pure: whoever holds the
//! conversation prints questions and passes texts on.
//!
//! ```text
//! question  what is asked, as data
//! read      a text to a reply: a value, *not known*, or a wish such as `back`
//! reads     what is asked where the answer is not exact
//! why       what hangs on a question
//! ```
//!
//! **Invariant:** only what can still change the answer is asked ([`crate::eval::Answer::missing`] at that time), and nothing
//! twice. Where that set is not exact (D13) and holds nothing more, what the answer reads is asked. The interview ends as soon as
//! the answer is decided: no further one could change it.

mod question;
mod read;
mod reads;
#[cfg(test)]
mod tests;
mod why;

pub use question::{MAX_LISTED, MAX_LISTED_ON_HELP, Member, Question};
pub use read::{MAX_ENTRIES, Reply};
pub use why::{Hangs, Why};

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::eval::{Answer, Evaluation, Missing, Request, Status, evaluate, next_questions};
use crate::facts::{Facts, Slot, ValueError};
use crate::program::Program;
use crate::source::Sources;
use crate::trace::Run;
use crate::value::{Evaluated, RecordId, Type, Value};

/// An interview about the one thing that a request asks.
#[derive(Debug, Clone)]
pub struct Interview<'a> {
    program: &'a Program,
    sources: &'a Sources,
    request: Request,
    facts: Facts,
    /// What was answered with *not known*: it is asked no more.
    unknown: BTreeSet<Missing>,
    evaluation: Evaluation,
    question: Option<Question>,
    /// What was known before each answer, for `back`.
    before: Vec<(Facts, BTreeSet<Missing>)>,
    /// The answer that was refused last.
    refused: Option<(Missing, Value)>,
}

/// An answer that cannot be true together with the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clash {
    /// The label and tags of each invariant that it breaks.
    pub broken: Vec<(String, Vec<String>)>,
}

impl<'a> Interview<'a> {
    /// Begins with what is stated already. The request asks exactly one thing.
    pub fn new(program: &'a Program, sources: &'a Sources, request: Request, facts: Facts) -> Self {
        let evaluation = evaluate(program, &request, &facts);
        let mut interview = Interview {
            program,
            sources,
            request,
            facts,
            unknown: BTreeSet::new(),
            evaluation,
            question: None,
            before: Vec::new(),
            refused: None,
        };
        interview.choose();
        interview
    }

    /// Returns the most useful question; nothing when the interview is over.
    pub fn question(&self) -> Option<&Question> {
        self.question.as_ref()
    }

    /// Returns the answer as it stands; nothing if the request asks nothing.
    pub fn answer(&self) -> Option<&Answer> {
        self.evaluation.answers.first()
    }

    /// Returns what is stated so far.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Returns how many questions were answered.
    pub fn answered(&self) -> usize {
        self.before.len()
    }

    /// Returns what can still matter, in the order of the answer; what is not known is left out. Where the answer is not exact
    /// and names nothing more, these are the facts that it reads and that are not stated.
    pub fn open(&self) -> Vec<Missing> {
        let Some(answer) = self.answer().filter(|answer| answer.status == Status::Undetermined) else {
            return Vec::new();
        };
        let given_up = |missing: &Missing| {
            self.unknown.contains(missing)
                || missing.path.is_empty() && *self.facts.get(missing.fact) == Slot::StatedUnknown
        };
        let open: Vec<Missing> = answer.missing.iter().filter(|missing| !given_up(missing)).cloned().collect();
        if !open.is_empty() || answer.exact {
            return open;
        }
        let reads = reads::reads(self.program, &self.evaluation.verdicts, answer);
        reads.into_iter().filter(|missing| *self.facts.get(missing.fact) == Slot::NotStated).collect()
    }

    /// Reads what was said to the question; nothing changes.
    ///
    /// Good, of a date: `2024-12-24`, `-`, `back`. Bad: `tomorrow`. The error says what is wrong and what to write.
    pub fn read(&self, text: &str) -> Result<Reply, ValueError> {
        match &self.question {
            Some(question) => read::read(self.program, question, text),
            None => Err(ValueError::new("nothing is asked any more")),
        }
    }

    /// Takes an answer to the question; nothing is *not known*.
    ///
    /// An answer that breaks an invariant is refused once, as one of the answers must be wrong; said again, it is taken, and the
    /// interview ends with what cannot be.
    pub fn state(&mut self, value: Option<Value>) -> Result<(), Clash> {
        let Some(question) = self.question.take() else { return Ok(()) };
        let missing = question.missing.clone();
        let before = (self.facts.clone(), self.unknown.clone());
        let evaluated = match &value {
            Some(value) => Evaluated::Value(value.clone()),
            None => Evaluated::Unknown,
        };
        if value.is_none() {
            self.unknown.insert(missing.clone());
        }
        put(self.program, &mut self.facts, &missing, evaluated);
        let evaluation = evaluate(self.program, &self.request, &self.facts);
        let broken = evaluation.answers.first().filter(|answer| answer.status == Status::Contradictory);
        if let (Some(answer), Some(value)) = (broken, value) {
            let refused = Some((missing, value));
            if self.refused != refused {
                let broken = answer.violated.iter().map(|&id| self.program.origin(id));
                let clash =
                    Clash { broken: broken.map(|origin| (why::origin_label(origin), origin.tags.clone())).collect() };
                (self.facts, self.unknown) = before;
                self.refused = refused;
                self.question = Some(question);
                return Err(clash);
            }
        }
        self.refused = None;
        self.before.push(before);
        self.evaluation = evaluation;
        self.choose();
        Ok(())
    }

    /// Takes the last answer back. Returns whether there was one.
    pub fn back(&mut self) -> bool {
        let Some((facts, unknown)) = self.before.pop() else { return false };
        (self.facts, self.unknown, self.refused) = (facts, unknown, None);
        self.evaluation = evaluate(self.program, &self.request, &self.facts);
        self.choose();
        true
    }

    /// Takes *not known* for everything that can still matter.
    pub fn end(&mut self) {
        while self.question.take().is_some() {
            for missing in self.open() {
                put(self.program, &mut self.facts, &missing, Evaluated::Unknown);
                self.unknown.insert(missing);
            }
            self.evaluation = evaluate(self.program, &self.request, &self.facts);
            self.question = self.open().first().and_then(|missing| Question::new(self.program, missing));
        }
    }

    /// Returns why the question is asked.
    pub fn why(&self) -> Option<Why> {
        let question = self.question.as_ref()?;
        Some(why::why(&self.run(), &question.missing))
    }

    fn run(&self) -> Run<'_> {
        let Interview { program, sources, ref request, ref facts, ref evaluation, .. } = *self;
        Run { program, sources, request, facts, evaluation, index: 0 }
    }

    /// The most useful of what is open.
    fn first(&self, open: &[Missing]) -> Option<Missing> {
        let asked = self.answer()?.asked;
        next_questions(self.program, &self.request, &self.facts, asked, open).into_iter().next()
    }

    /// Chooses the next question. A record that cannot be absent is asked field by field.
    fn choose(&mut self) {
        self.question = None;
        loop {
            let open = self.open();
            let record = open.iter().find_map(|missing| match missing.ty(self.program) {
                Some(Type::Record(id)) => Some((missing.clone(), id)),
                _ => None,
            });
            let Some((missing, id)) = record else {
                let first = self.first(&open);
                self.question = first.and_then(|missing| Question::new(self.program, &missing));
                return;
            };
            let before = self.facts.clone();
            put(self.program, &mut self.facts, &missing, Evaluated::Value(blank(self.program, id)));
            if self.facts == before {
                // Nothing was there to fill: it is not asked.
                self.unknown.insert(missing);
            }
            self.evaluation = evaluate(self.program, &self.request, &self.facts);
        }
    }
}

/// Returns a record of which nothing is known.
fn blank(program: &Program, id: RecordId) -> Value {
    Value::Record(vec![Evaluated::Unknown; program.record(id).fields.len()].into())
}

/// States a fact, or a field below one.
fn put(program: &Program, facts: &mut Facts, missing: &Missing, stated: Evaluated) {
    let slot = match (missing.path.as_slice(), stated) {
        ([], Evaluated::Value(value)) => Slot::Given(value),
        ([], _) => Slot::StatedUnknown,
        (path, stated) => {
            let Slot::Given(value) = facts.get(missing.fact) else { return };
            match inside(program, &program.fact(missing.fact).ty, value, path, stated) {
                Some(value) => Slot::Given(value),
                None => return,
            }
        }
    };
    facts.set(missing.fact, slot);
}

/// Returns a value with what lies at a path replaced; nothing if the path does not fit.
fn inside(program: &Program, ty: &Type, value: &Value, path: &[u32], stated: Evaluated) -> Option<Value> {
    let (&step, rest) = path.split_first()?;
    let step = step as usize;
    match (value, ty.required()) {
        (Value::List(items), Type::List(id)) => {
            let mut items = items.to_vec();
            let item = inside(program, &Type::Record(*id), items.get(step)?, rest, stated)?;
            *items.get_mut(step)? = item;
            Some(Value::List(items.into()))
        }
        (Value::Record(fields), Type::Record(id)) => {
            let ty = &program.record(*id).fields.get(step)?.ty;
            let mut fields: Vec<Evaluated> = fields.to_vec();
            let field = fields.get_mut(step)?;
            *field = match (rest, &*field, ty.required()) {
                ([], ..) => stated,
                (rest, Evaluated::Value(value), _) => Evaluated::Value(inside(program, ty, value, rest, stated)?),
                (rest, _, Type::Record(id)) => {
                    Evaluated::Value(inside(program, ty, &blank(program, *id), rest, stated)?)
                }
                _ => return None,
            };
            Some(Value::Record(Arc::from(fields)))
        }
        _ => None,
    }
}
