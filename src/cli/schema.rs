//! `enact schema`: what a policy asks for.

use std::path::Path;

use clap::{Args, ValueEnum};
use enact::diagnostic::render::escape_json;
use enact::facts::schema::{csv_header, empty_facts, json_schema};

use super::exit::{Exit, Outcome};
use super::policy::{self, Named};
use super::terminal::Terminal;

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// `NAME`, a folder or file, or `git:REV:PATH`.
    policy: String,
    /// What to print.
    #[arg(long, value_enum, default_value_t = Format::JsonSchema)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A JSON Schema of the facts of one applicant.
    JsonSchema,
    /// The header of a CSV file, one applicant a row.
    Csv,
    /// A facts file to fill in: everything stated unknown.
    Facts,
}

/// Runs the command.
pub fn run(args: &SchemaArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let Named { ready, policy, .. } = policy::find(&args.policy, policies)?;
    let text = match args.format {
        Format::JsonSchema => escape_json(&format!("{:#}", json_schema(&ready.program, policy))),
        Format::Csv => csv_header(&ready.program, policy),
        Format::Facts => escape_json(&format!("{:#}", empty_facts(&ready.program, policy))),
    };
    terminal.data(&(text + "\n"))?;
    Ok(Exit::Done)
}
