//! Answers as columns, for outputs that have types.

use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use super::answer::{Asked, RowAnswer};
use super::known::Known;
use crate::value::{Type, Value};

/// One thing that is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedColumn {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub ty: Type,
    /// That under the text before, if one is compared.
    pub before: Option<Type>,
}

/// The answers for a chunk, by column. Every list of rows is in the order of the rows.
#[derive(Debug, Default)]
pub struct Table {
    /// The rows that are decided, by their place in the chunk.
    pub places: Vec<u32>,
    /// Their numbers.
    pub numbers: Vec<u64>,
    /// The id, then each column that is kept, as text; nothing where the row does not have it.
    pub copied: Vec<Vec<Option<String>>>,
    /// The answers to each thing asked.
    pub asked: Vec<Answers>,
    /// The answers under the text before; empty where none is compared.
    pub before: Vec<Answers>,
}

/// The answers of all rows to one thing asked.
#[derive(Debug, Default)]
pub struct Answers {
    /// Those that occur.
    pub distinct: Vec<Said>,
    /// Which of them each row has.
    pub rows: Vec<u32>,
    /// By the number of a known answer, its place.
    places: FxHashMap<u32, u32>,
}

/// An answer in words, as records have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The value, when decided.
    pub value: Option<Value>,
    /// The value as records spell it; null if it is not decided.
    pub spelt: Json,
    /// The status.
    pub status: &'static str,
    /// What decided.
    pub rules: Vec<String>,
    /// What may have decided, one or the other, when nothing surely has.
    pub either: Vec<String>,
    /// What is missing.
    pub missing: Vec<String>,
    /// The version in force.
    pub version: Option<String>,
}

impl Table {
    pub(super) fn new(copied: usize, asked: usize, compared: bool) -> Table {
        let answers = |wanted: bool| (0..asked).filter(|_| wanted).map(|_| Answers::default()).collect();
        Table { copied: vec![Vec::new(); copied], asked: answers(true), before: answers(compared), ..Table::default() }
    }

    /// Adds a row, whose answers follow.
    pub(super) fn begin(&mut self, place: usize, number: u64, copied: impl Iterator<Item = Option<String>>) {
        self.places.push(place as u32);
        self.numbers.push(number);
        self.copied.iter_mut().zip(copied).for_each(|(column, text)| column.push(text));
    }
}

impl Answers {
    /// Adds the answer of a row, which is known by a number.
    pub(super) fn push(&mut self, number: u32, known: &Known) {
        let place = *self.places.entry(number).or_insert_with(|| {
            self.distinct.push(known.said(number));
            (self.distinct.len() - 1) as u32
        });
        self.rows.push(place);
    }
}

impl Said {
    pub(super) fn new(answer: &RowAnswer, asked: &Asked) -> Said {
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        Said {
            value: answer.value.clone(),
            spelt: asked.value(answer),
            status: answer.status.text(),
            rules: owned(asked.reasons(answer)),
            either: owned(asked.either(answer)),
            missing: asked.missing(answer),
            version: answer.version.map(|_| asked.version(answer).to_owned()),
        }
    }
}
