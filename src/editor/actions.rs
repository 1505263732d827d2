//! What can be done about a finding, or with what stands under the cursor.

use super::symbol::{Owner, Space};
use super::{Edit, Project, Text, scope};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Declaration, Header};
use crate::syntax::{Token, TokenKind, tokens};

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it does, in words.
    pub title: String,
    /// How.
    pub edits: Vec<Edit>,
    /// The finding that it mends, as an index into [`Project::findings`]; nothing for what is added.
    pub mends: Option<usize>,
}

impl Project {
    /// Returns what can be done in a range of a file: first what mends its findings.
    pub fn actions(&self, path: &str, range: std::ops::Range<usize>) -> Vec<Action> {
        let Some(text) = self.text(path) else { return Vec::new() };
        let touches = |span: Span| {
            span.source == text.source && span.start as usize <= range.end && range.start <= span.end as usize
        };
        let mut actions = Vec::new();
        for (at, finding) in self.findings.iter().enumerate().filter(|(_, it)| it.span().is_some_and(touches)) {
            let Some(span) = finding.span() else { continue };
            for (title, edits) in self.mend(text, finding, span) {
                actions.push(Action { title, edits, mends: Some(at) });
            }
        }
        if let Some(declaration) = text.declaration_at(range.start)
            && let Some(test) = self.test_skeleton(text, declaration)
        {
            let name = declaration.kind.name().unwrap_or_default();
            let edits = vec![Edit { span: declaration.span.after(), text: format!("\n\n{test}") }];
            actions.push(Action { title: format!("Add a test of `{name}`"), edits, mends: None });
        }
        actions
    }

    fn mend(&self, text: &Text, finding: &Diagnostic, span: Span) -> Vec<(String, Vec<Edit>)> {
        let help = finding.help.as_deref().unwrap_or("");
        let mut found = Vec::new();
        let written = self.loaded.sources.slice(span);
        let mut put = |word: &str| {
            let word = if written.starts_with('"') { format!("\"{word}\"") } else { word.to_owned() };
            found.push((format!("Write `{word}`"), vec![Edit { span, text: word }]));
        };
        if let Some(near) =
            quoted_after(help, "did you mean ").or_else(|| quoted_after(help, "did you mean the value "))
        {
            put(near);
        } else if finding.code == Code::WRONG_OPERATOR
            && let Some(word) = quoted_after(&finding.message, "is written ")
        {
            put(word);
        } else if finding.code == Code::WRONG_WORD
            && let Some(word) = quoted_after(help, "write ").filter(|word| help == format!("write `{word}`"))
        {
            put(word);
        }
        if let Some(used) = quoted_after(help, "add ").and_then(|use_| use_.strip_prefix("use ")) {
            found.push((format!("Use `{used}`"), vec![self.add_use(text, used)]));
        }
        let declaration = text.declaration_at(span.start as usize);
        match finding.code {
            Code::NO_ROUNDING => found.extend(self.roundings(text, span)),
            Code::VERB => {
                let verb = quoted_after(help, "write ").and_then(|text| text.split(' ').next());
                if let (Some(verb @ ("insert" | "replace")), Some(declaration)) = (verb, declaration) {
                    let span = Span { end: declaration.span.start, ..declaration.span };
                    found.push((format!("Write `{verb}` before it"), vec![Edit { span, text: format!("{verb} ") }]));
                }
            }
            Code::UNKNOWN_NAME => found.extend(self.declare_missing(text, finding, span, declaration)),
            _ => {}
        }
        found
    }

    /// `use` after the last one, or after the head.
    fn add_use(&self, text: &Text, used: &str) -> Edit {
        let verb = if text.amends() { "insert " } else { "" };
        let uses = text.parse.file.declarations.iter().filter(|it| matches!(it.kind, DeclKind::Use(_)));
        let header = match &text.parse.file.header {
            Header::Policy(header) => Some(header.span),
            Header::Library { span, .. } => Some(*span),
            Header::None => None,
        };
        match uses.map(|it| it.span).next_back().or(header) {
            Some(span) => Edit { span: span.after(), text: format!("\n{verb}use {used}") },
            None => Edit { span: Span::new(text.source, 0, 0), text: format!("{verb}use {used}\n") },
        }
    }

