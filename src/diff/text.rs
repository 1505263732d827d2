//! A diff as text: `enact diff`, in one screen.

use crate::source::Sources;
use crate::trace::style::{Piece, Row, Style, Styled, lay_out, piece, pieces_width};

use super::words::{
    self, SHOWN_DETAILS, cause, change, edit, edit_lines, example, line, meaning, population_lines, rows_text, summary,
    then, unchanged, verdict, who, with_fate,
};
use super::{DecisionDiff, Diff, Fate, Group, Verdict};

/// How wide the names of the sections are, a blank after them.
const SECTION: usize = 10;
/// How far the lines of a group stand in.
const INDENT: usize = 3;
/// How wide the names of the lines of a group are.
const HEAD: usize = 9;
/// How many regions of a group are shown unless all are asked for; groups of more are rare and read badly.
const SHOWN_REGIONS: usize = 4;

/// What is shown of a diff.
#[derive(Debug, Clone)]
pub struct Look {
    /// How wide a line may be.
    pub width: usize,
    /// Whether every region of every group is shown.
    pub all_regions: bool,
    /// Whether every cause is named, and the groups of other policies' decisions are told one by one.
    pub full: bool,
    /// The outcomes before and after of the groups that are shown; nothing shows all.
    pub only: Option<(String, String)>,
}

impl Look {
    fn shows(&self, group: &Group) -> bool {
        let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
        self.only.as_ref().is_none_or(|(from, to)| same(from, &group.from) && same(to, &group.to))
    }
}

/// Renders a diff.
pub fn render(diff: &Diff, sources: &Sources, look: &Look) -> Styled {
    let mut page = Page { diff, sources, look, rows: Vec::new() };
    page.edits();
    page.section("Meaning", vec![piece(Style::Plain, meaning(diff))]);
    for gap in &diff.gaps {
        page.section("Not complete:", vec![piece(Style::Unknown, gap)]);
    }
    for note in &diff.notes {
        page.section("Note", vec![piece(Style::Plain, note)]);
    }
    if !diff.approximated.is_empty() {
        let terms = format!("{}; a group may name people whom they exclude", diff.approximated.join(", "));
        page.section("Approximated:", vec![piece(Style::Unknown, terms)]);
    }
    if !diff.complete && diff.gaps.is_empty() {
        page.section("Not complete:", vec![piece(Style::Unknown, "other people may be affected too")]);
    }
    let shown = diff.groups().filter(|(_, group)| look.shows(group));
    let (reached, own): (Vec<_>, Vec<_>) = shown.partition(|(decision, _)| decision.reached);
    if !own.is_empty() {
        page.blank();
    }
    for (decision, group) in own {
        page.group(decision, group, true);
    }
    page.reached(&reached);
    let left_out = diff.groups().filter(|(_, group)| !look.shows(group)).count();
    if left_out > 0 {
        let count = crate::diagnostic::render::quantity(left_out, "other group");
        page.section("Not shown", vec![piece(Style::Plain, format!("{count}, left out by `--only`"))]);
    }
    page.reasons();
    page.fates();
    if let Some(population) = &diff.population {
        let mut name = "Rows";
        for pieces in population_lines(population) {
            page.section(name, pieces);
            name = "";
        }
    }
    if diff.checks.replayed > 0 {
        let examples = crate::diagnostic::render::quantity(diff.checks.replayed, "example");
        page.section("Checked", vec![piece(Style::Dim, format!("{examples} decided again under both texts"))]);
    }
    lay_out(page.rows, look.width)
}

/// Renders a diff in one line, behind the name of its policy: where several policies are compared and this one stays.
pub fn render_line(diff: &Diff) -> Styled {
    Styled {
        lines: vec![vec![piece(Style::Strong, &diff.new.policy), piece(Style::Plain, format!(": {}", summary(diff)))]],
    }
}

struct Page<'a> {
    diff: &'a Diff,
    sources: &'a Sources,
    look: &'a Look,
    rows: Vec<Row>,
}

