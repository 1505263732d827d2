//! Profiles and tests.

use super::comments::Role;
use super::decl::Opening;
use super::expr::Level;
use super::printer::{Doc, Printer};
use super::words;
use crate::source::Span;
use crate::syntax::ast::*;

impl<'a> Printer<'a> {
    /// `profile worker { age_years is 30 }`.
    pub fn profile(&self, word: &str, d: &ProfileDecl) -> Doc<'a> {
        let first = self.text(format!("{word} {} ", words::head(&d.head)));
        if let Some(entry) = d.entries.first() {
            self.container(self.braces_around(entry.name.span));
        }
        first.append(self.entries(&d.entries)).append(self.clauses(self.common(&d.common)).group())
    }

    /// `{ age_years is 30, fit is unknown }`.
    fn entries(&self, entries: &[Entry]) -> Doc<'a> {
        let entries = entries.iter().map(|entry| self.element(entry.span, Role::Element, || self.entry(entry)));
        let entries = entries.collect();
        self.braces(entries)
    }

    fn entry(&self, entry: &Entry) -> Doc<'a> {
        let name = self.text(format!("{} is ", entry.name.value));
        match &entry.value {
            EntryValue::Unknown(_) => name.append("unknown"),
            EntryValue::Value(value) => name.append(self.expr(value, Level::Period)),
            EntryValue::Record(entries, span) => {
                self.container(*span);
                name.append(self.entries(entries))
            }
            EntryValue::List(records, span) => {
                self.container(*span);
                let records = records.iter().map(|record| match record.first() {
                    Some(first) => {
                        let span = self.braces_around(first.name.span);
                        self.element(span, Role::Element, || {
                            self.container(span);
                            self.entries(record)
                        })
                    }
                    None => self.bare(self.text("{}")),
                });
                let records = records.collect();
                name.append("list of ").append(self.braces(records))
            }
        }
    }

    /// `test t "Label" on D`, then `given`, then each `expect`.
    pub fn test(&self, word: &str, d: &TestDecl) -> Doc<'a> {
        let opening = Opening::head(word, &d.head);
        let opening = match &d.on {
            Some(on) => {
                let day = match on.value {
                    On::Date(date) => words::date(date),
                    On::Instant(instant) => self.instant(instant, on.span),
                };
                opening.and(&format!(" on {day}"), on.span)
            }
            None => opening,
        };
        let first = self.opening(opening);
        let mut clauses = Vec::new();
        if let (Some(start), Some(end)) = (d.given.first(), d.given.last()) {
            let part = |(index, given)| self.hung(index, given_span(given), || self.given(given));
            let given = || d.given.iter().enumerate().map(part).collect();
            let span = given_span(start).to(given_span(end));
            clauses.push(self.clause(span, || self.text("given ").append(self.hanging(given()))));
        }
        clauses.extend(d.expects.iter().map(|expect| self.clause(expect.span, || self.expect(expect))));
        clauses.extend(self.common(&d.common));
        let break_ = if d.head.label.is_some() || d.expects.len() > 1 { self.broken() } else { self.nil() };
        self.with_clauses(first.append(break_), clauses)
    }

    fn given(&self, given: &Given) -> Doc<'a> {
        match given {
            Given::Profile(name) => self.text(name.value.as_str()),
            Given::Entry(entry) => self.entry(entry),
        }
    }

    fn expect(&self, expect: &Expect) -> Doc<'a> {
        let outcome = match &expect.outcome {
            ExpectOutcome::Value(value) => self.expr(value, Level::Period),
            ExpectOutcome::Status(word) => self.text(word.value.as_str()),
        };
        let doc = self.text(format!("expect {} is ", expect.decision.value)).append(outcome);
        let doc = match &expect.missing {
            Some(names) => {
                let names = names.iter().map(|name| self.bare(self.text(words::missing(&name.value))));
                doc.append(" missing ").append(self.set(names.collect()))
            }
            None => doc,
        };
        match words::tags(&expect.because) {
            Some(tags) => doc.append(format!(" because {tags}")),
            None => doc,
        }
    }
}

fn given_span(given: &Given) -> Span {
    match given {
        Given::Profile(name) => name.span,
        Given::Entry(entry) => entry.span,
    }
}
