//! The words of a diff, shared by every rendering: what an edit is called, who a group is, what an example comes to.

use crate::diagnostic::render::quantity;
use crate::source::{Sources, Span};
use crate::trace::answer::loud;
use crate::trace::style::{Piece, Style, piece, together};

use super::{
    Because, Change, Context, DecisionDiff, Diff, Edit, Fate, Group, Part, Population, Region, Verdict, Witness,
};

/// Kinds of declarations that are counted, not named, where they are inserted or repealed: they change nothing by themselves.
const COUNTED: [&str; 8] = ["fact", "source", "question", "use", "enum", "record", "calendar", "assert"];
/// How many details of one edit are shown where space is short; the rest are counted.
pub const SHOWN_DETAILS: usize = 6;
/// How many edits of a cause are named where space is short.
const SHOWN_CAUSES: usize = 3;

impl Change {
    /// Returns the sign that stands before an edit.
    pub fn sign(self) -> &'static str {
        match self {
            Change::Inserted => "+",
            Change::Repealed => "-",
            Change::Replaced => "~",
        }
    }

    /// Returns the word of the law for it.
    pub fn word(self) -> &'static str {
        match self {
            Change::Inserted => "inserted",
            Change::Repealed => "repealed",
            Change::Replaced => "replaced",
        }
    }

    fn style(self) -> Style {
        match self {
            Change::Inserted => Style::Yes,
            Change::Repealed => Style::No,
            Change::Replaced => Style::Unknown,
        }
    }
}

impl Diff {
    /// Returns all groups, in the order of their decisions.
    pub fn groups(&self) -> impl Iterator<Item = (&DecisionDiff, &Group)> {
        self.decisions.iter().flat_map(|decision| decision.groups.iter().map(move |group| (decision, group)))
    }

    /// Returns all groups in which only the reasons differ.
    pub fn reason_groups(&self) -> impl Iterator<Item = (&DecisionDiff, &Group)> {
        self.decisions.iter().flat_map(|decision| decision.reasons.iter().map(move |group| (decision, group)))
    }

    /// Whether anything a person may come to is different: an outcome, or which decisions there are.
    pub fn differs(&self) -> bool {
        let other = |decision: &DecisionDiff| matches!(decision.fate, Fate::Inserted | Fate::Repealed);
        self.groups().next().is_some() || self.decisions.iter().any(other)
    }

    /// Whether it is said what changes nothing: where nobody is affected for certain, nothing does.
    pub(super) fn tells_same(&self) -> bool {
        self.differs() || !self.complete
    }
}

/// Returns `rule ban`.
pub fn edit_name(edit: &Edit) -> String {
    format!("{} {}", edit.kind, edit.name)
}

/// Returns `+ rule ban [FLAG-02]`.
pub fn edit(edit: &Edit) -> Vec<Piece> {
    let mut pieces = vec![
        piece(edit.change.style(), format!("{}\u{a0}", edit.change.sign())),
        piece(Style::Plain, together(&edit_name(edit))),
    ];
    pieces.extend(tags(&edit.tags));
    pieces
}

/// Returns where an edit is to be seen: in the new text, else in the old.
pub fn edit_place(edit: &Edit) -> Option<Span> {
    edit.new.or(edit.old)
}

/// Returns tags in brackets, a blank before them.
pub fn tags(tags: &[String]) -> Vec<Piece> {
    if tags.is_empty() {
        return Vec::new();
    }
    vec![piece(Style::Plain, "\u{a0}"), piece(Style::Tag, together(&format!("[{}]", tags.join(", "))))]
}

/// What is shown of the text: some edits on one line, or one edit with what is different in it.
#[derive(Debug)]
pub struct EditLine {
    /// The edits.
    pub pieces: Vec<Piece>,
    /// Where the one edit stands.
    pub at: Option<Span>,
}

