//! What can be written at a place.
//!
//! While a declaration is written it does not parse. So the place is judged by the tokens before it: in which declaration it
//! stands, and after which word.
//!
//! - `before`: what stands before the place;
//! - `named`: words and names that are offered.

mod before;
mod named;

use super::index::SymbolId;
use super::symbol::{Space, space_of};
use super::words::{self, Kind as WordKind};
use super::{Project, Text};
use crate::load::subject::subject;
use crate::source::Span;
use crate::syntax::ast::DeclKind;
use crate::syntax::{Token, TokenKind, tokens};
use named::phrases;

/// What an offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A word of the language, or several.
    Keyword,
    /// A fact, parameter or other value.
    Value,
    /// A decision.
    Decision,
    /// A function.
    Function,
    /// A type.
    Type,
    /// A member of an enum.
    Member,
    /// A field.
    Field,
    /// A rule, profile, source, question, policy or library.
    Name,
    /// A clause tag.
    Tag,
}

/// Something that can be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What is written.
    pub text: String,
    /// What it is.
    pub kind: Kind,
    /// Its label or type: a few words.
    pub detail: Option<String>,
    /// What it names.
    pub symbol: Option<SymbolId>,
}

/// All that can be written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offers {
    /// What is replaced: the part of a word before the place.
    pub span: Span,
    /// What can be written there, the likeliest first.
    pub offers: Vec<Offer>,
}

impl Project {
    /// Returns what can be written at an offset.
    pub fn complete(&self, path: &str, offset: usize) -> Option<Offers> {
        let text = self.text(path)?;
        let all = self.loaded.sources.get(text.source).text();
        let before = all.get(..offset)?;
        let start = before.len() - before.bytes().rev().take_while(|byte| is_word(*byte)).count();
        let span = Span::new(text.source, start, offset);
        let offers = |offers| Some(Offers { span, offers });
        // A tag has signs of its own: all of it is replaced.
        if let Some(open) = open_tag(before) {
            let span = Span::new(text.source, open, offset);
            return Some(Offers { span, offers: self.tags(text) });
        }
        let all_tokens = tokens(all);
        let list: Vec<Token> = all_tokens.iter().copied().take_while(|token| token.end <= start).collect();
        let inside_text =
            all_tokens.iter().any(|it| it.kind == TokenKind::Text && it.start < offset && offset < it.end);
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let unclosed = all_tokens.iter().any(|it| it.kind == TokenKind::Text && it.start < offset && it.end == offset)
            && !before.ends_with('"');
        let here = Here { project: self, text, all, tokens: list, at_margin: start == line };
        if inside_text || unclosed {
            return offers(if here.in_hole(before, line) { here.values() } else { Vec::new() });
        }
        let comment = before[line..].find('#').is_some_and(|at| {
            !all_tokens.iter().any(|it| it.kind == TokenKind::Text && it.start <= line + at && line + at < it.end)
        });
        offers(if comment { Vec::new() } else { here.offers() })
    }

    /// The clauses of the root's list, and the tags that are used.
    fn tags(&self, text: &Text) -> Vec<Offer> {
        let mut offers: Vec<Offer> =
            self.clauses().into_iter().map(|(tag, words)| tag_offer(tag, Some(words))).collect();
        let listed = !offers.is_empty();
        for other in self.texts().iter().filter(|other| other.source == text.source || !listed) {
            for declaration in &other.parse.file.declarations {
                let Some(subject) = subject(&declaration.kind) else { continue };
                for tag in subject.tags {
                    if !offers.iter().any(|offer| offer.text == tag.value) {
                        offers.push(tag_offer(tag.value.clone(), None));
                    }
                }
            }
        }
        offers
    }
}

fn tag_offer(text: String, detail: Option<String>) -> Offer {
    Offer { text, kind: Kind::Tag, detail: detail.filter(|words| !words.is_empty()), symbol: None }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Returns where the tag begins that stands open before a place.
fn open_tag(before: &str) -> Option<usize> {
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let open = line + before[line..].rfind('[')?;
    let rest = &before[open + 1..];
    let closed = rest.contains([']', '"', '#', '{']) || before[line..open].matches('"').count() % 2 == 1;
    let last = rest.rfind(',').map_or(0, |at| at + 1);
    let blanks = rest[last..].len() - rest[last..].trim_start().len();
    (!closed).then_some(open + 1 + last + blanks)
}

/// A place, with what stands before it.
struct Here<'p> {
    project: &'p Project,
    text: &'p Text,
    all: &'p str,
    /// The tokens before the word that is written.
    tokens: Vec<Token>,
    /// Whether the word begins its line.
    at_margin: bool,
}