impl Page<'_> {
    fn blank(&mut self) {
        self.rows.push(Row::default());
    }

    fn section(&mut self, name: &str, left: Vec<Piece>) {
        let name = format!("{name:<width$}", width = if name.len() < SECTION { SECTION } else { name.len() + 1 });
        let first = vec![piece(Style::Strong, name)];
        self.rows.push(Row { first, rest: blanks(SECTION), left, right: Vec::new() });
    }

    fn edits(&mut self) {
        let lines = edit_lines(self.diff, SHOWN_DETAILS);
        if lines.is_empty() {
            self.section("Text", vec![piece(Style::Plain, "the same, but for comments and layout")]);
        }
        for (index, it) in lines.into_iter().enumerate() {
            self.section(if index == 0 { "Text" } else { "" }, it.pieces);
            if let (Some(at), Some(row)) = (it.at, self.rows.last_mut()) {
                row.right = vec![piece(Style::Place, line(self.sources, at))];
            }
        }
    }

    fn line(&mut self, name: &str, left: Vec<Piece>) {
        let mut first = blanks(INDENT);
        first.push(piece(Style::Dim, format!("{name:<HEAD$}")));
        self.rows.push(Row { first, rest: blanks(INDENT + HEAD), left, right: Vec::new() });
    }

    /// Adds a group; what both texts say of the example only if it is told in full.
    fn group(&mut self, decision: &DecisionDiff, group: &Group, full: bool) {
        let number = format!("{:<INDENT$}", group.number);
        let mut left = vec![piece(Style::Strong, &decision.name)];
        if decision.reached {
            left.push(piece(Style::Plain, format!(" of {}", decision.policy)));
        }
        left.push(piece(Style::Plain, ": "));
        left.extend(change(group));
        if let Some(rows) = rows_text(self.diff, group) {
            left.push(piece(Style::Strong, format!("  {}", rows.replace(' ', "\u{a0}"))));
        }
        let mut right = vec![piece(Style::Dim, "cause:\u{a0}")];
        right.extend(cause(self.diff, group, !self.look.full));
        self.rows.push(Row { first: vec![piece(Style::Strong, number)], rest: blanks(INDENT), left, right });
        self.who(group);
        self.line("example", example(&group.witness));
        if full {
            self.verdicts(group);
        }
        if let Some(pieces) = unchanged(group) {
            self.line("stays", pieces);
        }
        if let Some(pieces) = then(self.diff, group, false) {
            self.line("then", pieces);
        }
    }

    /// Adds the groups of other policies' decisions: a line for each decision, unless everything is told.
    fn reached(&mut self, groups: &[(&DecisionDiff, &Group)]) {
        if self.look.full {
            if !groups.is_empty() {
                self.section("Reached", vec![piece(Style::Plain, "decisions of other policies that read this one")]);
            }
            groups.iter().for_each(|(decision, group)| self.group(decision, group, true));
            return;
        }
        let mut name = "Reached";
        for of in groups.chunk_by(|(a, _), (b, _)| std::ptr::eq(*a, *b)) {
            let Some((decision, _)) = of.first() else { continue };
            let mut pieces =
                vec![piece(Style::Strong, &decision.name), piece(Style::Plain, format!(" of {}: ", decision.policy))];
            for (index, (_, group)) in of.iter().enumerate() {
                pieces.push(piece(Style::Plain, if index == 0 { "" } else { "; " }));
                pieces.extend(change(group));
                let some = match group.follows.as_slice() {
                    [] => String::new(),
                    follows => format!(" for some of {}", words::groups(follows)),
                };
                pieces.push(piece(Style::Plain, some));
                pieces.push(piece(Style::Dim, format!(" ({})", group.number)));
            }
            self.section(name, pieces);
            name = "";
        }
        if !groups.is_empty() {
            self.section("", vec![piece(Style::Dim, "`-v` tells who they are, with an example of each")]);
        }
    }

    fn who(&mut self, group: &Group) {
        let lines = who(group);
        let most = if self.look.all_regions { lines.len() } else { SHOWN_REGIONS };
        let more = lines.len().saturating_sub(most);
        for (index, pieces) in lines.into_iter().take(most).enumerate() {
            self.line(if index == 0 { "who" } else { "or" }, pieces);
        }
        if more > 0 {
            let count = crate::diagnostic::render::quantity(more, "more region");
            self.line("or", vec![piece(Style::Dim, format!("{count}: `--cubes` shows all"))]);
        }
    }

    fn verdicts(&mut self, group: &Group) {
        let (old, new) = (verdict(&group.witness.old), verdict(&group.witness.new));
        let between = "    after   ";
        if INDENT + HEAD + pieces_width(&old) + between.len() + pieces_width(&new) <= self.look.width {
            let mut both = old;
            both.push(piece(Style::Dim, between));
            both.extend(new);
            self.line("before", both);
        } else {
            self.line("before", old);
            self.line("after", new);
        }
        let undo = |verdict: &Verdict| verdict.undo.join(", ");
        match (undo(&group.witness.new), undo(&group.witness.old)) {
            (new, _) if !new.is_empty() => self.line("undo", vec![piece(Style::Plain, format!("with {new}"))]),
            (_, old) if !old.is_empty() => {
                self.line("undo", vec![piece(Style::Plain, format!("before, with {old}"))]);
            }
            _ => {}
        }
    }

    fn reasons(&mut self) {
        let found: Vec<_> = self.diff.reason_groups().collect();
        if found.is_empty() {
            return;
        }
        self.section("Reasons", vec![piece(Style::Plain, "the outcome is the same, what decides it is not")]);
        for (decision, group) in found {
            let left = vec![
                piece(Style::Strong, &decision.name),
                piece(Style::Plain, ": stays "),
                piece(Style::Strong, &group.to),
            ];
            let mut right = vec![piece(Style::Dim, "cause:\u{a0}")];
            right.extend(cause(self.diff, group, !self.look.full));
            let first = vec![piece(Style::Strong, format!("{:<INDENT$}", group.number))];
            self.rows.push(Row { first, rest: blanks(INDENT), left, right });
            self.who(group);
            self.line("example", example(&group.witness));
            self.line("before", verdict(&group.witness.old));
            self.line("after", verdict(&group.witness.new));
        }
    }

    fn fates(&mut self) {
        let named = |fate| with_fate(self.diff, fate).join(", ");
        let (same, unknown) = (named(Fate::Same), named(Fate::Unknown));
        let (inserted, repealed) = (named(Fate::Inserted), named(Fate::Repealed));
        if !inserted.is_empty() {
            self.section("New", vec![piece(Style::Plain, format!("{inserted}: only the new text decides it"))]);
        }
        if !repealed.is_empty() {
            self.section("Gone", vec![piece(Style::Plain, format!("{repealed}: only the old text decides it"))]);
        }
        if !unknown.is_empty() {
            let text = format!("No difference was found on {unknown}, but none is excluded.");
            self.rows.push(Row { left: vec![piece(Style::Unknown, text)], ..Row::default() });
        }
        let mut without: Vec<Piece> = Vec::new();
        for one in self.diff.no_effect.iter().filter_map(|&index| self.diff.edits.get(index)) {
            if !without.is_empty() {
                without.push(piece(Style::Plain, ", "));
            }
            without.extend(edit(one));
        }
        if !without.is_empty() && self.diff.tells_same() {
            without.insert(0, piece(Style::Plain, "Changes nobody's outcome: "));
            without.push(piece(Style::Plain, " (proved)."));
            self.rows.push(Row { left: without, rest: blanks(INDENT), ..Row::default() });
        }
        if !same.is_empty() && self.diff.tells_same() {
            let left = vec![piece(Style::Plain, format!("No effect on {same} (proved)."))];
            self.rows.push(Row { left, rest: blanks(INDENT), ..Row::default() });
        }
    }
}

fn blanks(count: usize) -> Vec<Piece> {
    vec![piece(Style::Plain, " ".repeat(count))]
}
