//! What of a declaration changed, in the author's words: `age_years >= 17 -> age_years >= 18`, `+ unless us_person`.

use rustc_hash::FxHashMap;

use crate::syntax::ast::*;
use crate::syntax::format::{because_text, expr_text, start_text, type_text};
use crate::syntax::same::same_expr;

/// A part of a declaration that can change by itself.
struct Clause<'a> {
    /// Which clause it is: `unless`. Clauses of one slot are compared with each other.
    slot: &'static str,
    /// Its text after the slot's word.
    text: String,
    /// Its expression, if it is one: changes are looked for inside.
    expr: Option<&'a Expr>,
    /// Whether it is of words only.
    words: bool,
}

/// Slots whose word says nothing beside a change: the condition or value of the declaration itself.
const PLAIN: [&str; 4] = ["when", "=", "row", "member"];

/// Returns the changes between two declarations of one kind, of meaning first, then of words.
///
/// `+ x` is new, `- x` is gone, `x -> y` is a change. Empty only where what differs has no text of its own: the order of parts.
pub(super) fn details(old: &DeclKind, new: &DeclKind) -> Vec<String> {
    let (old, new) = (clauses(old), clauses(new));
    let mut slots: Vec<(bool, &str)> = Vec::new();
    for clause in old.iter().chain(&new) {
        if !slots.contains(&(clause.words, clause.slot)) {
            slots.push((clause.words, clause.slot));
        }
    }
    slots.sort_by_key(|&(words, _)| words);
    let mut found = Vec::new();
    for (words, slot) in slots {
        let of = |clause: &&Clause| clause.slot == slot && clause.words == words;
        let (old, new): (Vec<_>, Vec<_>) = (old.iter().filter(of).collect(), new.iter().filter(of).collect());
        let (gone, added) = unequal(&old, &new, |clause| clause.text.clone());
        slot_changes(slot, &gone, &added, &mut found);
    }
    // The tags of a condition that came, went or changed with its clause say nothing new.
    let said: Vec<String> = found.clone();
    found.retain(|detail| !said.iter().any(|other| other != detail && says_all(other, detail)));
    found
}

/// Whether a change says all that the change of a tagged condition says.
fn says_all(change: &str, tagged: &str) -> bool {
    let Some((sign, rest)) = tagged.split_once("condition ") else { return false };
    if !sign.is_empty() {
        let text = rest.split(" [").next().unwrap_or(rest);
        return change.starts_with(sign) && change.ends_with(text);
    }
    let sides = change.split_once(" -> ").zip(rest.split_once(" -> "));
    sides.is_some_and(|((old, new), (old_tagged, new_tagged))| {
        let tags = old_tagged.strip_prefix(old);
        tags.is_some() && tags == new_tagged.strip_prefix(new)
    })
}

/// Returns what of two lists is not in the other, by a key, each in its order.
fn unequal<T: Copy>(old: &[T], new: &[T], key: impl Fn(T) -> String) -> (Vec<T>, Vec<T>) {
    let mut places = FxHashMap::<String, Vec<usize>>::default();
    new.iter().enumerate().rev().for_each(|(index, it)| places.entry(key(*it)).or_default().push(index));
    let mut kept = vec![false; new.len()];
    let gone = old.iter().copied().filter(|it| match places.get_mut(&key(*it)).and_then(Vec::pop) {
        Some(index) => {
            kept[index] = true;
            false
        }
        None => true,
    });
    let gone = gone.collect();
    (gone, new.iter().zip(&kept).filter(|(_, kept)| !**kept).map(|(it, _)| *it).collect())
}

fn slot_changes(slot: &str, gone: &[&Clause], added: &[&Clause], found: &mut Vec<String>) {
    let word = |text: &str| in_words(slot, text);
    if gone.len() != added.len() {
        found.extend(gone.iter().map(|clause| format!("- {}", word(&clause.text))));
        found.extend(added.iter().map(|clause| format!("+ {}", word(&clause.text))));
        return;
    }
    for (old, new) in gone.iter().zip(added) {
        let whole = format!("{} -> {}", old.text, new.text);
        let inside = match (old.expr, new.expr) {
            (Some(old), Some(new)) => expr_changes(old, new),
            _ => vec![whole.clone()],
        };
        if inside == [whole.as_str()] && !PLAIN.contains(&slot) {
            found.push(in_words(slot, &whole));
        } else {
            found.extend(inside);
        }
    }
}