    /// Names the rounding of months: here, or in the head for the whole version.
    fn roundings(&self, text: &Text, span: Span) -> Vec<(String, Vec<Edit>)> {
        let mut found = Vec::new();
        for (direction, day) in [("down", "the last day of the month"), ("up", "the first of the next month")] {
            let before = Edit { span: Span { end: span.start, ..span }, text: "(".into() };
            let after = Edit { span: span.after(), text: format!(" rounding {direction})") };
            found.push((format!("Round {direction} here: to {day}"), vec![before, after]));
        }
        if let Header::Policy(header) = &text.parse.file.header {
            for direction in ["down", "up"] {
                let edit = Edit { span: header.span.after(), text: format!(" months round {direction}") };
                found.push((format!("Round {direction} in the whole version"), vec![edit]));
            }
        }
        found
    }

    /// Declares a fact, source or decision of an unknown name before the declaration that uses it.
    fn declare_missing(
        &self,
        text: &Text,
        finding: &Diagnostic,
        span: Span,
        declaration: Option<&Declaration>,
    ) -> Option<(String, Vec<Edit>)> {
        let name = self.loaded.sources.slice(span);
        let kind = finding.message.strip_prefix("unknown ")?.split(' ').next()?;
        let words = name.replace('_', " ");
        let (kind, declared) = match kind {
            "name" if self.is_free(text, "fact", name) => {
                ("fact", format!("fact {name} \"{words}\": {}", self.guess_type(text, span)))
            }
            "source" => ("source", format!("source {name} \"{words}\"")),
            "decision" => ("decision", format!("decision {name} \"{words}\": yes/no otherwise no")),
            _ => return None,
        };
        let verb = if text.amends() { "insert " } else { "" };
        let start = declaration?.span;
        let edit = Edit { span: Span { end: start.start, ..start }, text: format!("{verb}{declared}\n\n") };
        Some((format!("Declare the {kind} `{name}`"), vec![edit]))
    }

    /// Guesses the type of a name by what it is compared with: `age >= 18` is about an integer.
    fn guess_type(&self, text: &Text, name: Span) -> String {
        let all = self.loaded.sources.get(text.source).text();
        let tokens = tokens(all);
        let is = |token: Option<&Token>| token.map_or("", |token| &all[token.start..token.end]);
        let Some(mut at) = tokens.iter().position(|token| token.start == name.start as usize) else {
            return "yes/no".into();
        };
        at += 1;
        let compares = |word: &str| matches!(word, "is" | "not" | "in" | "<" | ">" | "=" | "within" | "overlaps");
        if !compares(is(tokens.get(at))) || is(tokens.get(at)) == "not" && is(tokens.get(at + 1)) != "in" {
            return "yes/no".into();
        }
        let set = matches!(is(tokens.get(at)), "within" | "overlaps");
        while compares(is(tokens.get(at))) || is(tokens.get(at)) == "{" {
            at += 1;
        }
        let Some(value) = tokens.get(at) else { return "yes/no".into() };
        let next = is(tokens.get(at + 1));
        let ty = match value.kind {
            TokenKind::Text => "text".to_owned(),
            TokenKind::Number => match next {
                "-" => "date".into(),
                "." | "%" => "decimal".into(),
                "days" | "day" | "weeks" | "week" => "days".into(),
                "months" | "month" | "years" | "year" => "months".into(),
                next if next.len() == 3 && next.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                    format!("money {next}")
                }
                _ => "integer".into(),
            },
            _ => self.type_of_word(text, is(Some(value))),
        };
        if set { format!("set of {ty}") } else { ty }
    }

    fn type_of_word(&self, text: &Text, word: &str) -> String {
        let index = self.index();
        let names = scope::names(self, index, text);
        if let Some(id) = names.get(&(Space::Value, word)) {
            return match index.inside(*id) {
                Some(Owner::Type(name)) => name.clone(),
                _ => index.ty(*id).map_or("yes/no".into(), crate::syntax::format::type_text),
            };
        }
        let mut owners = index.symbols().filter(|(_, it)| it.space == Space::Member && it.name == word);
        match owners.next().map(|(_, symbol)| &symbol.owner) {
            Some(Owner::Type(name)) => name.clone(),
            _ if word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()) => "country".into(),
            _ => "yes/no".into(),
        }
    }
}

/// Returns what stands between backticks directly after some words.
fn quoted_after<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(&format!("{words}`"))?;
    Some(rest.split_once('`')?.0)
}
