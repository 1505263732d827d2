//! The explanation as a Mermaid flow chart.

use super::style::neutral;
use super::tree::{Node, Trace, Verdict};
use super::words::{folded_lines, head, words};

/// Renders a trace, at the level it has.
pub fn render(trace: &Trace) -> String {
    let mut chart = String::from("flowchart TD\n");
    let label = trace.label.as_ref().unwrap_or(&trace.decision);
    chart += &format!("  n0([\"{}\"])\n", escape(&format!("{}: {label}", super::answer::verdict_word(trace))));
    for branch in &trace.branches {
        add(&mut chart, branch, 0, &head(branch));
    }
    for (class, look) in [
        ("yes", "stroke:#18794e,stroke-width:2px"),
        ("no", "stroke:#b3261e,stroke-width:2px"),
        ("unknown", "stroke:#8a5a00,stroke-width:2px,stroke-dasharray:4"),
        ("folded", "stroke-dasharray:2"),
    ] {
        chart += &format!("  classDef {class} {look}\n");
    }
    chart
}

fn add(chart: &mut String, node: &Node, parent: u32, head: &str) {
    let edge = if head.is_empty() { "-->".to_owned() } else { format!("-->|\"{}\"|", escape(head)) };
    let text: String = words(node, false).iter().map(|piece| piece.text.as_str()).collect();
    let reads: String = node.reads.iter().map(|reading| format!(" / {}", reading.text())).collect();
    *chart += &format!("  n{}[\"{}\"]\n  n{parent} {edge} n{}\n", node.id, escape(&format!("{text}{reads}")), node.id);
    let class = match node.verdict {
        Verdict::Yes | Verdict::Value => "yes",
        Verdict::No => "no",
        Verdict::Unknown | Verdict::Error => "unknown",
        Verdict::NotNeeded => "folded",
    };
    *chart += &format!("  class n{} {class}\n", node.id);
    if let Some(see) = node.see {
        *chart += &format!("  n{} -.-> n{see}\n", node.id);
    }
    for (index, line) in folded_lines(node).iter().enumerate() {
        let text: String = line.iter().map(|piece| piece.text.as_str()).collect();
        let id = format!("n{}f{index}", node.id);
        *chart += &format!("  {id}[\"{}\"]\n  n{} --> {id}\n  class {id} folded\n", escape(&text), node.id);
    }
    for child in &node.children {
        add(chart, child, node.id, "");
    }
}

/// Makes a text literal inside a quoted Mermaid label: all that is no letter, digit or harmless sign becomes a numbered entity.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in neutral(text).replace('\u{a0}', " ").chars() {
        match c {
            ' ' | '.' | ',' | '-' | '/' | ':' | '?' | '=' => safe.push(c),
            c if c.is_alphanumeric() => safe.push(c),
            '✓' | '✗' | '·' | '…' => safe.push(c),
            c => safe += &format!("#{};", c as u32),
        }
    }
    safe
}