fn in_words(slot: &str, text: &str) -> String {
    match (slot, text) {
        ("outcome" | "ranks" | "cell", text) => text.to_owned(),
        (slot, "") => slot.to_owned(),
        (slot, text) => format!("{slot} {text}"),
    }
}

/// Returns the smallest changes between two expressions: of a part where the parts around it agree.
fn expr_changes(old: &Expr, new: &Expr) -> Vec<String> {
    let (old, new) = (inside(old), inside(new));
    if same_expr(old, new) {
        return Vec::new();
    }
    if let Some((old, new)) = parts(old).zip(parts(new)).and_then(|((a, old), (b, new))| (a == b).then_some((old, new)))
    {
        return part_changes(&old, &new);
    }
    // `a` and `a and b` differ by `b`.
    match (&old.kind, &new.kind) {
        (ExprKind::And(_) | ExprKind::Block(BlockKind::All, _), _) if holds(old, new) => {
            part_changes(&elements(old), &[new])
        }
        (_, ExprKind::And(_) | ExprKind::Block(BlockKind::All, _)) if holds(new, old) => {
            part_changes(&[old], &elements(new))
        }
        _ => vec![format!("{} -> {}", expr_text(old), expr_text(new))],
    }
}

fn inside(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Paren(within) => inside(within),
        _ => expr,
    }
}

fn elements(expr: &Expr) -> Vec<&Expr> {
    parts(expr).map_or_else(|| vec![expr], |(_, parts)| parts)
}

fn holds(whole: &Expr, part: &Expr) -> bool {
    elements(whole).iter().any(|element| same_expr(element, part))
}

/// The operators into which changes are followed, apart from their operands.
#[derive(PartialEq)]
enum Operator<'a> {
    All,
    Any,
    Block(BlockKind),
    Set,
    Not,
    Implies,
    If,
    Quantified(Quantifier, &'a str, String),
}

fn parts(expr: &Expr) -> Option<(Operator<'_>, Vec<&Expr>)> {
    Some(match &expr.kind {
        ExprKind::And(parts) => (Operator::All, parts.iter().collect()),
        ExprKind::Or(parts) => (Operator::Any, parts.iter().collect()),
        ExprKind::Block(BlockKind::All, items) => (Operator::All, items.iter().map(|item| &item.expr).collect()),
        ExprKind::Block(BlockKind::Any, items) => (Operator::Any, items.iter().map(|item| &item.expr).collect()),
        ExprKind::Block(kind, items) => (Operator::Block(*kind), items.iter().map(|item| &item.expr).collect()),
        ExprKind::Set(members) => (Operator::Set, members.iter().collect()),
        ExprKind::Not(a) => (Operator::Not, vec![a]),
        ExprKind::Implies(a, b) => (Operator::Implies, vec![a, b]),
        ExprKind::If(a, b, c) => (Operator::If, vec![a, b, c]),
        ExprKind::Quantified(quantifier, binder, body) if binder.to.is_none() => {
            let domain = expr_text(&binder.domain);
            (Operator::Quantified(*quantifier, &binder.name.value, domain), vec![body])
        }
        _ => return None,
    })
}

/// Pairs what is left of two lists of operands once the equal ones are taken out.
fn part_changes(old: &[&Expr], new: &[&Expr]) -> Vec<String> {
    let (gone, added) = unequal(old, new, |part| expr_text(inside(part)));
    if gone.len() == added.len() {
        return gone.iter().zip(&added).flat_map(|(old, new)| expr_changes(old, new)).collect();
    }
    let gone = gone.iter().map(|part| format!("- {}", expr_text(part)));
    gone.chain(added.iter().map(|part| format!("+ {}", expr_text(part)))).collect()
}

/// Collects the clauses of one declaration.
#[derive(Default)]
struct Clauses<'a>(Vec<Clause<'a>>);

fn clauses(kind: &DeclKind) -> Vec<Clause<'_>> {
    let mut all = Clauses::default();
    all.declaration(kind);
    all.0
}

impl<'a> Clauses<'a> {
    fn text(&mut self, slot: &'static str, text: impl Into<String>) {
        self.0.push(Clause { slot, text: text.into(), expr: None, words: false });
    }

