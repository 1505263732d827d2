//! The answer, short: `enact eval`.

use super::aside::{Across, Ask, Choice};
use super::phrase::join_words;
use super::style::{Piece, Row, Style, Styled, lay_out, piece, width};
use super::tree::{Role, Trace};
use super::words::tags;

/// How many of the facts that alone decide are named.
const MAX_ENOUGH: usize = 5;

/// Renders the answer in a few lines: value, versions, reasons, what would change it, the dates around it.
pub fn render(trace: &Trace, limit: usize) -> Styled {
    let mut styled = headline(trace, limit);
    let mut sheet = Sheet::default();
    for reason in &trace.reasons {
        let head = if reason.either { "Either" } else { "Because" };
        let mut words = vec![piece(Style::Plain, &reason.label)];
        words.extend(tags(&reason.tags, " ", ""));
        let place = reason.at.iter().map(|at| piece(Style::Place, at.line_text())).collect();
        sheet.add(head, words, place);
        if let Some(text) = &reason.text {
            sheet.more(vec![piece(Style::Plain, text)]);
        }
        for cite in &reason.cites {
            sheet.more(vec![piece(Style::Plain, format!("Source: {}", cite.text()))]);
        }
    }
    for branch in &trace.branches {
        let place = || branch.at.iter().map(|at| piece(Style::Place, at.line_text())).collect();
        let mut words = vec![piece(Style::Plain, &branch.label)];
        words.extend(tags(&branch.tags, " ", ""));
        match &branch.role {
            Role::SetAside(by) => sheet.add("Set aside", words, vec![piece(Style::Plain, by)]),
            Role::Violated => {
                sheet.add("Cannot be", words, place());
                for reading in &branch.reads {
                    sheet.more(vec![piece(Style::Place, reading.text())]);
                }
            }
            Role::Gives(value) if trace.status == "conflict" => {
                words.insert(0, piece(Style::Strong, format!("{}: ", loud(value))));
                sheet.add("Conflict", words, place());
            }
            _ => {}
        }
    }
    if let Some(fault) = &trace.fault {
        let mut words = vec![piece(Style::Fault, &fault.text)];
        if let Some(label) = &fault.label {
            words.push(piece(Style::Plain, format!(", in: {label}")));
        }
        sheet.add("Error", words, fault.at.iter().map(|at| piece(Style::Place, at.line_text())).collect());
    }
    questions(trace, &mut sheet, limit);
    around(trace, true, &mut sheet);
    styled.extend(sheet.lay_out(limit));
    styled
}

/// Returns a value as a headline says it: yes and no in capitals.
pub fn loud(value: &str) -> String {
    if matches!(value, "yes" | "no") { value.to_uppercase() } else { value.to_owned() }
}

/// Returns the word that begins the answer.
pub fn verdict_word(trace: &Trace) -> String {
    match (trace.status, &trace.value_text) {
        ("decided", Some(value)) => loud(value),
        ("not_in_force", _) => "NOT IN FORCE".into(),
        (status, _) => status.to_uppercase(),
    }
}

/// Returns the answer in one line, and the day and versions in the next.
pub fn headline(trace: &Trace, limit: usize) -> Styled {
    let word = verdict_word(trace);
    let style = match (trace.status, trace.value_text.as_deref()) {
        ("decided", Some("no")) => Style::No,
        ("decided", _) => Style::Yes,
        ("undetermined", _) => Style::Unknown,
        _ => Style::Fault,
    };
    let mut left = vec![piece(Style::Strong, trace.label.as_ref().unwrap_or(&trace.decision))];
    left.extend(tags(&trace.tags, " ", ""));
    match trace.status {
        "undetermined" if !trace.possible.is_empty() => {
            left.push(piece(Style::Plain, format!(": {}", join_words(&trace.possible, "or"))));
        }
        "not_in_force" => {
            let text = trace.in_force.clone().unwrap_or_else(|| "no version is in force".into());
            left.push(piece(Style::Plain, format!(": {text}")));
        }
        "contradictory" => left.push(piece(Style::Plain, ": the facts cannot all be true")),
        "conflict" => left.push(piece(Style::Plain, ": rules give different answers, and nothing orders them")),
        _ => {}
    }
    let indent = width(&word) + 3;
    let first = vec![piece(style, &word), piece(Style::Plain, " ".repeat(indent - width(&word)))];
    let hanging = if indent > 12 { 5 } else { indent };
    let rest = vec![piece(Style::Plain, " ".repeat(hanging))];
    let mut rows = vec![Row { first, rest: rest.clone(), left, right: Vec::new() }];
    if let Some(text) = circumstances(trace) {
        rows.push(Row { first: rest.clone(), rest, left: vec![piece(Style::Dim, text)], right: Vec::new() });
    }
    lay_out(rows, limit)
}

