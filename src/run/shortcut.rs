//! The short way to an answer: facts straight to typed slots, a compiled decision, one line.
//!
//! What it gives is a line of `enact batch` in its form JSONL, whichever way the answer came about.

use crate::batch::{Asked, RowAnswer};
use crate::compile::{Compiled, Reader, Row, Trace};
use crate::diagnostic::render::escape_json;
use crate::eval::{Request, evaluate};
use crate::facts::{Facts, set_on};
use crate::program::Program;
use crate::syntax::ast::On;

/// A way to ask, compiled.
#[derive(Debug)]
pub struct Shortcut {
    /// What is asked.
    pub request: Request,
    compiled: Compiled,
    reader: Reader,
}

impl Shortcut {
    /// Compiles a request.
    pub fn new(program: &Program, request: Request) -> Shortcut {
        let compiled = Compiled::new(program, &request);
        let reader = Reader::new(program, compiled.layout());
        Shortcut { request, compiled, reader }
    }

    /// Answers, if the facts are spelt plainly and settle everything asked. What it leaves is for [`Shortcut::answer`].
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
        self.settled(&row)
    }

    /// Answers about facts that were read, however they are spelt; what they do not settle the interpreter does.
    pub fn answer(&self, program: &Program, facts: &Facts) -> Vec<RowAnswer> {
        let mut row = self.compiled.layout().row();
        row.read(self.compiled.layout(), facts);
        self.settled(&row).unwrap_or_else(|| {
            evaluate(program, &self.request, facts).answers.into_iter().map(RowAnswer::from).collect()
        })
    }

    fn settled(&self, row: &Row) -> Option<Vec<RowAnswer>> {
        let mut trace = Trace::default();
        self.compiled.decide(row, &mut trace);
        (0..self.request.asked.len()).map(|place| self.compiled.settled(&trace, place).map(RowAnswer::from)).collect()
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