    fn words(&mut self, slot: &'static str, text: impl Into<String>) {
        self.0.push(Clause { slot, text: text.into(), expr: None, words: true });
    }

    fn quoted(&mut self, slot: &'static str, text: &Option<Text>) {
        text.iter().for_each(|text| self.words(slot, quote(&text.value)));
    }

    fn expr(&mut self, slot: &'static str, expr: &'a Expr) {
        self.0.push(Clause { slot, text: expr_text(expr), expr: Some(expr), words: false });
    }

    fn item(&mut self, slot: &'static str, item: &'a Item) {
        self.expr(slot, &item.expr);
        self.labels(item);
    }

    /// The tags and labels of a condition and of the elements in it.
    fn labels(&mut self, item: &'a Item) {
        let tags = if item.tags.is_empty() { String::new() } else { format!(" [{}]", names(&item.tags)) };
        let label = item.label.as_ref().map_or(String::new(), |label| format!(" {}", quote(&label.value)));
        if !tags.is_empty() || !label.is_empty() {
            self.words("condition", format!("{}{tags}{label}", expr_text(&item.expr)));
        }
        if let ExprKind::Block(_, items) = &inside(&item.expr).kind {
            items.iter().for_each(|item| self.labels(item));
        }
    }

    fn head(&mut self, head: &'a Head) {
        if !head.parameters.is_empty() {
            let parameter = |typed: &Typed| format!("{}: {}", typed.name.value, type_text(&typed.ty));
            self.text("of", format!("({})", head.parameters.iter().map(parameter).collect::<Vec<_>>().join(", ")));
        }
        self.quoted("label", &head.label);
        if !head.tags.is_empty() {
            self.words("tags", format!("[{}]", names(&head.tags)));
        }
    }

    fn common(&mut self, common: &'a Common) {
        common.because.iter().for_each(|because| self.words("because", because_text(because)));
        for cite in &common.cites {
            let quoted = cite.quote.as_ref().map_or(String::new(), |text| format!(" {}", quote(&text.value)));
            let at = cite.at.as_ref().map_or(String::new(), |text| format!(" at {}", quote(&text.value)));
            self.words("cite", format!("{}{quoted}{at}", cite.source.value));
        }
        common.relies.iter().for_each(|name| self.words("relies on", &name.value));
    }

    fn read(&mut self, read: &'a ReadFrom) {
        self.text("read from", quote(&read.path.value));
        read.column.iter().for_each(|column| self.text("column", &column.value));
        for column in &read.columns {
            let split = column.split.as_ref().map_or(String::new(), |text| format!(" split by {}", quote(&text.value)));
            self.text("column", format!("{} as {}{split}", column.column.value, column.name.value));
        }
        let filter = read.filter.iter();
        filter.for_each(|(column, text)| self.text("where", format!("{} is {}", column.value, quote(&text.value))));
        if let Some((from, until)) = &read.valid {
            let until = until.as_ref().map_or(String::new(), |until| format!(" until {}", until.value));
            self.text("valid from", format!("{}{until}", from.value));
        }
    }

    fn set(&mut self, body: &'a SetBody) {
        match body {
            SetBody::Members(members) => self.expr("=", members),
            SetBody::Read(read) => self.read(read),
        }
    }

    fn otherwise(&mut self, otherwise: &'a Option<Otherwise>) {
        let Some(otherwise) = otherwise else { return };
        match otherwise.values.as_slice() {
            [only] => self.expr("otherwise", only),
            values => self.text("otherwise", exprs(values)),
        }
        self.common(&otherwise.common);
    }

