//! The explanation as Markdown: for a letter, an issue, a wiki.

use super::answer::{circumstances, replay, tail, verdict_word};
use super::style::{Piece, Style, Styled, neutral};
use super::tree::{Node, Trace};
use super::words::{aside, folded_lines, head, inline, root, says_all, says_why, words};

/// Renders a trace, at the level it has. Texts of authors and applicants are literal: no mark-up, link or HTML in them works.
pub fn render(trace: &Trace) -> String {
    let label = trace.label.as_ref().unwrap_or(&trace.decision);
    let mut text = format!("# {}: {}\n", escape(&verdict_word(trace)), escape(label));
    if let Some(circumstances) = circumstances(trace) {
        text += &format!("\n{}\n", escape(&circumstances));
    }
    if let Some(reason) = &trace.in_force {
        text += &format!("\nNot in force: {}\n", escape(reason));
    }
    if !trace.branches.is_empty() {
        text += "\n## Why\n\n";
    }
    let root = root(trace);
    for branch in &trace.branches {
        add(&mut text, branch, &root, 0);
    }
    let tail = tail(trace, false, usize::MAX);
    if !tail.lines.is_empty() {
        text += "\n## Around it\n\n";
        text += &lines(&tail);
    }
    if let Some(replay) = replay(trace) {
        text += &format!("\n{}", lines(&replay));
    }
    text
}

fn lines(styled: &Styled) -> String {
    styled.lines.iter().map(|line| format!("- {}\n", pieces(line).trim())).collect()
}

fn add(text: &mut String, node: &Node, root: &str, depth: usize) {
    let indent = "  ".repeat(depth);
    let head = head(node);
    let headed = depth == 0 && !head.is_empty();
    let said = if headed { format!("*{}* ", escape(&head)) } else { String::new() };
    let inlined = inline(node);
    let mut beside = pieces(&aside(node, inlined, root));
    if !beside.is_empty() {
        beside = format!(" · {beside}");
    }
    *text += &format!("{indent}- {said}{}{beside}\n", pieces(&words(node, headed)));
    if says_why(node) {
        for because in node.because.iter().filter(|because| **because != node.label) {
            *text += &format!("{indent}  > {}\n", escape(because));
        }
        for cite in &node.cites {
            let quote = cite.quote.as_ref().map(|quote| format!(": “{quote}”")).unwrap_or_default();
            *text += &format!("{indent}  > Source: {}\n", escape(&format!("{}{quote}", cite.text())));
        }
    }
    if !inlined && !says_all(node) {
        for child in &node.children {
            add(text, child, root, depth + 1);
        }
    }
    for line in folded_lines(node) {
        *text += &format!("{indent}  - {}\n", pieces(&line));
    }
}

/// Writes pieces as one line; what is strong stays strong.
pub fn pieces(pieces: &[Piece]) -> String {
    let one = |piece: &Piece| match piece.style {
        Style::Strong if !piece.text.trim().is_empty() => {
            let inner = piece.text.trim();
            let (before, after) = piece.text.split_once(inner).unwrap_or_default();
            format!("{before}**{}**{after}", escape(inner))
        }
        _ => escape(&piece.text),
    };
    pieces.iter().map(one).collect::<String>().replace('\u{a0}', " ")
}

/// Makes a text literal in Markdown.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in neutral(text).chars() {
        match c {
            '<' => safe += "&lt;",
            '>' => safe += "&gt;",
            '&' => safe += "&amp;",
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '!' | '~' | '$' => {
                safe.push('\\');
                safe.push(c);
            }
            '@' => safe += "&#64;",
            c => safe.push(c),
        }
    }
    // Bare addresses would become links.
    safe.replace("://", "&#58;//").replace("www.", "www&#46;")
}
