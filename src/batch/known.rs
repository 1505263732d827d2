//! Answers told apart: most rows of a table have one of a few, which are put into words once.

use rustc_hash::FxHashMap;

use crate::compile::Mark;

use super::answer::{Asked, RowAnswer};
use super::table::Said;

/// How many different answers one worker tells apart at a time: numbers, dates and sets can be as many as there are rows.
const MAX_KNOWN: usize = 16 * 1024;

/// An answer and what is known of it.
#[derive(Debug)]
pub(super) struct Entry {
    /// The place of what was asked.
    pub(super) asked: usize,
    pub(super) answer: RowAnswer,
    /// As rows are counted by it.
    pub(super) outcome: String,
    /// How many rows have it.
    pub(super) rows: u64,
    /// As the output has it, once it was written.
    pub(super) written: Vec<u8>,
}

/// The answers met so far, by number.
#[derive(Debug)]
pub(super) struct Known<'p> {
    asked: Vec<Asked<'p>>,
    entries: Vec<Entry>,
    numbers: Vec<FxHashMap<RowAnswer, u32>>,
    /// By the marks of compiled answers.
    marked: Vec<FxHashMap<Mark, u32>>,
}

impl<'p> Known<'p> {
    pub(super) fn new(asked: Vec<Asked<'p>>) -> Known<'p> {
        let numbers = vec![FxHashMap::default(); asked.len()];
        Known { entries: Vec::new(), numbers, marked: vec![FxHashMap::default(); asked.len()], asked }
    }

    /// Whether it should be cleared before the next chunk.
    pub(super) fn is_full(&self) -> bool {
        self.entries.len() > MAX_KNOWN
    }

    pub(super) fn clear(&mut self) {
        self.entries.clear();
        self.numbers.iter_mut().for_each(FxHashMap::clear);
        self.marked.iter_mut().for_each(FxHashMap::clear);
    }

    /// Returns the number of an answer to one of the things asked.
    pub(super) fn number(&mut self, asked: usize, answer: RowAnswer) -> u32 {
        if let Some(&number) = self.numbers[asked].get(&answer) {
            return number;
        }
        let number = self.entries.len() as u32;
        let outcome = self.asked[asked].outcome(&answer);
        self.entries.push(Entry { asked, answer: answer.clone(), outcome, rows: 0, written: Vec::new() });
        self.numbers[asked].insert(answer, number);
        number
    }

    /// Returns the number of an answer with this mark, which is made only the first time.
    pub(super) fn marked(
        &mut self,
        asked: usize,
        mark: Mark,
        answer: impl FnOnce() -> Option<RowAnswer>,
    ) -> Option<u32> {
        if let Some(&number) = self.marked[asked].get(&mark) {
            return Some(number);
        }
        let number = self.number(asked, answer()?);
        self.marked[asked].insert(mark, number);
        Some(number)
    }

    pub(super) fn get(&mut self, number: u32) -> &mut Entry {
        &mut self.entries[number as usize]
    }

    /// An answer in words.
    pub(super) fn said(&self, number: u32) -> Said {
        let entry = &self.entries[number as usize];
        Said::new(&entry.answer, &self.asked[entry.asked])
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}
