//! The tree as text: `enact explain`.

use super::answer::{headline, replay, tail};
use super::style::{Piece, Row, Style, Styled, lay_out, piece, width};
use super::tree::{Node, Trace};
use super::words::{aside, folded_lines, head, inline, root, says_all, says_why, words};

/// Renders a trace, at the level it has, within a width.
pub fn render(trace: &Trace, limit: usize) -> Styled {
    let mut styled = headline(trace, limit);
    let heads: Vec<String> = trace.branches.iter().map(head).collect();
    let column = heads.iter().map(|head| width(head)).max().unwrap_or(0) + 2;
    let mut tree = Tree { rows: Vec::new(), root: root(trace) };
    for (index, (branch, head)) in trace.branches.iter().zip(&heads).enumerate() {
        let last = index + 1 == trace.branches.len();
        let padded = format!("{head}{}", " ".repeat(column - width(head)));
        let heading = if head.is_empty() { Vec::new() } else { vec![piece(Style::Strong, padded)] };
        tree.add(branch, "", last, heading);
    }
    styled.extend(lay_out(tree.rows, limit));
    styled.extend(tail(trace, false, limit));
    styled.extend(replay(trace).unwrap_or_default());
    styled
}

/// A tree under construction.
struct Tree {
    rows: Vec<Row>,
    /// The folder that all places lie in, left out of them.
    root: String,
}

impl Tree {
    /// Adds a node and all below it. `gutter` stands before everything that belongs to its parent.
    fn add(&mut self, node: &Node, gutter: &str, last: bool, heading: Vec<Piece>) {
        let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
        let inner = format!("{gutter}{below}");
        let below_heading = inner.clone();
        let mut first = vec![piece(Style::Dim, format!("{gutter}{branch}"))];
        let headed = !heading.is_empty();
        let head_width = heading.iter().map(|piece| width(&piece.text)).sum::<usize>();
        first.extend(heading);
        let inlined = inline(node);
        let bare = node.children.is_empty() || inlined || says_all(node);
        let mut row =
            Row { first, rest: Vec::new(), left: words(node, headed), right: aside(node, inlined, &self.root) };
        let hanging = if bare { "   " } else { "│  " };
        let rest = if headed { format!("{below_heading}{}", pad(hanging, head_width)) } else { format!("{inner}  ") };
        row.rest = vec![piece(Style::Dim, rest)];
        self.rows.push(row);
        let text_row = |text: Vec<Piece>| {
            let gutter = piece(Style::Dim, format!("{inner}{}", if bare { "" } else { "│  " }));
            Row { first: vec![gutter.clone()], rest: vec![gutter], left: text, right: Vec::new() }
        };
        if says_why(node) {
            if let Some(because) = node.because.as_ref().filter(|because| **because != node.label) {
                self.rows.push(text_row(vec![piece(Style::Plain, because)]));
            }
            for cite in &node.cites {
                let mut pieces = vec![piece(Style::Dim, format!("Source: {}", cite.text()))];
                if let Some(quote) = &cite.quote {
                    pieces.push(piece(Style::Dim, format!(": “{quote}”")));
                }
                self.rows.push(text_row(pieces));
            }
        }
        let folded = folded_lines(node);
        if !inlined && !says_all(node) {
            for (index, child) in node.children.iter().enumerate() {
                let last = index + 1 == node.children.len() && folded.is_empty();
                self.add(child, &inner, last, Vec::new());
            }
        }
        let count = folded.len();
        for (index, line) in folded.into_iter().enumerate() {
            let (branch, below) = if index + 1 == count { ("└─ ", "     ") } else { ("├─ ", "│    ") };
            self.rows.push(Row {
                first: vec![piece(Style::Dim, format!("{inner}{branch}"))],
                rest: vec![piece(Style::Dim, format!("{inner}{below}"))],
                left: line,
                right: Vec::new(),
            });
        }
    }
}

fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}
