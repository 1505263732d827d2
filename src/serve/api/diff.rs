//! `POST /v1/diff`.

use std::collections::BTreeMap;
use std::sync::Arc;

use enact::diff::text::Look;
use enact::diff::{Comparison, Diff, Options, compare, html, markdown};
use enact::run::World;

use super::{Ask, ON, POLICIES, TEXT_WIDTH};
use crate::cli::diff::texts::resolve_names;
use crate::cli::diff::{human, json};
use crate::serve::answer::{Answer, HTML, MARKDOWN, TEXT};
use crate::serve::members::{Kind, Member, optional, required};
use crate::serve::problem::Problem;

/// What it takes.
pub const MEMBERS: &[Member] = &[
    required("old", Kind::Text, "the text before: `flagpoling`, or a version of it, `flagpoling@2024-05-30`"),
    required("new", Kind::Text, "the text after, the same policy"),
    ON,
    optional("reasons", Kind::Flag, "whether groups are listed in which only the reasons differ"),
    optional(
        "format",
        Kind::Choice(&["json", "text", "md", "html"]),
        "`json`, the record `enact.diff/1`, when left out",
    ),
    Member {
        about: "texts put on top of what is served, on the side of `new` alone: who is affected by an edit",
        ..POLICIES
    },
];

/// Answers.
pub fn run(ask: &Ask) -> Result<Answer, Problem> {
    let before = ask.app.current.get().ready.clone();
    let after = match ask.members.files("policies") {
        None => before.clone(),
        Some(_) => {
            // Once more beside the old texts: places in both are shown from one list of texts.
            let folder = ask.served()?.ready.folder.clone();
            let world = World::beside(folder, Vec::new(), Some(&before.loaded.sources), &BTreeMap::new());
            Arc::new(world.ready().map_err(Problem::from)?)
        }
    };
    let name = |member| ask.members.text(member).unwrap_or("");
    let pair = resolve_names((name("old"), before), (name("new"), after)).map_err(Problem::from)?;
    let options = Options { on: ask.members.day("on"), reasons: ask.members.flag("reasons") };
    let comparisons: Vec<Comparison> = pair
        .compared
        .iter()
        .map(|compared| compare(&pair.old.text(&compared.old), &pair.new.text(&compared.new), &options))
        .collect();
    let sources = pair.sources();
    let diffs: Vec<&Diff> = comparisons.iter().map(|comparison| &comparison.diff).collect();
    Ok(match ask.members.choice("format") {
        Some("text") => {
            let look = Look { width: TEXT_WIDTH, all_regions: false, full: false, only: None };
            Answer::new(TEXT, human(&look, &pair, &comparisons).to_string())
        }
        Some("md") => {
            let pages: Vec<String> = diffs.iter().map(|diff| markdown::render(diff, sources)).collect();
            Answer::new(MARKDOWN, pages.join("\n"))
        }
        Some("html") => Answer::new(HTML, html::render(&diffs, sources)),
        _ => Answer::record(json(&comparisons, sources)?),
    })
}
