//! The smallest parts: texts, days, amounts, names, types and heads, each on one line.

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::source::{Span, Spanned};
use crate::syntax::ast::{Because, Head, Start, Tag, TemplatePart, Text, TypeExpr, TypeKind, Typed};

/// Returns a text in quotes, its quotes and backslashes escaped.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Returns the text of a `because` in quotes, its braces doubled and its names in braces.
pub(super) fn template(because: &Because) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => {
            text.replace('\\', "\\\\").replace('"', "\\\"").replace('{', "{{").replace('}', "}}")
        }
        TemplatePart::Hole(path) => format!("{{{}}}", path.text()),
    };
    format!("\"{}\"", because.parts.iter().map(part).collect::<String>())
}

/// Returns `2024-12-24`.
pub(super) fn date(date: NaiveDate) -> String {
    date.format("%Y-%m-%d").to_string()
}

/// Returns `09:30` for minutes after midnight.
pub(super) fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Returns `2024-12-24T23:59:00Z`, fractions of a second only where there are any.
pub(super) fn instant(instant: DateTime<FixedOffset>) -> String {
    let zone =
        if instant.offset().local_minus_utc() == 0 { "Z".to_string() } else { instant.format("%:z").to_string() };
    format!("{}{zone}", instant.format("%Y-%m-%dT%H:%M:%S%.f"))
}

/// Returns `2024-02-29`, or `2024-02-29 23:30 "America/Toronto"`.
pub(super) fn start(start: &Start) -> String {
    match &start.clock {
        None => date(start.date),
        Some((minutes, zone)) => format!("{} {} {}", date(start.date), clock(*minutes), quote(&zone.value)),
    }
}

/// Returns the type as written.
pub(super) fn type_text(ty: &TypeExpr) -> String {
    let kind = match &ty.kind {
        TypeKind::YesNo => "yes/no".to_string(),
        TypeKind::Named(name) => name.value.clone(),
        TypeKind::Money(currency) => format!("money {}", currency.value),
        TypeKind::Members(members) => format!("{{{}}}", names(members)),
        TypeKind::Set(of) => format!("set of {}", type_text(of)),
        TypeKind::List(of) => format!("list of {}", of.value),
        TypeKind::Total(of) => format!("total of {}", type_text(of)),
    };
    if ty.or_none { format!("{kind} or none") } else { kind }
}

/// Returns `p: program`.
pub(super) fn typed(typed: &Typed) -> String {
    format!("{}: {}", typed.name.value, type_text(&typed.ty))
}

/// Returns parts with commas between them.
pub(super) fn comma_separated(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(", ")
}

/// Returns words with commas between them.
pub(super) fn names(names: &[Spanned<String>]) -> String {
    comma_separated(names.iter().map(|name| name.value.clone()))
}

/// Returns `[A-4, B-5]`, or nothing.
pub(super) fn tags(tags: &[Tag]) -> Option<String> {
    if tags.is_empty() { None } else { Some(format!("[{}]", names(tags))) }
}

/// Returns a label in quotes, if there is one.
pub(super) fn label(label: &Option<Text>) -> Option<String> {
    label.as_ref().map(|text| quote(&text.value))
}

/// Returns `late(d: date)`.
pub(super) fn name_and_parameters(head: &Head) -> String {
    if head.parameters.is_empty() {
        head.name.value.clone()
    } else {
        format!("{}({})", head.name.value, comma_separated(head.parameters.iter().map(typed)))
    }
}

/// Returns `late(d: date) [A-2] "Late"`.
pub(super) fn head(head: &Head) -> String {
    [Some(name_and_parameters(head)), tags(&head.tags), label(&head.label)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
}

/// Returns the place of a head, from its name to its label.
pub(super) fn head_span(head: &Head) -> Span {
    let parameters = head.parameters.iter().map(|typed| typed.ty.span);
    let tags = head.tags.iter().map(|tag| tag.span);
    let label = head.label.iter().map(|label| label.span);
    parameters.chain(tags).chain(label).fold(head.name.span, Span::to)
}

/// Returns the place of names, from the first to the last.
pub(super) fn names_span(names: &[Spanned<String>]) -> Option<Span> {
    Some(names.first()?.span.to(names.last()?.span))
}

/// Returns the name of a column: a plain word, else in quotes. A reserved word is quoted too.
pub(super) fn column(name: &str) -> String {
    let mut letters = name.chars();
    let starts = letters.next().is_some_and(|first| first.is_ascii_alphabetic());
    let plain = starts && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain && !is_reserved(name) { name.to_string() } else { quote(name) }
}

/// Returns what a test finds missing: a fact's name, or a place in the facts in quotes.
pub(super) fn missing(name: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
    if !name.is_empty() && name.chars().all(plain) && !is_reserved(name) { name.to_string() } else { quote(name) }
}

/// The reserved words (SEMANTICS G2): as the name of a column they are quoted.
const RESERVED: &str = "all and any as assert assume because business calendar cite day days decision define else enum \
    every exception fact for hour hours if implies in insert invariant is library minute minutes month months no none not \
    note of or otherwise outranks parameter policy profile question record relies repeal replace rounding rule scale set \
    source table test then unless use week weeks when year years yes";

/// Whether a word cannot be a name.
fn is_reserved(word: &str) -> bool {
    RESERVED.split(' ').any(|reserved| reserved == word)
}
