//! The tree as text: `enact explain`.

use super::answer::{headline, replay, tail};
use super::style::{Piece, Row, Style, Styled, lay_out, piece, width};
use super::tree::{Folded, Kind, Node, Role, Trace, Verdict};

/// Renders a trace, at the level it has, within a width.
pub fn render(trace: &Trace, limit: usize) -> Styled {
    let mut styled = headline(trace, limit);
    let heads: Vec<String> = trace.branches.iter().map(head).collect();
    let column = heads.iter().map(|head| width(head)).max().unwrap_or(0) + 2;
    let mut rows = Vec::new();
    let mut previous = "";
    for (index, (branch, head)) in trace.branches.iter().zip(&heads).enumerate() {
        let last = index + 1 == trace.branches.len();
        // A heading is said once for the rules it heads.
        let said = if head == previous { "" } else { head };
        previous = head;
        let padded = format!("{said}{}", " ".repeat(column - width(said)));
        let heading = if head.is_empty() { Vec::new() } else { vec![piece(Style::Strong, padded)] };
        add(&mut rows, branch, "", last, heading);
    }
    styled.extend(lay_out(rows, limit));
    styled.extend(tail(trace, false, limit));
    styled.extend(replay(trace).unwrap_or_default());
    styled
}

/// Returns the words that head a branch.
pub fn head(branch: &Node) -> String {
    match &branch.role {
        Role::DecidedBy => "decided by".into(),
        Role::Also => "also".into(),
        Role::Either => "either".into(),
        Role::SetAside(_) => "set aside".into(),
        Role::Gives(value) => format!("gives {value}"),
        Role::Open(value) => format!("open, {value}"),
        Role::Faulty => "error".into(),
        Role::NotBarred => "not barred".into(),
        Role::WhyNot(value) => format!("why not {}", super::answer::loud(value)),
        Role::NotNeeded => "not needed".into(),
        Role::Violated => "cannot be".into(),
        Role::Note => "note".into(),
        Role::More => "as named above".into(),
        Role::When | Role::Unless | Role::Exception | Role::Part => String::new(),
    }
}

/// Adds a node and all below it. `gutter` stands before everything that belongs to its parent.
fn add(rows: &mut Vec<Row>, node: &Node, gutter: &str, last: bool, heading: Vec<Piece>) {
    let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
    let inner = format!("{gutter}{below}");
    let below_heading = inner.clone();
    let mut first = vec![piece(Style::Dim, format!("{gutter}{branch}"))];
    let headed = !heading.is_empty();
    let head_width = heading.iter().map(|piece| width(&piece.text)).sum::<usize>();
    first.extend(heading);
    let inlined = inline(node);
    let mut row = Row { first, rest: Vec::new(), left: words(node, headed), right: aside(node, inlined) };
    let hanging = if node.children.is_empty() || inlined { "   " } else { "│  " };
    let rest = if headed { format!("{below_heading}{}", pad(hanging, head_width)) } else { format!("{inner}  ") };
    row.rest = vec![piece(Style::Dim, rest)];
    rows.push(row);
    let text_row = |text: Vec<Piece>| {
        let gutter = piece(Style::Dim, format!("{inner}{}", if node.children.is_empty() || inlined { "" } else { "│  " }));
        Row { first: vec![gutter.clone()], rest: vec![gutter], left: text, right: Vec::new() }
    };
    if says_why(node) {
        if let Some(because) = node.because.as_ref().filter(|because| **because != node.label) {
            rows.push(text_row(vec![piece(Style::Plain, because)]));
        }
        for cite in &node.cites {
            let mut pieces = vec![piece(Style::Dim, format!("Source: {}", cite.text()))];
            if let Some(quote) = &cite.quote {
                pieces.push(piece(Style::Dim, format!(": “{quote}”")));
            }
            rows.push(text_row(pieces));
        }
    }
    let folded = folded_lines(&node.folded);
    if !inlined {
        for (index, child) in node.children.iter().enumerate() {
            let last = index + 1 == node.children.len() && folded.is_empty();
            add(rows, child, &inner, last, Vec::new());
        }
    }
    let count = folded.len();
    for (index, line) in folded.into_iter().enumerate() {
        let (branch, below) = if index + 1 == count { ("└─ ", "     ") } else { ("├─ ", "│    ") };
        rows.push(Row {
            first: vec![piece(Style::Dim, format!("{inner}{branch}"))],
            rest: vec![piece(Style::Dim, format!("{inner}{below}"))],
            left: line,
            right: Vec::new(),
        });
    }
}

fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Whether a rule's reason and sources are said: of those that decide.
fn says_why(node: &Node) -> bool {
    matches!(node.role, Role::DecidedBy | Role::Also | Role::Either | Role::Gives(_) | Role::Violated)
}

/// Whether the failing conditions of a rule stand beside it, because they are bare facts.
pub fn inline(node: &Node) -> bool {
    let leaf = |child: &Node| {
        child.children.is_empty() && child.see.is_none() && child.folded.is_empty() && child.tags.is_empty()
            && matches!(child.role, Role::When) && !(child.reads.is_empty() && child.remarks.is_empty())
    };
    node.kind == Kind::Rule
        && !says_why(node)
        && node.verdict != Verdict::Unknown
        && (1..=2).contains(&node.children.len())
        && node.children.iter().all(leaf)
}

/// Returns sign, label, tags and summary.
fn words(node: &Node, headed: bool) -> Vec<Piece> {
    let style = match node.verdict {
        Verdict::Yes | Verdict::Value => Style::Yes,
        Verdict::No => Style::No,
        Verdict::Unknown => Style::Unknown,
        Verdict::Error => Style::Fault,
        Verdict::NotNeeded => Style::Dim,
    };
    let mut pieces = Vec::new();
    if !headed && node.role != Role::Note {
        pieces.push(piece(style, format!("{} ", node.verdict.sign())));
    }
    let before = match (&node.role, node.verdict) {
        (Role::Unless, Verdict::Yes) => "exempt: ",
        (Role::Unless, _) => "unless: ",
        (Role::Exception, Verdict::Yes) => "exception: ",
        (Role::Exception, _) => "unless the exception: ",
        (Role::SetAside(_), _) if !headed => "set aside: ",
        (Role::Note, _) if !headed => "note ",
        _ => "",
    };
    pieces.push(piece(Style::Plain, before));
    if node.role == Role::Note {
        pieces.extend(tags(&node.tags, "", " "));
        pieces.push(piece(Style::Plain, &node.label));
        return pieces;
    }
    pieces.push(piece(Style::Plain, &node.label));
    if let (Verdict::Value, Some(value), false) = (node.verdict, &node.value, matches!(node.kind, Kind::Rule | Kind::Value)) {
        pieces.push(piece(Style::Strong, format!(" = {value}")));
    }
    pieces.extend(tags(&node.tags, " ", ""));
    if let (Some(summary), true) = (&node.summary, !near_words(node)) {
        pieces.push(piece(Style::Plain, format!(": {summary}")));
    }
    if node.verdict == Verdict::NotNeeded && node.role != Role::NotNeeded && !headed {
        pieces.push(piece(Style::Dim, ": not needed"));
    }
    if let Some(near) = &node.near_miss {
        let alone = node.children.is_empty() || matches!(node.children.as_slice(), [only] if only.see.is_some());
        if matches!(node.role, Role::WhyNot(_)) && alone {
            pieces.push(piece(Style::Plain, format!(" fails on one condition: {}", near.fails)));
        } else if near.total > 2 {
            pieces.push(piece(Style::Strong, format!("  NEAR MISS: {} of {} conditions hold", near.held, near.total)));
        } else {
            pieces.push(piece(Style::Plain, " fails on one condition"));
        }
    } else if matches!(node.role, Role::WhyNot(_) | Role::NotBarred) && node.children.is_empty() {
        let failing = node.folded.iter().filter(|folded| folded.role == Role::When && folded.verdict == Verdict::No).count();
        if failing > 1 {
            pieces.push(piece(Style::Plain, format!(" fails on {} conditions", super::phrase::count_word(failing))));
        }
    }
    if node.see.is_some() {
        pieces.push(piece(Style::Dim, " (as above)"));
    }
    pieces
}