/// Returns the lines that say what changed in the text: inserted, repealed, each that is replaced, at last those of wording alone.
pub fn edit_lines(diff: &Diff, most_details: usize) -> Vec<EditLine> {
    let mut lines = Vec::new();
    for change in [Change::Inserted, Change::Repealed] {
        let of = |edit: &&Edit| edit.change == change;
        let mut pieces = Vec::new();
        for one in diff.edits.iter().filter(of).filter(|edit| named(edit)) {
            list(&mut pieces, edit(one));
        }
        let mut counts: Vec<(&str, usize)> = Vec::new();
        for one in diff.edits.iter().filter(of).filter(|edit| !named(edit)) {
            match counts.iter_mut().find(|(kind, _)| *kind == one.kind) {
                Some((_, count)) => *count += 1,
                None => counts.push((&one.kind, 1)),
            }
        }
        for (kind, count) in counts {
            let sign = piece(change.style(), format!("{}\u{a0}", change.sign()));
            list(&mut pieces, vec![sign, piece(Style::Plain, together(&quantity(count, kind)))]);
        }
        if !pieces.is_empty() {
            lines.push(EditLine { pieces, at: None });
        }
    }
    let replaced = |edit: &&Edit| edit.change == Change::Replaced;
    for one in diff.edits.iter().filter(replaced).filter(|edit| edit.meaning) {
        let mut pieces = edit(one);
        let shown = one.details.len().min(most_details);
        for (index, detail) in one.details.iter().take(shown).enumerate() {
            pieces.push(piece(Style::Plain, format!("{}{detail}", if index == 0 { ": " } else { "; " })));
        }
        if one.details.len() > shown {
            pieces.push(piece(Style::Dim, format!("; and {} more", one.details.len() - shown)));
        }
        lines.push(EditLine { pieces, at: edit_place(one) });
    }
    let mut pieces = Vec::new();
    for one in diff.edits.iter().filter(replaced).filter(|edit| !edit.meaning) {
        list(&mut pieces, edit(one));
    }
    if !pieces.is_empty() {
        pieces.push(piece(Style::Dim, " (wording only)"));
        lines.push(EditLine { pieces, at: None });
    }
    lines
}

fn named(edit: &Edit) -> bool {
    !COUNTED.contains(&edit.kind.as_str())
}

fn list(pieces: &mut Vec<Piece>, more: Vec<Piece>) {
    if !pieces.is_empty() {
        pieces.push(piece(Style::Plain, "  "));
    }
    pieces.extend(more);
}

/// Says in one sentence what the edits mean.
pub fn meaning(diff: &Diff) -> String {
    let count = diff.groups().count();
    let day = match &diff.on {
        Some(on) => format!("same person on {on} under both texts"),
        None => "same person, same day under both texts".to_owned(),
    };
    match (count, diff.complete) {
        (0, true) if diff.differs() => format!("{day}; no decision that both texts have affects anyone (proved)"),
        (0, true) => match &diff.on {
            Some(on) => format!("No applicant is affected: proved for everyone, on {on}."),
            None => "No applicant is affected: proved for everyone, on every day.".to_owned(),
        },
        (0, false) => format!("{day}; no difference was found, but none is excluded"),
        (count, complete) => {
            let others = if complete { "all others provably not" } else { "of all others nothing is proved" };
            let reached = diff.groups().filter(|(decision, _)| decision.reached).count();
            let more = match (count - reached, reached) {
                (_, 0) => String::new(),
                (0, _) => " by decisions of other policies".to_owned(),
                _ => format!(", {reached} of them by decisions of other policies"),
            };
            let are = if count == 1 { "is" } else { "are" };
            format!("{day}; {} of people {are} affected{more}, {others}", quantity(count, "group"))
        }
    }
}

/// Says in a few words how much is affected: for a headline.
pub fn summary(diff: &Diff) -> String {
    let count = diff.groups().count();
    let text = match count {
        0 if !diff.complete => "no difference found, none excluded".to_owned(),
        0 if diff.differs() => "no applicant is affected in the decisions that stay".to_owned(),
        0 => "no applicant is affected".to_owned(),
        count => format!("{} of people affected", quantity(count, "group")),
    };
    if diff.complete { format!("{text} (proved)") } else { format!("{text} (not complete)") }
}

/// Returns the style of an outcome.
pub fn outcome_style(outcome: &str) -> Style {
    match outcome {
        "yes" => Style::Yes,
        "no" => Style::No,
        "error" | "conflict" | "contradictory" => Style::Fault,
        _ => Style::Strong,
    }
}

/// Returns `no -> YES`.
pub fn change(group: &Group) -> Vec<Piece> {
    vec![
        piece(outcome_style(&group.from), &group.from),
        piece(Style::Plain, "\u{a0}->\u{a0}"),
        piece(outcome_style(&group.to), loud(&group.to)),
    ]
}

/// Returns the edits that decide a group, and the groups of other decisions it follows. Where there are rules or decisions among
/// them, what these rest on is only counted if the words are to be short.
pub fn cause(diff: &Diff, group: &Group, short: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let all: Vec<&Edit> = group.cause.iter().filter_map(|&index| diff.edits.get(index)).collect();
    let decides = |edit: &&&Edit| matches!(edit.kind.as_str(), "rule" | "decision");
    let mut shown: Vec<&Edit> = all.iter().filter(decides).copied().collect();
    if !short || shown.is_empty() {
        shown = all.clone();
    }
    if short {
        shown.truncate(SHOWN_CAUSES);
    }
    for (index, one) in shown.iter().enumerate() {
        if index > 0 {
            pieces.push(piece(Style::Plain, if group.together { " together with " } else { ", " }));
        }
        pieces.extend(edit(one));
    }
    match all.len() - shown.len() {
        0 if all.is_empty() => pieces.push(piece(Style::Plain, "not attributed to one edit")),
        0 => {}
        more => pieces.push(piece(Style::Dim, format!(" with\u{a0}{more}\u{a0}more"))),
    }
    if !group.follows.is_empty() {
        pieces.push(piece(Style::Plain, format!(", through {}", groups(&group.follows))));
    }
    pieces
}

