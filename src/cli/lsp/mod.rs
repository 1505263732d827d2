//! `enact lsp`: what editors ask, over standard input and output.
//!
//! ```text
//! transport  bytes to messages, and back
//! server     the loop: what changes what, and when to check
//! documents  texts as they stand on the screen
//! roots      a policies root with open documents laid over its files
//! answers    a request to what `enact::editor` says, and back
//! convert    offsets and paths to positions and addresses
//! findings   what `check` found, as the protocol shows it
//! jobs       what takes long, in threads of its own: tests, evaluation, comparison, analyses
//! ```
//!
//! One loop changes all state, so that every answer is about the text that the editor has. Whatever fails while a request is
//! answered is an error of that request.

mod answers;
mod convert;
mod documents;
mod findings;
mod jobs;
mod roots;
mod server;
mod tokens;
mod transport;

use std::path::Path;

use clap::Args;

use super::exit::{Exit, Failure, Outcome};

/// Arguments of `lsp`.
#[derive(Debug, Args)]
#[command(after_help = "\
Editors start it; `docs/editors.md` says how for VS Code, Helix and Neovim. The policies folder of a file is the nearest folder
named `policies` above it, else the file's own folder; `--policies DIR` names another.")]
pub struct LspArgs {
    /// Talk over standard input and output: the only way, which some editors ask for.
    #[arg(long)]
    stdio: bool,
}

/// Runs the command until the editor ends it.
pub fn run(_args: &LspArgs, policies: Option<&Path>) -> Outcome {
    let policies = match policies {
        Some(path) => Some(std::fs::canonicalize(path).map_err(|error| Failure::file("read", path, &error))?),
        None => None,
    };
    // To go without `shutdown` is an error by the protocol.
    Ok(if server::serve(policies) { Exit::Done } else { Exit::Findings })
}
