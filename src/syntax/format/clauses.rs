//! Clauses that several declarations share: sources, reasons, days, CSV files, values by day.

use super::expr::{Level, item_span};
use super::printer::{Doc, Element, Printer};
use super::words::{self, quote};
use crate::source::{Span, Spanned};
use crate::syntax::ast::*;

/// Returns the place of `a` to the last of the places that may follow it.
pub(super) fn reach(from: Span, to: impl IntoIterator<Item = Span>) -> Span {
    to.into_iter().fold(from, Span::to)
}

impl<'a> Printer<'a> {
    /// A clause of words alone.
    pub fn word_clause(&self, span: Span, words: String) -> Element<'a> {
        self.clause(span, || self.text(words))
    }

    /// `by "IRCC"`.
    pub fn text_clause(&self, word: &str, text: &Option<Text>) -> Option<Element<'a>> {
        text.as_ref().map(|text| self.word_clause(text.span, format!("{word} {}", quote(&text.value))))
    }

    /// `published 2024-01-02`.
    pub fn date_clause(&self, word: &str, date: &Option<Spanned<chrono::NaiveDate>>) -> Option<Element<'a>> {
        date.as_ref().map(|date| self.word_clause(date.span, format!("{word} {}", words::date(date.value))))
    }

    /// `until 2024-02-29 23:30 "America/Toronto"`.
    pub fn start_clause(&self, word: &str, start: &Option<Start>) -> Option<Element<'a>> {
        start.as_ref().map(|start| self.word_clause(start.span, format!("{word} {}", words::start(start))))
    }

    /// `when a [TAG] "label"`.
    pub fn item_clause(&self, word: &str, item: &Item) -> Element<'a> {
        self.clause(item_span(item), || self.text(word).append(self.item(item)))
    }

    /// `exception to s, t`.
    pub fn names_clause(&self, word: &str, names: &[Name]) -> Option<Element<'a>> {
        let span = words::names_span(names)?;
        let names = || {
            names
                .iter()
                .enumerate()
                .map(|(index, name)| self.hung(index, name.span, || self.text(name.value.as_str())))
                .collect()
        };
        Some(self.clause(span, || self.text(word).append(self.hanging(names()))))
    }

    /// `because`, then each `cite`, then `relies on`.
    pub fn common(&self, common: &Common) -> Vec<Element<'a>> {
        let because = common
            .because
            .iter()
            .map(|because| self.word_clause(because.span, format!("because {}", words::template(because))));
        let mut clauses: Vec<Element<'a>> = because.collect();
        clauses.extend(common.cites.iter().map(|cite| self.word_clause(cite.span, cite_words(cite))));
        clauses.extend(self.names_clause("relies on ", &common.relies));
        clauses
    }

    /// `no outranks yes outranks maybe`.
    pub fn rank(&self, values: &[Expr]) -> Doc<'a> {
        let values = values.iter().enumerate().map(|(index, value)| {
            let value = self.expr(value, Level::Rounding);
            if index == 0 { value } else { self.text(" outranks ").append(value) }
        });
        self.concat(values.collect::<Vec<_>>())
    }

    /// `otherwise no because "No ground."`: it comes last, because the clauses after it belong to it (G17).
    pub fn otherwise(&self, otherwise: &Option<Otherwise>) -> Option<Element<'a>> {
        otherwise.as_ref().map(|otherwise| {
            self.clause(otherwise.span, || {
                let first = self.text("otherwise ").append(self.values(&otherwise.values));
                self.with_clauses(first, self.common(&otherwise.common))
            })
        })
    }

    /// `0.00 CAD, yes`.
    pub fn values(&self, values: &[Expr]) -> Doc<'a> {
        let values = values.iter().enumerate().map(|(index, value)| {
            let value = self.expr(value, Level::Rounding);
            if index == 0 { value } else { self.text(", ").append(value) }
        });
        self.concat(values.collect::<Vec<_>>())
    }

    /// `read from "x.csv" column iso2`, then each further clause.
    pub fn read_from(&self, word: &str, read: &ReadFrom) -> Vec<Element<'a>> {
        let file = format!("{word} from {}", quote(&read.path.value));
        let mut clauses = Vec::new();
        match &read.column {
            Some(column) => {
                let words = format!("{file} column {}", words::column(&column.value));
                clauses.push(self.word_clause(read.path.span.to(column.span), words));
            }
            None => clauses.push(self.word_clause(read.path.span, file)),
        }
        if let (Some(first), Some(last)) = (read.columns.first(), read.columns.last()) {
            let span = column_span(first).to(column_span(last));
            let column = |(index, column)| self.hung(index, column_span(column), || self.text(column_words(column)));
            let columns = || read.columns.iter().enumerate().map(column).collect();
            clauses.push(self.clause(span, || self.text("columns ").append(self.hanging(columns()))));
        }
        if let Some((column, value)) = &read.filter {
            let words = format!("where {} is {}", words::column(&column.value), quote(&value.value));
            clauses.push(self.word_clause(column.span.to(value.span), words));
        }
        if let Some((from, until)) = &read.valid {
            let end = until.as_ref().map(|until| format!(" until {}", words::column(&until.value))).unwrap_or_default();
            let words = format!("valid from {}{end}", words::column(&from.value));
            clauses.push(self.word_clause(reach(from.span, until.iter().map(|until| until.span)), words));
        }
        clauses
    }

    /// Values by day: on the first line if they fit, else one a line.
    pub fn by_day<T>(&self, first: Doc<'a>, values: &[Dated<T>], value: impl Fn(&T) -> Doc<'a>) -> Doc<'a> {
        let last = values.len().saturating_sub(1);
        let lines = values.iter().enumerate().map(|(index, dated)| {
            let element = self.clause(dated.span, || {
                let words = value(&dated.value).append(format!(" from {}", words::start(&dated.from)));
                self.with_clauses(words, self.common(&dated.common))
            });
            self.line().append(self.with_comma(element, self.text(if index < last { "," } else { "" })))
        });
        first.append(self.concat(lines.collect::<Vec<_>>()).nest(super::printer::INDENT)).group()
    }
}

fn cite_words(cite: &Cite) -> String {
    let quoted = cite.quote.as_ref().map(|text| format!(" {}", quote(&text.value)));
    let at = cite.at.as_ref().map(|text| format!(" at {}", quote(&text.value)));
    format!("cite {}{}{}", cite.source.value, quoted.unwrap_or_default(), at.unwrap_or_default())
}

fn column_words(column: &ColumnAs) -> String {
    let split = column.split.as_ref().map(|text| format!(" split by {}", quote(&text.value)));
    format!("{} as {}{}", words::column(&column.column.value), column.name.value, split.unwrap_or_default())
}

fn column_span(column: &ColumnAs) -> Span {
    reach(column.column.span.to(column.name.span), column.split.iter().map(|text| text.span))
}
