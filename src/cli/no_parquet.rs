//! What stands in for Parquet in a program that was built without it: nothing can be opened or written, which is said.

use std::io;
use std::path::Path;

use enact::batch::{self, AskedColumn, Chunk};
use enact::diagnostic::Code;
use enact::facts::FactsError;

use super::exit::Failure;

/// What a column of an input is for.
pub enum Use {
    Fact,
    Copy,
    Keep,
    Nothing,
}

/// There is no file.
pub enum Table {}

/// There are no rows.
pub enum Reader {}

/// There are no rows.
pub enum Batch {}

/// There is no output.
pub enum Writer {}

/// Nothing is laid out.
pub enum Columns {}

/// Nothing is filled in.
pub enum Filled {}

impl Table {
    pub fn open(path: &Path) -> Result<Table, Failure> {
        Err(absent(path))
    }

    pub fn names(&self) -> Vec<String> {
        match *self {}
    }

    pub fn rows(&self) -> u64 {
        match *self {}
    }

    pub fn read(self, _: impl Fn(&str) -> Use) -> Result<Reader, Vec<FactsError>> {
        match self {}
    }
}

impl Reader {
    pub fn next_batch(&mut self) -> io::Result<Option<Batch>> {
        match *self {}
    }
}

impl Batch {
    pub fn chunk(&self) -> Chunk {
        match *self {}
    }

    pub fn each_row(&self, _: impl FnMut(u64, Result<&[String], FactsError>)) {
        match *self {}
    }
}

pub fn lay_out(path: &Path, _: Vec<AskedColumn>, _: &[String], _: bool, _: Option<&Table>) -> Result<Columns, Failure> {
    Err(absent(path))
}

impl Columns {
    pub fn fill(&self, _: batch::Table, _: Option<&Batch>) -> Result<Filled, Failure> {
        match *self {}
    }
}

impl Writer {
    pub fn create(path: &Path, _: &Columns) -> Result<Writer, Failure> {
        Err(absent(path))
    }

    pub fn write(&mut self, _: &Filled) -> Result<(), Failure> {
        match *self {}
    }

    pub fn finish(self) -> Result<(), Failure> {
        match self {}
    }
}

fn absent(path: &Path) -> Failure {
    let help = "build it with `cargo install --locked --path . --features parquet`, or save the rows as CSV or JSONL";
    let message = format!("`{}` is Parquet, and this program was built without it", path.display());
    Failure::one(Code::UNREADABLE, message, Some(help.to_owned()))
}
