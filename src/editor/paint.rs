//! What each token of a file is, for colours.

use super::symbol::Space;
use super::words::{self, Kind};
use super::{Project, scope};
use crate::source::Span;
use crate::syntax::ast::DeclKind;
use crate::syntax::{TokenKind, tokens};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Paint {
    /// A word of the language that begins, joins or ends something.
    Keyword,
    /// `and`, `is`, `<=`, `+`.
    Operator,
    /// A type.
    Type,
    /// A fact.
    Fact,
    /// A definition, table or scale.
    Definition,
    /// A parameter, set or calendar: what the law fixes.
    Constant,
    /// A decision.
    Decision,
    /// A rule.
    Rule,
    /// A member of an enum, `yes`, `no`, `none`.
    Member,
    /// A field of a record.
    Field,
    /// A bound variable or parameter.
    Local,
    /// A policy, library, source or question.
    Name,
    /// A clause tag.
    Tag,
    /// A quoted text.
    Text,
    /// A number, amount or date.
    Number,
    /// A comment.
    Comment,
}

/// A token with what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Painted {
    /// Its place, on one line.
    pub span: Span,
    /// What it is.
    pub paint: Paint,
    /// Whether it declares a name.
    pub declares: bool,
}

impl Project {
    /// Returns the tokens of a file in order, each on one line; signs without meaning are left out.
    pub fn paint(&self, path: &str) -> Vec<Painted> {
        let Some(text) = self.text(path) else { return Vec::new() };
        let all = self.loaded.sources.get(text.source).text();
        let index = self.index();
        let mut painted = Vec::new();
        let mut names = index.in_source(text.source).iter().peekable();
        let mut last = 0;
        let mut in_tags = false;
        let mut push = |start, end, paint, declares| {
            painted.push(Painted { span: Span::new(text.source, start, end), paint, declares });
        };
        for token in tokens(all) {
            comments(all, last, token.start, &mut push);
            last = token.end;
            let word = &all[token.start..token.end];
            // A dotted name of a library is one name of several tokens.
            while names.next_if(|name| name.span.end as usize <= token.start).is_some() {}
            let name = names.peek().filter(|name| name.span.start as usize <= token.start);
            match token.kind {
                TokenKind::Bracket if word == "[" => in_tags = true,
                TokenKind::Bracket if word == "]" => in_tags = false,
                _ if in_tags && word != "," => push(token.start, token.end, Paint::Tag, false),
                TokenKind::Word => {
                    let known = name.and_then(|name| Some((self.paint_symbol(name.symbol)?, name.declares)));
                    let known = known.or_else(|| Some((paint_word(word)?, false)));
                    if let Some((paint, declares)) = known {
                        push(token.start, token.end, paint, declares);
                    }
                }
                TokenKind::Number => push(token.start, token.end, Paint::Number, false),
                TokenKind::Text => push(token.start, token.end, Paint::Text, false),
                TokenKind::Sign if matches!(word, "<" | ">" | "=" | "+" | "-" | "*" | "/" | "|") => {
                    push(token.start, token.end, Paint::Operator, false);
                }
                TokenKind::Sign | TokenKind::Bracket => {}
            }
        }
        comments(all, last, all.len(), &mut push);
        painted
    }

    fn paint_symbol(&self, id: super::index::SymbolId) -> Option<Paint> {
        let index = self.index();
        Some(match index.symbol(id).space {
            Space::Value if scope::is_decision(self, index, id) => Paint::Decision,
            Space::Value => {
                let site = index.sites(id).first()?;
                match site.declaration(self)?.kind {
                    DeclKind::Fact(_) => Paint::Fact,
                    DeclKind::Define(_) | DeclKind::Table(_) | DeclKind::Scale(_) => Paint::Definition,
                    _ => Paint::Constant,
                }
            }
            Space::Type => Paint::Type,
            Space::Member => Paint::Member,
            Space::Field => Paint::Field,
            Space::Local => Paint::Local,
            Space::Rule | Space::Profile | Space::Other(_) => Paint::Rule,
            Space::Calendar => Paint::Constant,
            Space::Source | Space::Question | Space::Policy | Space::Library => Paint::Name,
        })
    }
}

/// Paints the comments between two tokens, a line each.
fn comments(all: &str, from: usize, to: usize, push: &mut impl FnMut(usize, usize, Paint, bool)) {
    let mut at = from;
    for line in all.get(from..to).unwrap_or("").split_inclusive('\n') {
        if let Some(begin) = line.find('#') {
            push(at + begin, at + line.trim_end().len(), Paint::Comment, false);
        }
        at += line.len();
    }
}

/// What a word is that names nothing.
fn paint_word(word: &str) -> Option<Paint> {
    if words::BUILT_IN_TYPES.iter().any(|(name, _)| *name == word) {
        return Some(Paint::Type);
    }
    Some(match words::find(word)?.kind {
        Kind::Declaration | Kind::Verb | Kind::Clause => Paint::Keyword,
        Kind::Operator => Paint::Operator,
        Kind::Constant => Paint::Member,
        Kind::Type => Paint::Type,
        Kind::Unit => Paint::Number,
    })
}