/// Whether the words of a near miss say what the summary would.
fn near_words(node: &Node) -> bool {
    node.near_miss.is_some()
}

/// Returns tags in brackets.
pub fn tags(tags: &[String], before: &str, after: &str) -> Vec<Piece> {
    if tags.is_empty() {
        return Vec::new();
    }
    let pieces = [piece(Style::Plain, before), piece(Style::Tag, format!("[{}]", tags.join(", "))), piece(Style::Plain, after)];
    pieces.into_iter().filter(|piece| !piece.text.is_empty()).collect()
}

/// Returns what stands beside a node: what it read and by how much it failed, what set it aside, else where it is written.
fn aside(node: &Node, inlined: bool) -> Vec<Piece> {
    let mut texts: Vec<String> = Vec::new();
    let mut add = |node: &Node| {
        texts.extend(node.reads.iter().map(|reading| reading.text()));
        texts.extend(node.remarks.iter().cloned());
    };
    add(node);
    if inlined {
        node.children.iter().for_each(&mut add);
    }
    texts.dedup();
    if let Role::SetAside(by) = &node.role {
        return vec![piece(Style::Plain, by)];
    }
    if !texts.is_empty() {
        return vec![piece(Style::Place, texts.join(", "))];
    }
    let placed = matches!(node.kind, Kind::Rule | Kind::Decision | Kind::Definition | Kind::Table | Kind::Invariant | Kind::Data)
        && node.role != Role::Exception;
    match &node.at {
        Some(at) if placed && node.see.is_none() => vec![piece(Style::Place, at.line_text())],
        _ => Vec::new(),
    }
}

/// Returns the lines for what is folded: by what it came to, those with tags by name, the others counted.
pub fn folded_lines(folded: &[Folded]) -> Vec<Vec<Piece>> {
    let kinds: [(&str, fn(&Folded) -> bool); 6] = [
        ("no exemption: ", |it| matches!(it.role, Role::Unless | Role::Exception) && it.verdict == Verdict::No),
        ("hold too: ", |it| is_part(it) && matches!(it.verdict, Verdict::Yes | Verdict::Value)),
        ("do not hold: ", |it| is_part(it) && it.verdict == Verdict::No),
        ("not known: ", |it| (is_part(it) || is_rule(it)) && it.verdict == Verdict::Unknown),
        ("also stand: ", |it| is_rule(it) && matches!(it.verdict, Verdict::Yes | Verdict::Value)),
        ("looked at, without effect: ", |_| true),
    ];
    let mut left: Vec<&Folded> = folded.iter().collect();
    let mut lines = Vec::new();
    for (words, belongs) in kinds {
        let (own, others): (Vec<&Folded>, Vec<&Folded>) = left.into_iter().partition(|folded| belongs(folded));
        left = others;
        let tagged = || own.iter().filter(|folded| !folded.tags.is_empty());
        let untagged = own.len() - tagged().count();
        if tagged().next().is_none() {
            continue;
        }
        let mut line = vec![piece(Style::Dim, words)];
        for (index, folded) in tagged().enumerate() {
            line.push(piece(Style::Dim, if index == 0 { "" } else { "; " }));
            line.push(piece(Style::Dim, &folded.label));
            line.extend(tags(&folded.tags, " ", ""));
        }
        if untagged > 0 {
            line.push(piece(Style::Dim, format!("; and {untagged} more")));
        }
        lines.push(line);
    }
    lines
}

fn is_part(folded: &Folded) -> bool {
    matches!(folded.role, Role::When | Role::Part)
}

fn is_rule(folded: &Folded) -> bool {
    !matches!(folded.role, Role::When | Role::Part | Role::Unless | Role::Exception | Role::Note)
}
