//! The explanation as a graph for Graphviz.

use super::style::neutral;
use super::tree::{Node, Trace, Verdict};
use super::words::{folded_lines, head, words};

/// Renders a trace, at the level it has.
pub fn render(trace: &Trace) -> String {
    let mut graph = String::from(
        "digraph explanation {\n  rankdir=LR;\n  node [shape=box, style=rounded, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n",
    );
    let label = trace.label.as_ref().unwrap_or(&trace.decision);
    let word = super::answer::verdict_word(trace);
    graph += &format!("  n0 [label=\"{}\", penwidth=2];\n", escape(&format!("{word}: {label}")));
    for branch in &trace.branches {
        add(&mut graph, branch, 0, &head(branch));
    }
    graph += "}\n";
    graph
}

fn add(graph: &mut String, node: &Node, parent: u32, head: &str) {
    let text: String = words(node, false).iter().map(|piece| piece.text.as_str()).collect();
    let reads: String = node.reads.iter().map(|reading| format!(" · {}", reading.text())).collect();
    let color = match node.verdict {
        Verdict::Yes | Verdict::Value => "#18794e",
        Verdict::No => "#b3261e",
        Verdict::Unknown | Verdict::Error => "#8a5a00",
        Verdict::NotNeeded => "#5d6672",
    };
    *graph += &format!("  n{} [label=\"{}\", color=\"{color}\"];\n", node.id, escape(&format!("{text}{reads}")));
    *graph += &format!("  n{parent} -> n{} [label=\"{}\"];\n", node.id, escape(head));
    if let Some(see) = node.see {
        *graph += &format!("  n{} -> n{see} [style=dotted];\n", node.id);
    }
    for (index, line) in folded_lines(node).iter().enumerate() {
        let text: String = line.iter().map(|piece| piece.text.as_str()).collect();
        let id = format!("n{}f{index}", node.id);
        *graph += &format!("  {id} [label=\"{}\", style=dashed];\n  n{} -> {id};\n", escape(&text), node.id);
    }
    for child in &node.children {
        add(graph, child, node.id, "");
    }
}

/// Makes a text literal inside a quoted DOT string.
pub fn escape(text: &str) -> String {
    neutral(text).replace('\u{a0}', " ").replace('\\', "\\\\").replace('"', "\\\"")
}
