//! The short way to an answer: facts straight to typed slots, a compiled decision, one line.
//!
//! What it gives is a line of `enact batch` in its form JSONL, whichever way the answer came about.

use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::batch::{Asked, RowAnswer};
use crate::compile::{Compiled, Reader, Residue, Row, Trace};
use crate::diagnostic::render::escape_json;
use crate::eval::{Request, evaluate};
use crate::facts::{Facts, set_on};
use crate::program::Program;
use crate::syntax::ast::On;

/// How many answers of the interpreter one way to ask remembers: some megabytes.
pub const MAX_REMEMBERED: usize = 4_096;

/// A way to ask, compiled. Threads may share it.
#[derive(Debug)]
pub struct Shortcut {
    /// What is asked.
    pub request: Request,
    compiled: Compiled,
    reader: Reader,
    /// Answers of the interpreter, by what was left to be asked when all that was known was put in.
    remembered: RwLock<FxHashMap<Residue, Vec<RowAnswer>>>,
}

impl Shortcut {
    /// Compiles a request.
    pub fn new(program: &Program, request: Request) -> Shortcut {
        let compiled = Compiled::new(program, &request);
        let reader = Reader::new(program, compiled.layout());
        Shortcut { request, compiled, reader, remembered: RwLock::default() }
    }

    /// Answers in some microseconds, if the facts are spelt plainly, and settle everything asked or leave no more open than was
    /// answered before. What it leaves is for [`Shortcut::answer`].
    pub fn settle(&self, program: &Program, facts: &str, on: Option<On>) -> Option<Vec<RowAnswer>> {
        let mut row = self.compiled.layout().row();
        if !self.reader.json(facts, &mut row) {
            return None;
        }
        if let Some(on) = on {
            let mut stated = Facts::new(program);
            set_on(&mut stated, on);
            for (fact, slot) in stated.iter() {
                if let Some(place) = self.compiled.layout().slot(fact) {
                    row.state(place, self.compiled.layout().slots[place].kind, slot);
                }
            }
        }
        self.known(&row).ok()
    }

    /// Answers about facts that were read, however they are spelt; what they do not settle the interpreter does.
    pub fn answer(&self, program: &Program, facts: &Facts) -> Vec<RowAnswer> {
        let mut row = self.compiled.layout().row();
        row.read(self.compiled.layout(), facts);
        let left = match self.known(&row) {
            Ok(answers) => return answers,
            Err(left) => left,
        };
        let answers: Vec<RowAnswer> =
            evaluate(program, &self.request, facts).answers.into_iter().map(RowAnswer::from).collect();
        if let Some(left) = left {
            let mut remembered = self.remembered.write().unwrap_or_else(PoisonError::into_inner);
            if remembered.len() >= MAX_REMEMBERED {
                remembered.clear();
            }
            remembered.insert(left, answers.clone());
        }
        answers
    }

    /// Returns answers that need no interpreter, else what is left to be asked, if that can be told.
    fn known(&self, row: &Row) -> Result<Vec<RowAnswer>, Option<Residue>> {
        let mut trace = Trace::default();
        self.compiled.decide(row, &mut trace);
        let settled = |place| self.compiled.settled(&trace, place).map(RowAnswer::from);
        if let Some(answers) = (0..self.request.asked.len()).map(settled).collect() {
            return Ok(answers);
        }
        let left = self.compiled.residue(&trace);
        let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        let answers = left.as_ref().and_then(|left| remembered.get(left)).cloned();
        answers.ok_or(left)
    }

    /// Writes answers as a line, with the number 1 that the only row has.
    pub fn line(&self, program: &Program, answers: &[RowAnswer]) -> String {
        let mut line = String::from("{\"id\":1");
        for (&family, answer) in self.request.asked.iter().zip(answers) {
            let asked = Asked::new(program, family);
            line += &format!(",{}:{}", serde_json::Value::from(asked.name()), asked.json(answer));
        }
        escape_json(&line) + "}\n"
    }
}