/// Returns who belongs to a group: a line for each region, any of which suffices.
pub fn who(group: &Group) -> Vec<Vec<Piece>> {
    // Of a set, the outcome already begins with a preposition.
    let with = |outcome: &str| if outcome.starts_with("with") { outcome.to_owned() } else { format!("with {outcome}") };
    let before = match group.context {
        Context::Old => Some(format!("of those {} before", with(&group.from))),
        Context::New => Some(format!("of those {} now", with(&group.to))),
        Context::Anyone => None,
    };
    let others = match group.after.as_slice() {
        [] => String::new(),
        numbers => format!(", {} aside", groups(numbers)),
    };
    if group.regions.is_empty() {
        return vec![vec![piece(Style::Unknown, "not described: only the example is known")]];
    }
    if group.regions.iter().any(|region| region.all.is_empty()) {
        let text = match before {
            Some(before) => format!("all {before}"),
            None => "everyone".to_owned(),
        };
        return vec![vec![piece(Style::Plain, format!("{text}{others}"))]];
    }
    let lead = match before {
        Some(before) => format!("{before}{others}"),
        None if others.is_empty() => String::new(),
        None => format!("everyone{others}"),
    };
    // What is presupposed goes for every region.
    let either = if group.regions.len() > 1 && !lead.is_empty() { ", either" } else { "" };
    let mut lines: Vec<Vec<Piece>> = group.regions.iter().map(region).collect();
    if let Some(first) = lines.first_mut()
        && !lead.is_empty()
    {
        first.insert(0, piece(Style::Dim, format!("{lead}{either}: ")));
    }
    lines
}

/// Says `group 1`, `groups 1, 2 and 4`.
pub fn groups(numbers: &[usize]) -> String {
    let texts: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    match texts.as_slice() {
        [one] => format!("group\u{a0}{one}"),
        [first @ .., last] => format!("groups\u{a0}{} and\u{a0}{last}", first.join(", ")),
        [] => String::new(),
    }
}

/// Returns a region in words: `meets the definition [FLAG-01], and none of: citizen [FLAG-03], driver [FLAG-06]; age_years = 17`.
pub fn region(region: &Region) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let conditions = |wanted: bool| {
        let of = move |part: &&Part| matches!(part, Part::Condition { holds, .. } if *holds == wanted);
        region.all.iter().filter(of).collect::<Vec<_>>()
    };
    let label = |part: &Part| match part {
        Part::Condition { label, tags: own, .. } => {
            let mut pieces = vec![piece(Style::Plain, label)];
            pieces.extend(tags(own));
            pieces
        }
        Part::Fact { words, .. } => vec![piece(Style::Place, together(words))],
    };
    for (index, part) in conditions(true).into_iter().enumerate() {
        if index > 0 {
            pieces.push(piece(Style::Plain, " and "));
        }
        pieces.extend(label(part));
    }
    let denied = conditions(false);
    if !denied.is_empty() {
        let before = if pieces.is_empty() { "" } else { ", and " };
        let words = if denied.len() == 1 { "not: " } else { "none of: " };
        pieces.push(piece(Style::Plain, format!("{before}{words}")));
    }
    for (index, part) in denied.into_iter().enumerate() {
        if index > 0 {
            pieces.push(piece(Style::Plain, ", "));
        }
        pieces.extend(label(part));
    }
    let facts = region.all.iter().filter(|part| matches!(part, Part::Fact { .. }));
    for (index, part) in facts.enumerate() {
        let before = if index > 0 { ", " } else { "; " };
        if !pieces.is_empty() {
            pieces.push(piece(Style::Plain, before));
        }
        pieces.extend(label(part));
    }
    if pieces.is_empty() {
        pieces.push(piece(Style::Plain, "everyone"));
    }
    pieces
}

/// Returns a region in words, without styles.
pub fn region_text(it: &Region) -> String {
    plain(&region(it))
}

/// Returns the text of pieces.
pub fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| piece.text.as_str()).collect::<String>().replace('\u{a0}', " ")
}

/// Returns the facts of an example, those that are unusual stand out.
pub fn example(witness: &Witness) -> Vec<Piece> {
    if witness.words.is_empty() {
        return vec![piece(Style::Plain, "anybody: no fact matters")];
    }
    let mut pieces = Vec::new();
    let keys = witness.facts.keys().map(Some).chain(std::iter::repeat(None));
    for (words, key) in witness.words.iter().zip(keys) {
        if !pieces.is_empty() {
            pieces.push(piece(Style::Plain, ", "));
        }
        let unusual = key.is_some_and(|key| witness.unusual.contains(key));
        pieces.push(piece(if unusual { Style::Strong } else { Style::Plain }, together(words)));
    }
    pieces
}

