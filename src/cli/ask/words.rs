//! What `enact ask` says.

use enact::interview::{Clash, MAX_LISTED, MAX_LISTED_ON_HELP, Question, Why};
use enact::program::{FamilyId, Program};
use enact::trace::answer::choice_words;
use enact::trace::look::family_label;
use enact::trace::style::{Piece, Row, Style, Styled, lay_out, piece};

/// How many rules are named that hang on a question.
const MAX_HANGS: usize = 8;

/// Says what is to come.
pub fn welcome(program: &Program, asked: FamilyId, width: usize) -> Styled {
    let label = family_label(program, asked);
    let first = vec![piece(Style::Strong, label)];
    let rules = "Answer each question; `-` if it is not known, `?` for why it is asked, `back`, `quit`.";
    lay_out(vec![row(0, first), row(0, vec![piece(Style::Dim, rules)])], width)
}

/// The question, who judges it, what may be answered.
pub fn question(question: &Question, number: usize, open: usize, width: usize) -> Styled {
    let mut words = vec![piece(Style::Strong, &question.text)];
    if let Some(place) = &question.place {
        words.push(piece(Style::Plain, format!(" ({place})")));
    }
    if let Some(judge) = &question.judged_by {
        words.push(piece(Style::Unknown, format!(" (to be judged by {judge})")));
    }
    let head = format!("{number}. ");
    let indent = head.len();
    let mut rows = vec![
        Row::default(),
        Row {
            first: vec![piece(Style::Plain, head)],
            rest: vec![piece(Style::Plain, " ".repeat(indent))],
            left: words,
            right: Vec::new(),
        },
    ];
    if question.members.len() <= MAX_LISTED {
        rows.extend(members(question, indent));
    }
    let mut hint = question.hint.clone();
    match open.saturating_sub(1) {
        0 => hint += "; the last question",
        1 => hint += "; at most one more after it",
        more => hint += &format!("; at most {more} more after it"),
    }
    rows.push(row(indent, vec![piece(Style::Dim, hint)]));
    lay_out(rows, width)
}

/// Why it is asked: the rules that hang on it, what each answer leads to, all members of a long list.
pub fn why(question: &Question, why: &Why, width: usize) -> Styled {
    let mut rows = vec![row(
        2,
        vec![piece(Style::Place, &question.fact), piece(Style::Plain, " is asked, as it can still change the answer.")],
    )];
    for policy in &why.picks {
        rows.push(row(2, vec![piece(Style::Plain, format!("It picks the version of {policy} in force."))]));
    }
    if !why.hangs.is_empty() {
        rows.push(row(2, vec![piece(Style::Plain, "On it hangs:")]));
    }
    for one in why.hangs.iter().take(MAX_HANGS) {
        let mut line = row(4, vec![piece(Style::Plain, &one.label), tags(&one.tags)]);
        line.right = vec![piece(Style::Place, one.at.line_text())];
        rows.push(line);
    }
    if why.hangs.len() > MAX_HANGS {
        rows.push(row(4, vec![piece(Style::Dim, format!("and {} more", why.hangs.len() - MAX_HANGS))]));
    }
    if !why.choices.is_empty() {
        rows.push(row(2, vec![piece(Style::Plain, "The answers lead to:")]));
        rows.extend(why.choices.iter().map(|choice| row(4, choice_words(choice))));
    }
    if (MAX_LISTED + 1..=MAX_LISTED_ON_HELP).contains(&question.members.len()) {
        rows.push(row(2, vec![piece(Style::Plain, "Known answers:")]));
        let all: Vec<&str> = question.members.iter().map(|member| member.written.as_str()).collect();
        rows.push(row(4, vec![piece(Style::Plain, all.join(", "))]));
    }
    lay_out(rows, width)
}

/// What is wrong with an answer, and what to write.
pub fn wrong(message: &str, help: Option<&str>, width: usize) -> Styled {
    let mut words = vec![piece(Style::No, message)];
    if let Some(help) = help {
        words.push(piece(Style::Plain, format!("; {help}")));
    }
    lay_out(vec![row(2, words)], width)
}

/// What an answer cannot stand beside.
pub fn clash(clash: &Clash, width: usize) -> Styled {
    let mut rows = vec![row(2, vec![piece(Style::No, "This cannot be, with the other answers:")])];
    for (label, of) in &clash.broken {
        rows.push(row(4, vec![piece(Style::Plain, label), tags(of)]));
    }
    let help = "Write another answer, `back` to change the one before, or the same again to keep it.";
    rows.push(row(2, vec![piece(Style::Plain, help)]));
    lay_out(rows, width)
}

fn members(question: &Question, indent: usize) -> Vec<Row> {
    let longest = question.members.iter().map(|member| member.written.chars().count()).max().unwrap_or(0);
    let labels = question.members.iter().any(|member| member.label.is_some());
    let line = |(index, member): (usize, &enact::interview::Member)| {
        let number = if question.numbered { format!("{:>2} ", index + 1) } else { String::new() };
        let mut words = vec![piece(Style::Dim, number)];
        match &member.label {
            Some(label) if labels => {
                // A blank that breaks no line holds the column.
                let gap = "\u{a0}".repeat(longest - member.written.chars().count() + 2);
                words.push(piece(Style::Strong, format!("{}{gap}", member.written)));
                words.push(piece(Style::Plain, label));
            }
            _ => words.push(piece(Style::Strong, &member.written)),
        }
        row(indent, words)
    };
    question.members.iter().enumerate().map(line).collect()
}

fn tags(tags: &[String]) -> Piece {
    piece(Style::Tag, if tags.is_empty() { String::new() } else { format!(" [{}]", tags.join(", ")) })
}

fn row(indent: usize, left: Vec<Piece>) -> Row {
    let before = vec![piece(Style::Plain, " ".repeat(indent))];
    Row { first: before.clone(), rest: before, left, right: Vec::new() }
}