impl Here<'_> {
    /// What can be written here, the likeliest first: by the word before, else by what the declaration still lacks.
    fn offers(&self) -> Vec<Offer> {
        let Some(begin) = self.begin().filter(|_| !self.at_margin) else { return self.declarations() };
        let verb = Some(self.slice(begin)).filter(|word| matches!(*word, "insert" | "replace" | "repeal"));
        let kind = self.slice(begin + usize::from(verb.is_some()));
        if verb.is_some() && self.tokens.len() == begin + 1 {
            return self.keywords(|word| space_of(word).is_some() || word == "use", WordKind::Declaration);
        }
        if let (Some("replace" | "repeal"), true) = (verb, self.tokens.len() == begin + 2) {
            return self.amended(kind);
        }
        let clauses = clauses(kind);
        let names = |space| self.names(space);
        let values = || self.values();
        match (self.word(1), self.word(0)) {
            (_, "use") if kind == "use" => return [names(Space::Library), names(Space::Policy)].concat(),
            ("repeal", "use") => return [names(Space::Library), names(Space::Policy)].concat(),
            (_, "cite" | "under") => return names(Space::Source),
            ("relies", "on") => return names(Space::Question),
            ("exception", "to") => return names(Space::Rule),
            (_, "about") => return self.decisions(),
            ("decided", "by") => return self.of_kind(|kind| matches!(kind, DeclKind::Fact(_))),
            ("days", "of") => return names(Space::Calendar),
            (_, "amends") => return self.versions(),
            (_, "given") => return [names(Space::Profile), self.facts()].concat(),
            (_, "expect") => {
                return [self.decisions(), self.of_kind(|kind| matches!(kind, DeclKind::Define(_)))].concat();
            }
            (_, "changeable") => return phrases(&["easy", "hard", "never"]),
            (_, "rounding") | ("months", "round") => return phrases(&["down", "up"]),
            (_, "half") => return phrases(&["even", "up", "down"]),
            ("set" | "list" | "total", "of") => return self.types(),
            (_, "->") => return values(),
            _ => {}
        }
        let word = self.word(0);
        let fresh = self.tokens.len() == begin + 1 + usize::from(verb.is_some());
        if fresh {
            // A new name: nobody can know it.
            return Vec::new();
        }
        if word == "." {
            return self.fields();
        }
        if self.takes_type(kind, begin) {
            return self.types();
        }
        if kind == "rule" && self.takes_decision(begin) {
            return [self.decisions(), phrases(clauses)].concat();
        }
        if word == ","
            && let Some(space) = self.list_of()
        {
            return space;
        }
        if kind == "profile" && matches!(word, "{" | ",") {
            return self.facts();
        }
        if let Some(members) = self.members_of_left() {
            return [members, values()].concat();
        }
        if self.after_operand() {
            let operators = ["and", "or", "is", "is not", "in", "not in"];
            return [phrases(clauses), phrases(&operators)].concat();
        }
        let starts = [
            "not",
            "all of {",
            "any of {",
            "none of {",
            "at least",
            "yes",
            "no",
            "none",
            "every",
            "any",
            "if",
            "count(",
            "days from",
            "months from",
        ];
        let functions = words::FUNCTIONS.iter().map(|(name, help)| Offer {
            text: (*name).to_owned(),
            kind: Kind::Function,
            detail: Some((*help).to_owned()),
            symbol: None,
        });
        [values(), phrases(&starts), functions.collect()].concat()
    }
}

/// The clauses of a kind of declaration, in the order in which they are usually written.
fn clauses(kind: &str) -> &'static [&'static str] {
    match kind {
        "policy" => &[
            "jurisdiction",
            "effective from",
            "until",
            "announced",
            "amends",
            "decided by",
            "months round down",
            "zone",
        ],
        "use" => &["outside"],
        "source" => &["by", "published", "accessed", "url"],
        "fact" => &[
            "or none",
            "ask",
            "within",
            "typical",
            "changeable",
            "private",
            "judged by",
            "written",
            "because",
            "cite",
            "relies on",
        ],
        "assume" => &["unless stated", "because", "cite"],
        "enum" => &["open", "read from", "written", "column", "cite"],
        "set" => &["read from", "column", "where", "valid from", "cite", "relies on"],
        "record" => &["is period", "or none", "written", "cite"],
        "calendar" => &["weekend", "holidays", "covers", "read from", "column", "cite"],
        "parameter" | "scale" => &["from", "no value from", "up to", "above", "cite"],
        "table" => &[
            "unique",
            "any",
            "highest",
            "collect",
            "first",
            "read from",
            "columns",
            "otherwise",
            "because",
            "cite",
            "relies on",
        ],
        "decision" => &["outranks", "otherwise", "because", "cite", "relies on"],
        "rule" => &["when", "unless", "because", "cite", "relies on", "exception to"],
        "note" => &["about", "when", "cite", "relies on"],
        "question" => &["reading", "owner", "cite"],
        "test" => &["on", "given", "expect", "because", "missing"],
        _ => &["because", "cite", "relies on"],
    }
}
