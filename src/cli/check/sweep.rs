//! The sweep of thresholds for people and for programs.

use enact::check::{Around, Threshold};
use enact::diagnostic::render::escape;
use enact::source::Sources;
use serde_json::{Value, json};

/// One block for each threshold: the place and condition, then a line for each decision for which it matters.
pub fn text(thresholds: &[Threshold], sources: &Sources) -> String {
    let mut out = String::new();
    for threshold in thresholds {
        let place = escape(&sources.place(threshold.at)).into_owned();
        out += &format!("{place}: {} ({} {})\n", escape(&threshold.condition), threshold.policy, threshold.version);
        for around in &threshold.decisions {
            out += &format!("    {}\n", escape(&line(threshold, around)));
        }
        if threshold.decisions.is_empty() {
            out += "    changes no outcome by itself\n";
        }
    }
    out
}

fn line(threshold: &Threshold, around: &Around) -> String {
    let cells: Vec<String> = threshold
        .values
        .iter()
        .zip(&around.outcomes)
        .map(|(value, outcome)| format!("{value}: {}", if outcome.is_empty() { "?" } else { outcome }))
        .collect();
    let who = match around.who.words.as_slice() {
        [] => String::new(),
        words => format!("   for: {}", words.join(", ")),
    };
    format!("{}   {} {}{who}", around.decision, threshold.fact, cells.join(" | "))
}

/// The thresholds as the record holds them.
pub fn json(thresholds: &[Threshold], sources: &Sources) -> Value {
    let threshold = |it: &Threshold| {
        let file = sources.get(it.at.source);
        let start = file.location(it.at.start);
        let decisions: Vec<Value> = it
            .decisions
            .iter()
            .map(
                |around| json!({ "decision": around.decision, "outcomes": around.outcomes, "facts": around.who.facts }),
            )
            .collect();
        json!({
            "policy": it.policy,
            "version": it.version,
            "file": file.name(),
            "line": start.line,
            "column": start.column,
            "condition": it.condition,
            "fact": it.fact,
            "values": it.values,
            "decisions": decisions,
        })
    };
    thresholds.iter().map(threshold).collect()
}
