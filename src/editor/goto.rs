//! From a name to where it is declared and used.

use super::index::{Occurrence, SymbolId};
use super::symbol::Space;
use super::{Project, Text, scope};
use crate::load::{data_path, read_from};
use crate::source::Span;
use crate::syntax::ast::Header;
use crate::syntax::{TokenKind, tokens};

impl Project {
    /// Finds what the name at an offset stands for. In a declaration that cannot be read it is what the word means elsewhere
    /// in the file.
    pub fn symbol_at(&self, path: &str, offset: usize) -> Option<(Span, SymbolId)> {
        let text = self.text(path)?;
        let index = self.index();
        if let Some(Occurrence { span, symbol, .. }) = index.at(text.source, offset) {
            return Some((span, symbol));
        }
        if text.declaration_at(offset).is_some() {
            return None;
        }
        let (word, span) = self.word_at(text, offset)?;
        let names = scope::names(self, index, text);
        let spaces = [
            Space::Value,
            Space::Type,
            Space::Rule,
            Space::Source,
            Space::Question,
            Space::Calendar,
            Space::Profile,
            Space::Policy,
        ];
        let known = spaces.into_iter().find_map(|space| names.get(&(space, word)).copied());
        let member = || {
            let mut members = index.symbols().filter(|(_, it)| it.space == Space::Member && it.name == word);
            members.next().filter(|_| members.next().is_none()).map(|(id, _)| id)
        };
        Some((span, known.or_else(member)?))
    }

    /// Finds the word at an offset, its end included; none in comments and quoted texts.
    pub(super) fn word_at<'p>(&'p self, text: &Text, offset: usize) -> Option<(&'p str, Span)> {
        let all = self.loaded.sources.get(text.source).text();
        let token = tokens(all).into_iter().find(|token| token.start <= offset && offset <= token.end)?;
        let next = || tokens(all).into_iter().find(|token| token.start == offset && token.kind == TokenKind::Word);
        let token = if token.kind == TokenKind::Word { token } else { next()? };
        let span = Span::new(text.source, token.start, token.end);
        Some((self.loaded.sources.slice(span), span))
    }

    /// Returns where the name at an offset is declared: the declaration in force in this version if there is one.
    pub fn definition(&self, path: &str, offset: usize) -> Vec<Span> {
        let Some(text) = self.text(path) else { return Vec::new() };
        if let Some(place) = self.other_file(text, offset) {
            return vec![place];
        }
        let Some((_, id)) = self.symbol_at(path, offset) else { return Vec::new() };
        let index = self.index();
        match index.symbol(id).space {
            Space::Policy => index.sites(id).iter().map(|site| site.span).collect(),
            Space::Local => index.occurrences(id).filter(|it| it.declares).map(|it| it.span).collect(),
            _ => index.site(id, Some(text)).map(|site| site.span).into_iter().collect(),
        }
    }

    /// The version that an amendment names, or the file that data is read from.
    fn other_file(&self, text: &Text, offset: usize) -> Option<Span> {
        let holds = |span: Span| span.start as usize <= offset && offset <= span.end as usize;
        if let Header::Policy(header) = &text.parse.file.header
            && header.amends.as_ref().is_some_and(|day| holds(day.span))
        {
            let super::Place::Version(policy, version) = text.place else { return None };
            let versions = &self.loaded.policies.get(policy)?.versions;
            return Some(versions.get(versions.get(version)?.amends?)?.header.name.span);
        }
        let from = read_from(&text.declaration_at(offset)?.kind)?;
        let file = data_path(&text.path, &from.path.value).filter(|_| holds(from.path.span))?;
        let source = self.loaded.paths.iter().find(|(_, path)| **path == file)?.0;
        Some(Span::new(*source, 0, 0))
    }

    /// Returns all places where the thing at an offset is named, over all policies, versions and tests.
    pub fn references(&self, path: &str, offset: usize, declarations: bool) -> Vec<Span> {
        let Some((_, id)) = self.symbol_at(path, offset) else { return Vec::new() };
        self.index().occurrences(id).filter(|it| declarations || !it.declares).map(|it| it.span).collect()
    }

    /// Returns the places in one file where the thing at an offset is named, each with whether it is declared there.
    pub fn highlights(&self, path: &str, offset: usize) -> Vec<(Span, bool)> {
        let found = self.text(path).and_then(|text| Some((text.source, self.symbol_at(path, offset)?.1)));
        let Some((source, id)) = found else { return Vec::new() };
        let names = self.index().in_source(source).iter().filter(|it| it.symbol == id);
        names.map(|it| (it.span, it.declares)).collect()
    }
}
