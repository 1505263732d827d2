//! The words for a node, shared by every rendering: what heads it, what it says, what stands beside it, what is folded.

use super::answer::loud;
use super::phrase::count_word;
use super::style::{Piece, Style, piece, together};
use super::tree::{Folded, Kind, Node, Place, Role, Trace, Verdict};

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
        Role::WhyNot(value) => format!("why not {}", loud(value)),
        Role::NotNeeded => "not needed".into(),
        Role::Violated => "cannot be".into(),
        Role::Note => "note".into(),
        Role::More => "as named above".into(),
        Role::When | Role::Unless | Role::Exception | Role::Part => String::new(),
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
pub fn says_all(node: &Node) -> bool {
    let alone = node.children.is_empty() || matches!(node.children.as_slice(), [only] if only.see.is_some());
    matches!(node.role, Role::WhyNot(_)) && alone && node.near_miss.is_some()
}

/// Whether a rule's reason and sources are said: of those that decide.
pub fn says_why(node: &Node) -> bool {
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
pub fn words(node: &Node, headed: bool) -> Vec<Piece> {
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
            pieces.push(piece(Style::Plain, format!(" fails on {} conditions", count_word(failing))));
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
    let alone = node.children.is_empty();
    let holds = if alone { "hold: " } else { "hold too: " };
    let denies = if node.verdict == Verdict::No { "fails on: " } else { "do not hold: " };
    type Belongs = fn(&Folded) -> bool;
    let kinds: [(&str, Belongs); 6] = [
        (denies, |it| is_part(it) && it.verdict == Verdict::No),
        (holds, |it| is_part(it) && matches!(it.verdict, Verdict::Yes | Verdict::Value)),
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
        let names_all = words == "fails on: " && alone && untagged.len() <= FOLDED_NAMED;
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

/// Returns what stands beside a node: what it read and by how much it failed, what set it aside, else where it is written.
pub fn aside(node: &Node, inlined: bool, root: &str) -> Vec<Piece> {
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
        Some(at) if placed && node.see.is_none() => vec![piece(Style::Place, together(&place_text(at, root)))],
        _ => Vec::new(),
    }
}

/// Returns `file:line`, without the folder that all places share.
pub fn place_text(at: &Place, root: &str) -> String {
    let text = at.line_text();
    text.strip_prefix(root).unwrap_or(&text).to_owned()
}