    fn declaration(&mut self, kind: &'a DeclKind) {
        match kind {
            DeclKind::Use(decl) => {
                for outside in &decl.outside {
                    let value =
                        outside.value.as_ref().map_or("has no value".into(), |it| format!("is {}", expr_text(it)));
                    self.text("outside", format!("{} {value}", outside.decision.value));
                    self.common(&outside.common);
                }
                self.common(&decl.common);
            }
            DeclKind::Source(decl) => {
                self.head(&decl.head);
                self.quoted("by", &decl.by);
                decl.published.iter().for_each(|day| self.words("published", day.value.to_string()));
                decl.accessed.iter().for_each(|day| self.words("accessed", day.value.to_string()));
                self.quoted("url", &decl.url);
                self.common(&decl.common);
            }
            DeclKind::Fact(decl) => self.fact(decl),
            DeclKind::Assume(decl) => {
                self.expr("is", &decl.value);
                self.common(&decl.common);
            }
            DeclKind::Invariant(decl) => self.condition(&decl.head, &decl.item, &decl.common),
            DeclKind::Assert(decl) => self.condition(&decl.head, &decl.item, &decl.common),
            DeclKind::Define(decl) => {
                decl.ty.iter().for_each(|ty| self.text("type", type_text(ty)));
                self.condition(&decl.head, &decl.item, &decl.common);
            }
            DeclKind::Enum(decl) => self.enum_decl(decl),
            DeclKind::Set(decl) => {
                self.text("type", type_text(&decl.ty));
                self.set(&decl.body);
                self.head(&decl.head);
                self.common(&decl.common);
            }
            DeclKind::Record(decl) => {
                for field in &decl.fields {
                    let name = &field.head.name.value;
                    let written =
                        field.written.as_ref().map_or(String::new(), |it| format!(" written {}", quote(&it.value)));
                    self.text("field", format!("{name}: {}{written}", type_text(&field.ty)));
                    field
                        .head
                        .label
                        .iter()
                        .for_each(|it| self.words("field label", format!("{name} {}", quote(&it.value))));
                }
                if let Some(period) = &decl.period {
                    let word = if period.inclusive { "through" } else { "until" };
                    self.text("is period", format!("{} {word} {}", period.start.value, period.end.value));
                }
                self.head(&decl.head);
                self.common(&decl.common);
            }
            DeclKind::Calendar(decl) => {
                decl.weekend.iter().for_each(|days| self.expr("weekend", days));
                decl.holidays.iter().for_each(|days| self.set(days));
                let covers = decl.covers.iter();
                covers.for_each(|(first, last)| self.text("covers", format!("{} through {}", first.value, last.value)));
                self.head(&decl.head);
                self.common(&decl.common);
            }
            DeclKind::Parameter(decl) => {
                self.text("type", type_text(&decl.ty));
                self.by_day(&decl.values, |value| value.as_ref().map_or("no value".into(), expr_text));
                self.head(&decl.head);
            }
            DeclKind::Scale(decl) => {
                self.text("type", type_text(&decl.ty));
                let band = |band: &Band| match &band.up_to {
                    Some(bound) => format!("{} up to {}", expr_text(&band.rate), expr_text(bound)),
                    None => format!("{} above", expr_text(&band.rate)),
                };
                self.by_day(&decl.values, |bands| {
                    format!("{{ {} }}", bands.iter().map(band).collect::<Vec<_>>().join(", "))
                });
                self.head(&decl.head);
            }
            DeclKind::Table(decl) => self.table(decl),
            DeclKind::Decision(decl) => {
                self.text("type", type_text(&decl.ty));
                decl.item.iter().for_each(|item| self.item("=", item));
                for chain in &decl.outranks {
                    self.text("ranks", chain.iter().map(expr_text).collect::<Vec<_>>().join(" outranks "));
                }
                self.otherwise(&decl.otherwise);
                self.head(&decl.head);
                self.common(&decl.common);
            }
            DeclKind::Rule(decl) => self.rule(decl),
            DeclKind::Note(decl) => {
                decl.about.iter().for_each(|about| self.words("about", &about.value));
                decl.when.iter().for_each(|when| self.words("when", expr_text(&when.expr)));
                self.head(&decl.head);
                self.common(&decl.common);
            }
            DeclKind::Question(decl) => {
                self.quoted("reading", &decl.reading);
                self.quoted("owner", &decl.owner);
                self.head(&decl.head);
                self.common(&decl.common);
            }
            // What a scenario holds is read in its text.
            DeclKind::Profile(decl) => self.head(&decl.head),
            DeclKind::Test(decl) => self.head(&decl.head),
            DeclKind::Repeal(_) => {}
        }
    }

    fn condition(&mut self, head: &'a Head, item: &'a Item, common: &'a Common) {
        self.item("=", item);
        self.head(head);
        self.common(common);
    }