/// Returns what an example comes to and why: `yes: No permit service for flagpolers [FLAG-02]`.
pub fn verdict(verdict: &Verdict) -> Vec<Piece> {
    let mut pieces = vec![piece(outcome_style(&verdict.value), &verdict.value)];
    for (index, because) in verdict.because.iter().enumerate() {
        pieces.push(piece(Style::Plain, if index == 0 { ": " } else { "; " }));
        pieces.push(piece(Style::Plain, &because.label));
        pieces.extend(tags(&because.tags));
    }
    pieces
}

/// Returns where the reasons of a verdict are written.
pub fn places<'a>(verdict: &'a Verdict, sources: &'a Sources) -> impl Iterator<Item = (&'a Because, String)> {
    verdict.because.iter().map(|because| (because, line(sources, because.at)))
}

/// Returns `file:line`.
pub fn line(sources: &Sources, span: Span) -> String {
    let file = sources.get(span.source);
    format!("{}:{}", file.name(), file.location(span.start).line)
}

/// Says how the nearest person who is not affected differs from the example, and what that person comes to.
pub fn unchanged(group: &Group) -> Option<Vec<Piece>> {
    let near = group.nearest_unchanged.as_ref()?;
    let differs = |words: &&String| !group.witness.words.contains(words);
    let other: Vec<String> = near.words.iter().filter(differs).map(|words| together(words)).collect();
    let stays = format!(": {} under both texts", near.new.value);
    let with =
        if other.is_empty() { "without what is unusual".to_owned() } else { format!("with {}", other.join(", ")) };
    Some(vec![piece(Style::Plain, with), piece(Style::Plain, stays)])
}

/// Says what follows from a group in other decisions; those of other policies stand among what is reached.
pub fn then(diff: &Diff, group: &Group, reached: bool) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let follows = |(decision, other): &(&DecisionDiff, &Group)| {
        other.follows.contains(&group.number) && (reached || !decision.reached)
    };
    for (decision, other) in diff.groups().filter(follows) {
        if !pieces.is_empty() {
            pieces.push(piece(Style::Plain, "; "));
        }
        pieces.push(piece(Style::Plain, format!("group {}: {} ", other.number, decision.name)));
        pieces.extend(change(other));
    }
    (!pieces.is_empty()).then_some(pieces)
}

/// Returns the names of decisions that came to a fate.
pub fn with_fate(diff: &Diff, fate: Fate) -> Vec<&str> {
    diff.decisions.iter().filter(|decision| decision.fate == fate).map(|decision| decision.name.as_str()).collect()
}

/// Returns how many rows of a population belong to a group.
pub fn rows_of(population: &Population, group: &Group) -> usize {
    population.groups.iter().find(|(number, _)| *number == group.number).map_or(0, |(_, rows)| *rows)
}

/// Says `312 of 20,000 rows`.
pub fn rows_text(diff: &Diff, group: &Group) -> Option<String> {
    let population = diff.population.as_ref()?;
    let rows = thousands(rows_of(population, group));
    Some(format!("{rows} of {} row{}", thousands(population.rows), if population.rows == 1 { "" } else { "s" }))
}

/// Returns a number with commas between its thousands.
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Returns the lines of a population: each change of outcome, then what was refused.
pub fn population_lines(population: &Population) -> Vec<Vec<Piece>> {
    let mut lines = vec![vec![piece(Style::Plain, format!("{} read", thousands(population.rows)))]];
    let mut decisions: Vec<&str> = population.matrix.iter().map(|(decision, ..)| decision.as_str()).collect();
    decisions.dedup();
    for decision in decisions {
        let own = population.matrix.iter().filter(|(of, ..)| of == decision);
        let (same, changed): (Vec<_>, Vec<_>) = own.partition(|(_, from, to, _)| from == to);
        let mut pieces = vec![piece(Style::Plain, format!("{decision}: "))];
        for (_, from, to, rows) in &changed {
            pieces.push(piece(outcome_style(from), from));
            pieces.push(piece(Style::Plain, " -> "));
            pieces.push(piece(outcome_style(to), loud(to)));
            pieces.push(piece(Style::Plain, format!(" {}, ", thousands(*rows))));
        }
        let stays: usize = same.iter().map(|(.., rows)| rows).sum();
        pieces.push(piece(Style::Plain, format!("unchanged {}", thousands(stays))));
        lines.push(pieces);
    }
    for (what, rows) in &population.refused {
        lines.push(vec![piece(Style::Fault, format!("{} not counted: ", thousands(*rows))), piece(Style::Plain, what)]);
    }
    lines
}
