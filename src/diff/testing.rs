//! Worlds for tests of comparison: the shipped policies, as they are and changed.

use std::path::Path;

use crate::load::{Folder, Loaded, load};
use crate::lower::lower;
use crate::program::Program;
use crate::testing::shipped;

/// The shipped policies with texts changed: path, what stands there, what stands there instead.
pub(super) fn changed(changes: &[(&str, &str, &str)]) -> Folder {
    let mut folder = shipped();
    for (path, old, new) in changes {
        let file = folder.files.get_mut(*path).expect("a shipped file");
        let text = String::from_utf8(std::mem::take(file)).expect("text");
        assert!(text.contains(old), "{path} holds no `{old}`");
        *file = text.replacen(old, new, 1).into_bytes();
    }
    folder
}

/// Loads and lowers a folder without errors.
pub(super) fn lowered(folder: &Folder) -> Program {
    lower_loaded(&load(folder)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Lowers what is loaded, or returns the errors.
pub(super) fn lower_loaded(loaded: &Loaded) -> Result<Program, String> {
    let lowered = lower(loaded);
    let errors = loaded.diagnostics.iter().chain(&lowered.diagnostics).filter(|found| found.is_error());
    let place = |span| loaded.sources.place(span);
    let errors: Vec<String> =
        errors.map(|it| format!("{} {}", it.span().map_or(String::new(), place), it.message)).collect();
    if errors.is_empty() { Ok(lowered.program) } else { Err(errors.join("\n")) }
}

/// A case of `tests/cases`: decision, facts.
pub(super) fn cases() -> Vec<(String, String)> {
    let mut cases = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.extension().is_some_and(|ending| ending == "jsonl") {
            for line in std::fs::read_to_string(entry).expect("a file").lines() {
                let mut case: serde_json::Value = serde_json::from_str(line).expect("a case");
                let question = case["question"].as_str().expect("a decision").to_owned();
                case["facts"]["evaluation_date"] = case["evaluation_date"].clone();
                cases.push((question, case["facts"].to_string()));
            }
        }
    }
    assert!(cases.len() > 200);
    cases
}