    fn fact(&mut self, decl: &'a FactDecl) {
        self.text("type", type_text(&decl.ty));
        let within = decl.within.iter();
        within.for_each(|(low, high)| self.text("within", format!("{}..{}", expr_text(low), expr_text(high))));
        decl.written.iter().for_each(|key| self.text("written", quote(&key.value)));
        self.head(&decl.head);
        self.quoted("ask", &decl.ask);
        decl.typical.iter().for_each(|value| self.words("typical", expr_text(value)));
        if let Some(effort) = &decl.changeable {
            let word = match effort.value {
                Effort::Easy => "easy",
                Effort::Hard => "hard",
                Effort::Never => "never",
            };
            self.words("changeable", word);
        }
        decl.private.iter().for_each(|_| self.words("private", ""));
        if let Some(judged) = &decl.judged {
            let under = judged.under.as_ref().map_or(String::new(), |under| format!(" under {}", under.value));
            self.words("judged by", format!("{}{under}", quote(&judged.by.value)));
        }
        self.common(&decl.common);
    }

    fn enum_decl(&mut self, decl: &'a EnumDecl) {
        decl.open.iter().for_each(|_| self.text("open", ""));
        match &decl.body {
            EnumBody::Members(members) => {
                for member in members {
                    let written =
                        member.written.as_ref().map_or(String::new(), |it| format!(" written {}", quote(&it.value)));
                    self.text("member", format!("{}{written}", member.name.value));
                    let label = member.label.iter();
                    label.for_each(|it| {
                        self.words("member label", format!("{} {}", member.name.value, quote(&it.value)))
                    });
                }
            }
            EnumBody::Read(read) => self.read(read),
        }
        self.head(&decl.head);
        self.common(&decl.common);
    }

    fn by_day<T>(&mut self, values: &'a [Dated<T>], text: impl Fn(&'a T) -> String) {
        for value in values {
            self.text("=", format!("{} from {}", text(&value.value), start_text(&value.from)));
            self.common(&value.common);
        }
    }

    fn table(&mut self, decl: &'a TableDecl) {
        for output in &decl.outputs {
            self.text("output", format!("{}: {}", output.name.value, type_text(&output.ty)));
        }
        self.text(
            "rows",
            match &decl.hit.value {
                Hit::Unique => "unique".to_owned(),
                Hit::Any => "any".to_owned(),
                Hit::Highest(ranks) => format!("highest of {}", exprs(ranks)),
                Hit::Collect => "collect".to_owned(),
                Hit::First => "first".to_owned(),
            },
        );
        match &decl.body {
            TableBody::Rows(rows) => {
                for row in rows {
                    let text = format!(
                        "{} -> {}",
                        row.cells.iter().map(cell).collect::<Vec<_>>().join(", "),
                        exprs(&row.outputs)
                    );
                    let label = row.label.as_ref().map_or(String::new(), |label| format!(" {}", quote(&label.value)));
                    if !row.tags.is_empty() || !label.is_empty() {
                        self.words("row label", format!("{text} [{}]{label}", names(&row.tags)));
                    }
                    self.text("row", text);
                }
            }
            TableBody::Read(read) => self.read(read),
        }
        self.otherwise(&decl.otherwise);
        self.head(&decl.head);
        self.common(&decl.common);
    }

    fn rule(&mut self, decl: &'a RuleDecl) {
        let verb = match decl.outcome_verb.value {
            OutcomeVerb::Is => "is",
            OutcomeVerb::Includes => "includes",
            OutcomeVerb::Adds => "adds",
        };
        self.text("outcome", format!("{} {verb} {}", decl.decision.value, expr_text(&decl.value)));
        decl.when.iter().for_each(|when| self.item("when", when));
        decl.unless.iter().for_each(|unless| self.item("unless", unless));
        decl.exception_to.iter().for_each(|rule| self.text("exception to", &rule.value));
        self.head(&decl.head);
        self.common(&decl.common);
    }
}

fn cell(cell: &Cell) -> String {
    let text = match &cell.kind {
        CellKind::Any => "any".to_owned(),
        CellKind::Value(value) => expr_text(value),
        CellKind::Range(low, high) => format!("{}..{}", expr_text(low), expr_text(high)),
        CellKind::Compare(op, value) => format!("{} {}", op.text(), expr_text(value)),
    };
    if cell.negated { format!("not {text}") } else { text }
}

fn exprs(values: &[Expr]) -> String {
    values.iter().map(expr_text).collect::<Vec<_>>().join(", ")
}

fn names(names: &[Name]) -> String {
    names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", ")
}

fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
