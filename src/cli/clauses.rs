//! `check --clauses`: a list of clauses from a file, compared with what is under the root, and the numbers.

use std::path::Path;

use enact::check::{Clauses, clauses};
use enact::diagnostic::render::quantity;
use enact::diagnostic::{Code, Diagnostic};
use enact::files::shown_root;
use enact::load::{MAX_DATA_BYTES, read_csv};
use enact::run::World;

use super::exit::Failure;
use super::files::read_input;

/// Reads a list and compares it; nothing where the root has errors. The list's text is added to the world's.
pub fn compare(path: &Path, world: &mut World) -> Result<Option<Clauses>, Failure> {
    let shown = shown_root(path);
    let bytes = read_input(path, MAX_DATA_BYTES)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::one(Code::NOT_UTF8, format!("`{shown}` is not UTF-8 text"), None))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let source = world.loaded.sources.add(shown, text);
    let (list, errors) = read_csv(source, text);
    if errors.iter().any(Diagnostic::is_error) {
        return Err(Failure::Errors(errors, Box::new(world.loaded.sources.clone())));
    }
    Ok(world.program().map(|program| clauses(&world.loaded, program, &list)))
}

/// Says the numbers: `127 clauses: 123 carried, 4 not: INT-09, …`.
pub fn text(clauses: &Clauses) -> String {
    let tail = |list: &[String]| if list.is_empty() { String::new() } else { format!(": {}", list.join(", ")) };
    let missing = clauses.missing.len();
    let carried = clauses.listed - missing;
    let mut text =
        format!("{}: {carried} carried, {missing} not{}\n", quantity(clauses.listed, "clause"), tail(&clauses.missing));
    if !clauses.unlisted.is_empty() {
        text += &format!("{} not in the list{}\n", quantity(clauses.unlisted.len(), "tag"), tail(&clauses.unlisted));
    }
    if !clauses.untagged.is_empty() {
        let rules = quantity(clauses.untagged.len(), "rule");
        text += &format!("{rules} without a clause{}\n", tail(&clauses.untagged));
    }
    text
}

/// Returns the same as data, for the record `enact.finding/1`.
pub fn json(clauses: &Clauses) -> serde_json::Value {
    serde_json::json!({
        "listed": clauses.listed,
        "carried": clauses.listed - clauses.missing.len(),
        "missing": clauses.missing,
        "unlisted": clauses.unlisted,
        "rules_without_clause": clauses.untagged,
    })
}
