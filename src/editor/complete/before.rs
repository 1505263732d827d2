//! What stands before a place.

use super::named::phrases;
use super::{Here, Kind, Offer};
use crate::editor::scope;
use crate::editor::symbol::{Owner, Space};
use crate::editor::words::{self, Kind as WordKind};
use crate::syntax::ast::TypeKind;
use crate::syntax::{Token, TokenKind, is_declaration_word};

impl<'p> Here<'p> {
    /// The token so many before the place; 0 is the one directly before.
    pub(super) fn word(&self, back: usize) -> &'p str {
        let at = self.tokens.len().checked_sub(back + 1);
        at.and_then(|at| self.tokens.get(at)).map_or("", |token| &self.all[token.start..token.end])
    }

    /// Where the declaration begins that the place stands in.
    pub(super) fn begin(&self) -> Option<usize> {
        let margin = |token: &Token| token.start == 0 || self.all.as_bytes().get(token.start - 1) == Some(&b'\n');
        let begins = |token: &Token| margin(token) && is_declaration_word(&self.all[token.start..token.end]);
        self.tokens.iter().rposition(begins)
    }

    /// The token of a number.
    pub(super) fn slice(&self, at: usize) -> &'p str {
        self.tokens.get(at).map_or("", |token| &self.all[token.start..token.end])
    }

    /// Whether the place stands in `{…}` of a `because`.
    pub(super) fn in_hole(&self, before: &str, line: usize) -> bool {
        let open = before[line..].rfind('{');
        open.is_some_and(|at| !before[line + at..].contains('}')) && self.word(0) == "because"
    }

    /// Whether a type is expected: after the colon of a declaration or field.
    pub(super) fn takes_type(&self, kind: &str, begin: usize) -> bool {
        if self.word(0) != ":" {
            return false;
        }
        let colons = (begin..self.tokens.len()).filter(|&at| self.slice(at) == ":").count();
        let equals = (begin..self.tokens.len()).any(|at| self.slice(at) == "=");
        match kind {
            "fact" | "parameter" | "scale" | "set" | "decision" => colons == 1,
            "record" => true,
            "define" | "table" => !equals,
            _ => false,
        }
    }

    /// Whether the outcome of a rule is still to come: its name, tags and label stand there, and nothing else.
    pub(super) fn takes_decision(&self, begin: usize) -> bool {
        let mut at = begin + 1;
        // After a verb the keyword is still to come.
        at += usize::from(self.slice(at) == "rule");
        at += 1;
        let mut in_tags = false;
        (at..self.tokens.len()).all(|at| {
            let word = self.slice(at);
            in_tags = (in_tags || word == "[") && word != "]";
            in_tags || word == "]" || word.starts_with('"')
        })
    }

    /// After a comma: the list that goes on, of rules, questions, profiles and facts.
    pub(super) fn list_of(&self) -> Option<Vec<Offer>> {
        let mut depth = 0;
        for back in 1..self.tokens.len() {
            match self.word(back) {
                "}" | ")" | "]" => depth += 1,
                "{" | "(" | "[" if depth == 0 => return None,
                "{" | "(" | "[" => depth -= 1,
                "to" if depth == 0 && self.word(back + 1) == "exception" => return Some(self.names(Space::Rule)),
                "on" if depth == 0 && self.word(back + 1) == "relies" => return Some(self.names(Space::Question)),
                "given" if depth == 0 => return Some([self.facts(), self.names(Space::Profile)].concat()),
                "missing" => return Some(self.facts()),
                word if depth == 0 && words::find(word).is_some_and(|it| it.kind == WordKind::Clause) => return None,
                _ => {}
            }
        }
        None
    }

    /// After `is`, `is not`, `in`, or inside a set after them: the members of what stands on the left.
    pub(super) fn members_of_left(&self) -> Option<Vec<Offer>> {
        let mut back = 0;
        // `in {A, B,`
        while matches!(self.word(back), "," | "{") || back > 0 && self.word(back - 1) == "," {
            back += 1;
        }
        if back > 0 && self.word(back - 1) != "{" {
            return None;
        }
        if self.word(back) == "not" {
            back += 1;
        }
        if self.word(back) == "in" && self.word(back + 1) == "not" {
            back += 1;
        }
        if !matches!(self.word(back), "is" | "in" | "within" | "overlaps" | "includes") {
            return None;
        }
        let mut names = vec![self.word(back + 1)];
        let mut at = back + 2;
        while self.word(at) == "." {
            names.insert(0, self.word(at + 1));
            at += 2;
        }
        let index = self.project.index();
        let scope = scope::names(self.project, index, self.text);
        let first = scope.get(&(Space::Value, names.first().copied()?)).copied();
        let mut id = first.or_else(|| index.find(Space::Value, Owner::Root, names[0]))?;
        for name in &names[1..] {
            id = index.find(Space::Field, index.inside(id)?.clone(), name)?;
        }
        let ty = index.ty(id)?;
        let mut offers: Vec<Offer> = match index.inside(id) {
            Some(owner) => index.parts(owner, Space::Member).map(|(id, _)| self.offer(id, Kind::Member)).collect(),
            None => Vec::new(),
        };
        if matches!(ty.kind, TypeKind::YesNo) {
            offers.extend(phrases(&["yes", "no"]));
        }
        if ty.or_none {
            offers.extend(phrases(&["none"]));
        }
        (!offers.is_empty()).then_some(offers)
    }

    /// After a dot: the fields of what stands before it, or the members of a type.
    pub(super) fn fields(&self) -> Vec<Offer> {
        let index = self.project.index();
        let names = scope::names(self.project, index, self.text);
        let word = self.word(1);
        let value = names.get(&(Space::Value, word)).and_then(|&id| index.inside(id).cloned());
        let ty = || names.contains_key(&(Space::Type, word)).then(|| Owner::Type(word.to_owned()));
        let own = value.or_else(ty);
        let parts = |owner: &Owner| -> Vec<Offer> {
            let fields = index.parts(owner, Space::Field).map(|(id, _)| self.offer(id, Kind::Field));
            let members = index.parts(owner, Space::Member).map(|(id, _)| self.offer(id, Kind::Member));
            fields.chain(members).collect()
        };
        match own {
            Some(owner) => parts(&owner),
            // A bound variable of a declaration that does not parse: any field may be meant.
            None => {
                let fields = index.symbols().filter(|(_, it)| it.space == Space::Field);
                fields.map(|(id, _)| self.offer(id, Kind::Field)).collect()
            }
        }
    }

    /// Whether a value stands directly before: an operator or clause follows.
    pub(super) fn after_operand(&self) -> bool {
        let Some(token) = self.tokens.last() else { return false };
        match token.kind {
            TokenKind::Number | TokenKind::Text => true,
            TokenKind::Bracket => matches!(self.word(0), ")" | "}" | "]"),
            TokenKind::Sign => false,
            TokenKind::Word => match words::find(self.word(0)) {
                Some(word) => matches!(word.kind, WordKind::Constant | WordKind::Unit | WordKind::Type),
                None => true,
            },
        }
    }
}
