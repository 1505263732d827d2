//! A diff as Markdown: a comment on a pull request. The summary first, a table of the details folded.

use crate::source::Sources;
use crate::trace::answer::loud;
use crate::trace::markdown::{escape, pieces};
use crate::trace::style::Piece;

use super::words::{
    cause, edit_name, example, line, meaning, places, population_lines, rows_text, summary, tags, then, unchanged,
    verdict, who, with_fate,
};
use super::{DecisionDiff, Diff, Fate, Group, Witness};

/// Renders a diff. Texts of authors and applicants are literal: no mark-up, link or HTML in them works.
pub fn render(diff: &Diff, sources: &Sources) -> String {
    let (old, new) = (escape(&diff.old.name), escape(&diff.new.name));
    let mut page = format!("### {}: {}\n\n", escape(&diff.new.policy), escape(&summary(diff)));
    page += &format!("{old} → {new}: {}\n", escape(&meaning(diff)));
    for note in &diff.notes {
        page += &format!("\n> **Note:** {}\n", escape(note));
    }
    for term in &diff.approximated {
        page += &format!("\n> **Approximated:** {}\n", escape(term));
    }
    for gap in &diff.gaps {
        page += &format!("\n> **Not complete:** {}\n", escape(gap));
    }
    table(&mut page, diff);
    for (decision, group) in diff.groups() {
        details(&mut page, diff, sources, decision, group);
    }
    let reasons: Vec<_> = diff.reason_groups().collect();
    if !reasons.is_empty() {
        page += "\n#### Only the reasons differ\n";
    }
    for (decision, group) in reasons {
        details(&mut page, diff, sources, decision, group);
    }
    edits(&mut page, diff, sources);
    fates(&mut page, diff);
    if let Some(population) = &diff.population {
        page += "\n#### Rows of the population\n\n";
        for line in population_lines(population) {
            page += &format!("- {}\n", pieces(&line));
        }
    }
    page
}

/// Renders a diff in one line: where several policies are compared and this one stays.
pub fn render_line(diff: &Diff) -> String {
    format!("- **{}**: {}\n", escape(&diff.new.policy), escape(&summary(diff)))
}

/// A cell of a table: one line.
fn cell(line: &[Piece]) -> String {
    pieces(line).replace('\n', " ")
}

fn table(page: &mut String, diff: &Diff) {
    if diff.groups().next().is_none() {
        return;
    }
    let counted = diff.population.is_some();
    let (head, rule) = if counted { (" Rows |", " --- |") } else { ("", "") };
    *page += &format!(
        "\n| | Decision | Before | After | Who |{head} Cause |\n| --- | --- | --- | --- | --- |{rule} --- |\n"
    );
    for (decision, group) in diff.groups() {
        let who: Vec<String> = who(group).iter().map(|line| cell(line)).collect();
        let rows = rows_text(diff, group).map(|rows| format!(" {rows} |")).unwrap_or_default();
        *page += &format!(
            "| {} | {} | {} | **{}** | {} |{rows} {} |\n",
            group.number,
            name(decision),
            escape(&group.from),
            escape(&loud(&group.to)),
            who.join("<br>or "),
            cell(&cause(diff, group, true)),
        );
    }
}

fn name(decision: &DecisionDiff) -> String {
    let of = if decision.reached { format!(" of {}", escape(&decision.policy)) } else { String::new() };
    let label = decision.label.as_ref().map(|label| format!(" ({})", escape(label))).unwrap_or_default();
    format!("{}{of}{label}", escape(&decision.name))
}

fn details(page: &mut String, diff: &Diff, sources: &Sources, decision: &DecisionDiff, group: &Group) {
    // Inside a line of HTML Markdown is not read: texts are escaped for both.
    *page += &format!(
        "\n<details><summary>{}. {}: {} → {}</summary>\n\n",
        group.number,
        crate::trace::html::escape(&decision.name),
        crate::trace::html::escape(&group.from),
        crate::trace::html::escape(&loud(&group.to)),
    );
    for (index, line) in who(group).iter().enumerate() {
        *page += &format!("- *{}* {}\n", if index == 0 { "who" } else { "or" }, pieces(line));
    }
    *page += &format!("- *cause* {}\n", pieces(&cause(diff, group, false)));
    witness(page, sources, &group.witness);
    if let Some(line) = unchanged(group) {
        *page += &format!("- *stays* {}\n", pieces(&line));
    }
    if let Some(line) = then(diff, group, true) {
        *page += &format!("- *then* {}\n", pieces(&line));
    }
    *page += "\nThe example as a facts file:\n\n";
    *page += &fenced("json", &serde_json::to_string_pretty(&group.witness.facts).unwrap_or_default());
    *page += "\n</details>\n";
}

fn witness(page: &mut String, sources: &Sources, witness: &Witness) {
    *page += &format!("- *example* {}\n", pieces(&example(witness)));
    for (name, one) in [("before", &witness.old), ("after", &witness.new)] {
        *page += &format!("- *{name}* {}", pieces(&verdict(one)));
        let places: Vec<String> = places(one, sources).map(|(_, place)| escape(&place)).collect();
        *page += &if places.is_empty() { "\n".to_owned() } else { format!(" · {}\n", places.join(", ")) };
        if !one.undo.is_empty() {
            *page += &format!("- *undo ({name})* with {}\n", escape(&one.undo.join(", ")));
        }
    }
}

/// A block of code whose fence is longer than any in it.
fn fenced(language: &str, text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let safe: String = text.split('\n').map(crate::trace::style::neutral).collect::<Vec<_>>().join("\n");
    format!("{fence}{language}\n{safe}\n{fence}\n")
}

fn edits(page: &mut String, diff: &Diff, sources: &Sources) {
    *page += "\n<details><summary>What changed in the text</summary>\n\n";
    if diff.edits.is_empty() {
        *page += "The same, but for comments and layout.\n";
    }
    for one in &diff.edits {
        let details = if one.details.is_empty() { String::new() } else { format!(": {}", one.details.join("; ")) };
        let wording = if one.meaning { "" } else { " (wording only)" };
        let place = super::words::edit_place(one).map(|at| format!(" · {}", escape(&line(sources, at))));
        // The sign of an edit would begin a list at the start of an item: the word stands there.
        let name = escape(&edit_name(one));
        let tags = pieces(&tags(&one.tags));
        let word = one.change.word();
        *page += &format!("- *{word}* {name}{tags}{}{wording}{}\n", escape(&details), place.unwrap_or_default());
    }
    *page += "\n</details>\n";
}

fn fates(page: &mut String, diff: &Diff) {
    let mut say = |before: &str, fate: Fate, after: &str| {
        let names = with_fate(diff, fate).join(", ");
        if !names.is_empty() {
            *page += &format!("\n{before}{}{after}\n", escape(&names));
        }
    };
    say("Only the new text decides ", Fate::Inserted, ".");
    say("Only the old text decides ", Fate::Repealed, ".");
    say("No difference was found on ", Fate::Unknown, ", but none is excluded.");
    if diff.tells_same() {
        say("No effect on ", Fate::Same, " (proved).");
    }
    let without: Vec<String> =
        diff.no_effect.iter().filter_map(|&index| diff.edits.get(index)).map(edit_name).collect();
    if !without.is_empty() && diff.tells_same() {
        *page += &format!("\nChanges nobody's outcome: {} (proved).\n", escape(&without.join(", ")));
    }
}
