//! Everything that is tested from outside: literate tests, pages of error codes, the program.

mod ask;
mod batch;
mod check;
mod cli;
mod codes;
#[cfg(feature = "sql")]
mod compile;
mod coverage;
mod diff;
mod doc;
mod editors;
mod literate;
#[cfg(feature = "lsp")]
mod lsp;
mod markdown;
#[cfg(feature = "parquet")]
mod parquet;
mod replay;
#[cfg(feature = "serve")]
mod serve;
mod world;

use std::path::Path;

/// The language, a file for each construct.
#[test]
fn spec() {
    literate::run_folder("tests/spec");
}

/// Messages: every code, and those known to be poor.
#[test]
fn messages() {
    literate::run_folder("tests/messages");
}

/// A policy over many rows.
#[test]
fn many_rows() {
    literate::run_file(Path::new("docs/batch.md"));
}

/// What the README shows.
#[test]
fn readme() {
    literate::run_file(Path::new("README.md"));
}

/// The tutorial, step by step.
#[test]
fn tutorial() {
    literate::run_file(Path::new("docs/tutorial.md"));
}