/// Returns the day and the versions that the answer rests on.
pub fn circumstances(trace: &Trace) -> Option<String> {
    let day = trace.on.as_ref().map(|on| format!("on {}{on}", weekday(on).unwrap_or_default()));
    let version = |under: &super::tree::InForce| {
        let picked = under.on.as_ref().map(|on| format!(" (picked by {on})")).unwrap_or_default();
        format!("{} {}{picked}", under.policy, under.version)
    };
    let versions: Vec<String> = trace.under.iter().map(version).collect();
    let versions = (!versions.is_empty()).then(|| format!("under {}", join_words(&versions, "and")));
    let parts: Vec<String> = day.into_iter().chain(versions).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn weekday(on: &str) -> Option<String> {
    let day: chrono::NaiveDate = on.parse().ok()?;
    Some(format!("{} ", day.format("%A")))
}

/// Returns what stands below an answer: what would change it, the dates around it, notes, readings, assumptions. A tree holds its
/// notes itself.
pub fn tail(trace: &Trace, notes: bool, limit: usize) -> Styled {
    let mut sheet = Sheet::default();
    around(trace, notes, &mut sheet);
    sheet.lay_out(limit)
}

fn around(trace: &Trace, notes: bool, sheet: &mut Sheet) {
    if !trace.enough.is_empty() {
        sheet.add("Enough", vec![piece(Style::Plain, enough(trace))], Vec::new());
    }
    for change in &trace.what_would {
        let words = format!("{} would give ", join_words(&change.words, "and"));
        let mut pieces = vec![piece(Style::Plain, words), piece(Style::Strong, loud(&change.value_text))];
        pieces.push(piece(Style::Plain, ", all else equal"));
        sheet.add("What would", pieces, Vec::new());
    }
    let dates = timeline(trace);
    if !dates.is_empty() {
        sheet.add("Dates", dates, Vec::new());
    }
    for note in trace.notes.iter().filter(|_| notes) {
        let mut words = tags(&note.clauses, "", " ");
        words.push(piece(Style::Plain, &note.text));
        sheet.add("Note", words, Vec::new());
    }
    for question in &trace.open_questions {
        let reading = question.reading.as_deref().or(question.text.as_deref()).unwrap_or("open");
        let mut words = vec![piece(Style::Plain, &question.name)];
        words.extend(tags(&question.clauses, " ", ""));
        words.push(piece(Style::Plain, format!(", taken: {reading}")));
        sheet.add("Reading", words, Vec::new());
    }
    for assumed in &trace.assumed {
        let because = assumed.because.as_ref().map(|because| format!(": {because}")).unwrap_or_default();
        let words = format!("{} = {}, as it is not stated{because}", assumed.fact, assumed.value);
        let place = assumed.at.iter().map(|at| piece(Style::Place, at.line_text())).collect();
        sheet.add("Assumed", vec![piece(Style::Plain, words)], place);
    }
    if !trace.exact {
        let words = "there was too much to work through: the answer holds, but more of it may be known";
        sheet.add("Not exact", vec![piece(Style::Unknown, words)], Vec::new());
    }
}

/// Says which facts alone decide: `citizenships and flagpoling: these facts alone decide`.
fn enough(trace: &Trace) -> String {
    let mut labels: Vec<String> = trace.enough.iter().map(|enough| enough.label.clone()).collect();
    let more = labels.len().saturating_sub(MAX_ENOUGH);
    if more > 1 {
        labels.truncate(MAX_ENOUGH);
        labels.push(format!("{more} more"));
    }
    let one = if labels.len() == 1 { "this fact alone decides" } else { "these facts alone decide" };
    format!("{}: {one}", join_words(&labels, "and"))
}

/// Returns the line by which anyone can decide the case again.
pub fn replay(trace: &Trace) -> Option<Styled> {
    let hashes = trace.hashes.as_ref()?;
    let short = |hash: &str| hash.chars().take(11).collect::<String>();
    let text = format!(
        "Replay: policy {}… data {}… facts {}… enact {}",
        short(&hashes.policy),
        short(&hashes.data),
        short(&hashes.facts),
        trace.engine
    );
    Some(Styled { lines: vec![vec![piece(Style::Dim, text)]] })
}

/// Returns the answer over time: `until 2024-12-23 yes | since 2024-12-24 no [FLAG-02]`.
pub fn timeline(trace: &Trace) -> Vec<Piece> {
    if trace.across.is_empty() {
        return Vec::new();
    }
    let here = trace.value_text.clone().unwrap_or_else(|| trace.status.replace('_', " "));
    let mut before: Vec<&Across> = trace.across.iter().filter(|across| across.side == "before").collect();
    let mut after: Vec<&Across> = trace.across.iter().filter(|across| across.side == "after").collect();
    before.sort_by(|a, b| a.date.cmp(&b.date));
    after.sort_by(|a, b| a.date.cmp(&b.date));
    if trace.across.iter().all(|across| across.value_text == here) {
        let dates: Vec<String> = before.iter().chain(&after).map(|across| across.date.clone()).collect();
        return vec![piece(Style::Plain, format!("{here} on both sides of {}", join_words(&dates, "and of")))];
    }
    if let (Some(on), true) = (&trace.on, trace.across.iter().any(|across| !across.steady)) {
        return days(&before, &after, on, &here);
    }
    // Each stretch: its first day, the value in it, the tags of what made it begin.
    let mut stretches: Vec<(Option<&str>, &str, &[String])> = Vec::new();
    let mut begin: (Option<&str>, &[String]) = (None, &[]);
    for across in &before {
        stretches.push((begin.0, &across.value_text, begin.1));
        begin = (Some(&across.date), &across.clauses);
    }
    stretches.push((begin.0, &here, begin.1));
    for across in &after {
        stretches.push((Some(&across.date), &across.value_text, &across.clauses));
    }
    let mut merged: Vec<(Option<&str>, &str, &[String])> = Vec::new();
    for stretch in stretches {
        match merged.last() {
            Some(last) if last.1 == stretch.1 => {}
            _ => merged.push(stretch),
        }
    }
    let mut pieces = Vec::new();
    for (index, (from, value, clauses)) in merged.iter().enumerate() {
        if index > 0 {
            pieces.push(piece(Style::Dim, " | "));
        }
        let next = merged.get(index + 1).and_then(|(next, ..)| *next);
        let words = match (from, next) {
            (None, Some(next)) => format!("until {}", day_before(next)),
            (Some(from), _) if index + 1 == merged.len() => format!("since {from}"),
            (Some(from), Some(next)) => format!("{from} to {}", day_before(next)),
            _ => String::new(),
        };
        pieces.push(piece(Style::Plain, format!("{words} ")));
        pieces.push(piece(Style::Strong, *value));
        pieces.extend(tags(clauses, " ", ""));
    }
    pieces
}

/// Returns the answer on single days, where it also changes with the days between boundaries.
fn days(before: &[&Across], after: &[&Across], on: &str, here: &str) -> Vec<Piece> {
    let mut all: Vec<(String, &str, &[String])> = before
        .iter()
        .map(|across| (day_before(&across.date), across.value_text.as_str(), across.clauses.as_slice()))
        .collect();
    all.push((on.to_owned(), here, &[]));
    all.extend(after.iter().map(|across| (across.date.clone(), across.value_text.as_str(), across.clauses.as_slice())));
    all.retain(|(day, value, _)| day == on || *value != here);
    let mut pieces = Vec::new();
    for (index, (day, value, clauses)) in all.into_iter().enumerate() {
        if index > 0 {
            pieces.push(piece(Style::Dim, " | "));
        }
        pieces.push(piece(Style::Plain, format!("on {day} ")));
        pieces.push(piece(Style::Strong, value));
        pieces.extend(tags(clauses, " ", ""));
    }
    pieces
}

fn day_before(day: &str) -> String {
    let date: Option<chrono::NaiveDate> = day.parse().ok();
    date.and_then(|date| date.pred_opt()).map_or_else(|| format!("before {day}"), |date| date.to_string())
}

fn questions(trace: &Trace, sheet: &mut Sheet, limit: usize) {
    match trace.questions.as_slice() {
        [] => {}
        [only] => {
            sheet.add("One fact decides", question_words(only), Vec::new());
            let choices: Vec<Vec<Piece>> = only.choices.iter().map(choice_words).collect();
            let long: usize = choices.iter().map(|choice| super::style::pieces_width(choice) + 6).sum();
            if long + "One fact decides  ".len() <= limit {
                let mut line = Vec::new();
                for (index, choice) in choices.into_iter().enumerate() {
                    if index > 0 {
                        line.push(piece(Style::Plain, "      "));
                    }
                    line.extend(choice);
                }
                if !line.is_empty() {
                    sheet.more(line);
                }
            } else {
                choices.into_iter().for_each(|choice| sheet.more(choice));
            }
        }
        many => {
            for ask in many {
                sheet.add("To be asked", question_words(ask), Vec::new());
            }
        }
    }
}

/// Returns `fact: question`, and who judges it.
pub fn question_words(ask: &Ask) -> Vec<Piece> {
    let mut pieces = vec![piece(Style::Strong, &ask.fact), piece(Style::Plain, ": ")];
    pieces.push(piece(Style::Plain, ask.ask.as_ref().unwrap_or(&ask.label)));
    if let Some(judge) = &ask.judged_by {
        pieces.push(piece(Style::Unknown, format!(" (to be judged by {judge})")));
    }
    pieces
}

/// Returns `positive or neutral: YES [POE-W-03]`.
pub fn choice_words(choice: &Choice) -> Vec<Piece> {
    let mut pieces = vec![piece(Style::Plain, format!("{}: ", join_words(&choice.answers, "or")))];
    pieces.push(piece(Style::Strong, loud(&choice.outcome)));
    pieces.extend(tags(&choice.tags, " ", ""));
    pieces
}

/// Lines with a heading in front.
#[derive(Debug, Default)]
struct Sheet {
    lines: Vec<(String, Vec<Piece>, Vec<Piece>)>,
    last: String,
}

impl Sheet {
    /// Adds a line. A heading is said once for the lines that follow each other under it.
    fn add(&mut self, head: &str, left: Vec<Piece>, right: Vec<Piece>) {
        let said = if head == self.last { "" } else { head };
        self.lines.push((said.to_owned(), left, right));
        head.clone_into(&mut self.last);
    }

    /// Adds a line that belongs to the one before.
    fn more(&mut self, left: Vec<Piece>) {
        self.lines.push((String::new(), left, Vec::new()));
    }

    fn lay_out(self, limit: usize) -> Styled {
        let column = self.lines.iter().map(|(head, ..)| width(head)).max().unwrap_or(0).max(9) + 2;
        let rows = self.lines.into_iter().map(|(head, left, right)| {
            let pad = " ".repeat(column - width(&head));
            Row {
                first: vec![piece(Style::Strong, head), piece(Style::Plain, pad)],
                rest: vec![piece(Style::Plain, " ".repeat(column))],
                left,
                right,
            }
        });
        lay_out(rows.collect(), limit)
    }
}
