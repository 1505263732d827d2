//! The tree as text: `enact explain`.

use super::answer::{headline, replay, tail};
use super::style::{Piece, Row, Style, Styled, lay_out, piece, together, width};
use super::tree::{Folded, Kind, Node, Place, Role, Trace, Verdict};

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
        let mut row = Row { first, rest: Vec::new(), left: words(node, headed), right: self.aside(node, inlined) };
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

    /// Returns what stands beside a node: what it read and by how much it failed, what set it aside, else where it is written.
    fn aside(&self, node: &Node, inlined: bool) -> Vec<Piece> {
        let mut texts: Vec<String> = Vec::new();
        let mut add = |node: &Node| {
            texts.extend(node.reads.iter().map(|reading| together(&reading.text())));
            texts.extend(node.remarks.iter().map(|remark| together(remark)));
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
        let placed = matches!(
            node.kind,
            Kind::Rule | Kind::Decision | Kind::Definition | Kind::Table | Kind::Invariant | Kind::Data
        ) && node.role != Role::Exception;
        match &node.at {
            Some(at) if placed && node.see.is_none() => vec![piece(Style::Place, together(&self.place(at)))],
            _ => Vec::new(),
        }
    }

    fn place(&self, at: &Place) -> String {
        let text = at.line_text();
        text.strip_prefix(&self.root).unwrap_or(&text).to_owned()
    }
}

/// Returns the first folder of all places, if they share one.
pub fn root(trace: &Trace) -> String {
    let mut files = Vec::new();
    for branch in &trace.branches {
        branch.walk(&mut |node| files.extend(node.at.iter().map(|at| at.file.as_str())));
    }
    let first = files.first().and_then(|file| file.split_once('/')).map(|(folder, _)| format!("{folder}/"));
    first.filter(|root| files.iter().all(|file| file.starts_with(root.as_str()))).unwrap_or_default()
}

/// Whether the words of a rule name the one condition it fails on, which is explained elsewhere.
fn says_all(node: &Node) -> bool {
    let alone = node.children.is_empty() || matches!(node.children.as_slice(), [only] if only.see.is_some());
    matches!(node.role, Role::WhyNot(_)) && alone && node.near_miss.is_some()
}

fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(width(text))))
}

/// Whether a rule's reason and sources are said: of those that decide.
fn says_why(node: &Node) -> bool {
    matches!(node.role, Role::DecidedBy | Role::Also | Role::Either | Role::Gives(_) | Role::Violated)
}

/// Whether the parts of a node stand beside it in one line, because they are bare facts: *passport that exempts*,
/// `/passport_kind = ordinary`.
pub fn inline(node: &Node) -> bool {
    let alone = node.children.len() == 1;
    let leaf = |child: &Node| {
        let bare = child.children.is_empty() && child.see.is_none() && child.folded.is_empty() && child.tags.is_empty();
        bare && matches!(child.role, Role::When | Role::Part)
            && !child.reads.is_empty()
            && (child.remarks.is_empty() || alone && node.near_miss.is_none())
            && child.verdict == node.verdict
    };
    let near = node.near_miss.as_ref().is_some_and(|near| near.total > 2);
    matches!(node.kind, Kind::Rule | Kind::Condition | Kind::Definition | Kind::Decision)
        && !says_why(node)
        && !near
        && node.verdict != Verdict::Unknown
        && (1..=3).contains(&node.children.len())
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
    if let (Verdict::Value, Some(value), false) =
        (node.verdict, &node.value, matches!(node.kind, Kind::Rule | Kind::Value))
    {
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
        if says_all(node) {
            pieces.push(piece(Style::Plain, format!(" fails on one condition: {}", near.fails)));
        } else if near.total > 2 {
            pieces.push(piece(Style::Strong, format!("  NEAR MISS: {} of {} conditions hold", near.held, near.total)));
        } else {
            pieces.push(piece(Style::Plain, " fails on one condition"));
        }
    } else if matches!(node.role, Role::WhyNot(_) | Role::NotBarred) && node.children.is_empty() {
        let failing =
            node.folded.iter().filter(|folded| folded.role == Role::When && folded.verdict == Verdict::No).count();
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
    let pieces =
        [piece(Style::Plain, before), piece(Style::Tag, format!("[{}]", tags.join(", "))), piece(Style::Plain, after)];
    pieces.into_iter().filter(|piece| !piece.text.is_empty()).collect()
}

/// How many folded parts without tags are named; more are counted.
const FOLDED_NAMED: usize = 3;

/// Returns the lines for what is folded: by what it came to, those with tags by name.
pub fn folded_lines(node: &Node) -> Vec<Vec<Piece>> {
    let failing = |verdict: Verdict, role: &Role| *role == Role::When && verdict == Verdict::No;
    let needless = node.children.iter().any(|child| failing(child.verdict, &child.role))
        || node.folded.iter().any(|folded| failing(folded.verdict, &folded.role));
    let exempt = if needless { "exceptions not needed: " } else { "no exception: " };
    let kinds: [(&str, fn(&Folded) -> bool); 6] = [
        ("fails on: ", |it| is_part(it) && it.verdict == Verdict::No),
        ("hold too: ", |it| is_part(it) && matches!(it.verdict, Verdict::Yes | Verdict::Value)),
        ("not known: ", |it| (is_part(it) || is_rule(it)) && it.verdict == Verdict::Unknown),
        (exempt, |it| matches!(it.role, Role::Unless | Role::Exception)),
        ("also stand: ", |it| is_rule(it) && matches!(it.verdict, Verdict::Yes | Verdict::Value)),
        ("without effect: ", |_| true),
    ];
    let mut left: Vec<&Folded> = node.folded.iter().collect();
    let mut lines = Vec::new();
    for (words, belongs) in kinds {
        let (own, others): (Vec<&Folded>, Vec<&Folded>) = left.into_iter().partition(|folded| belongs(folded));
        left = others;
        let (tagged, untagged): (Vec<&Folded>, Vec<&Folded>) =
            own.into_iter().partition(|folded| !folded.tags.is_empty());
        let names_all = words == "fails on: " && node.children.is_empty() && untagged.len() <= FOLDED_NAMED;
        if tagged.is_empty() && !names_all || tagged.len() + untagged.len() == 0 {
            continue;
        }
        let named: Vec<&Folded> = if names_all { tagged.iter().chain(&untagged).copied().collect() } else { tagged };
        let mut line = vec![piece(Style::Dim, words)];
        for (index, folded) in named.iter().enumerate() {
            line.push(piece(Style::Dim, if index == 0 { "" } else { "; " }));
            line.push(piece(Style::Dim, &folded.label));
            line.extend(tags(&folded.tags, " ", ""));
        }
        if !names_all && !untagged.is_empty() {
            line.push(piece(Style::Dim, format!("; and {} more", untagged.len())));
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
