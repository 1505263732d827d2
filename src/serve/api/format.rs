//! `POST /v1/format`.

use enact::diagnostic::{Code, Diagnostic, Severity};
use enact::source::Sources;
use enact::syntax::format::{FormatError, format_checked};
use enact::syntax::{MAX_FILE_BYTES, parse};
use serde_json::json;

use super::Ask;
use crate::cli::exit::Failure;
use crate::serve::answer::Answer;
use crate::serve::members::{Kind, Member, optional, required};
use crate::serve::problem::Problem;

/// What it takes.
pub const MEMBERS: &[Member] = &[
    required("text", Kind::Text, "one file of a policy"),
    optional("path", Kind::Text, "how places in it are shown; `text` when left out"),
];

/// Answers with the text laid out, and whether it differs.
pub fn run(ask: &Ask) -> Result<Answer, Problem> {
    let old = ask.members.text("text").unwrap_or("");
    if old.len() > MAX_FILE_BYTES {
        let message = format!("the text has more than {MAX_FILE_BYTES} bytes, which is the limit");
        return Err(Failure::one(Code::TOO_LARGE, message, None).into());
    }
    let mut sources = Sources::new();
    let id = sources.add(ask.members.text("path").unwrap_or("text"), old);
    let parsed = parse(&sources, id);
    match format_checked(&sources, &parsed.file) {
        Ok(new) => Ok(Answer::json(&json!({ "text": new, "changed": new != old }))),
        Err(FormatError::HasErrors(errors)) => Err(Failure::Errors(errors, Box::new(sources)).into()),
        Err(error) => {
            let finding = Diagnostic::new(Severity::Error, Code::SYNTAX, error.to_string());
            Err(Failure::Errors(vec![finding], Box::new(sources)).into())
        }
    }
}
