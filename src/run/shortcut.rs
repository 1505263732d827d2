//! The short way to an answer: facts straight to typed slots, a compiled decision, one line.
//!
//! What it gives is a line of `enact batch` in its form JSONL, whichever way the answer came about.

use std::hash::Hash;
use std::sync::{Mutex, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::batch::{Asked, RowAnswer};
use crate::compile::{Compiled, Reader, Residue, Row, Trace};
use crate::diagnostic::render::escape_json;
use crate::eval::{Request, evaluate};
use crate::facts::{Facts, stated_on};
use crate::program::Program;
use crate::syntax::ast::On;

/// How many answers of the interpreter one way to ask remembers, and how many lines: some megabytes.
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
    /// Where applicants lie while they are decided about; nobody waits for one, there are as many as threads.
    desks: Mutex<Vec<Desk>>,
    /// Answers that were put into words before.
    lines: RwLock<FxHashMap<Vec<RowAnswer>, String>>,
}

/// Room for one applicant, used again: deciding then allocates little.
#[derive(Debug)]
struct Desk {
    row: Row,
    trace: Trace,
}

impl Shortcut {
    /// Compiles a request.
    pub fn new(program: &Program, request: Request) -> Shortcut {
        let compiled = Compiled::new(program, &request);
        let reader = Reader::new(program, compiled.layout());
        Shortcut {
            request,
            compiled,
            reader,
            remembered: RwLock::default(),
            desks: Mutex::default(),
            lines: RwLock::default(),
        }
    }

    /// Answers in some microseconds, if the facts are spelt plainly, and settle everything asked or leave no more open than was
    /// answered before. What it leaves is for [`Shortcut::answer`].
    pub fn settle(&self, facts: &str, on: Option<On>) -> Option<Vec<RowAnswer>> {
        self.at_desk(|desk| {
            if !self.reader.json(facts, &mut desk.row) {
                return None;
            }
            if let Some(on) = on {
                let layout = self.compiled.layout();
                for (fact, slot) in stated_on(on) {
                    if let Some(place) = layout.slot(fact) {
                        desk.row.state(place, layout.slots[place].kind, &slot);
                    }
                }
            }
            self.known(desk).ok()
        })
    }

    /// Answers about facts that were read, however they are spelt; what they do not settle the interpreter does.
    pub fn answer(&self, program: &Program, facts: &Facts) -> Vec<RowAnswer> {
        let known = self.at_desk(|desk| {
            desk.row.read(self.compiled.layout(), facts);
            self.known(desk)
        });
        let left = match known {
            Ok(answers) => return answers,
            Err(left) => left,
        };
        let answers: Vec<RowAnswer> =
            evaluate(program, &self.request, facts).answers.into_iter().map(RowAnswer::from).collect();
        if let Some(left) = left {
            remember(&self.remembered, left, answers.clone());
        }
        answers
    }

    fn at_desk<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> T {
        let desks = || self.desks.lock().unwrap_or_else(PoisonError::into_inner);
        let free = desks().pop();
        let mut desk = free.unwrap_or_else(|| Desk { row: self.compiled.layout().row(), trace: Trace::default() });
        let done = work(&mut desk);
        desks().push(desk);
        done
    }

    /// Returns answers that need no interpreter, else what is left to be asked, if that can be told.
    fn known(&self, Desk { row, trace }: &mut Desk) -> Result<Vec<RowAnswer>, Option<Residue>> {
        self.compiled.decide(row, trace);
        let settled = |place| self.compiled.settled(trace, place).map(RowAnswer::from);
        if let Some(answers) = (0..self.request.asked.len()).map(settled).collect() {
            return Ok(answers);
        }
        let left = self.compiled.residue(trace);
        let remembered = self.remembered.read().unwrap_or_else(PoisonError::into_inner);
        let answers = left.as_ref().and_then(|left| remembered.get(left)).cloned();
        answers.ok_or(left)
    }

    /// Writes answers as a line, with the number 1 that the only row has.
    pub fn line(&self, program: &Program, answers: &[RowAnswer]) -> String {
        let known = self.lines.read().unwrap_or_else(PoisonError::into_inner).get(answers).cloned();
        known.unwrap_or_else(|| {
            let mut line = String::from("{\"id\":1");
            for (&family, answer) in self.request.asked.iter().zip(answers) {
                let asked = Asked::new(program, family);
                line += &format!(",{}:{}", serde_json::Value::from(asked.name()), asked.json(answer));
            }
            let line = escape_json(&line) + "}\n";
            remember(&self.lines, answers.to_vec(), line.clone());
            line
        })
    }
}

/// Keeps what is dear to find, until there is too much of it.
fn remember<K: Eq + Hash, V>(known: &RwLock<FxHashMap<K, V>>, key: K, value: V) {
    let mut known = known.write().unwrap_or_else(PoisonError::into_inner);
    if known.len() >= MAX_REMEMBERED {
        known.clear();
    }
    known.insert(key, value);
}
