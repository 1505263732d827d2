//! A new name for a thing, everywhere it is named.
//!
//! A rename is tried before it is offered: the edited files are loaded and checked, and what makes an error that was not there
//! is refused. Members and fields that data spells by their name get `written "…"`, so that data keeps its meaning; in files of
//! facts and cases the keys of facts and decisions change with them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::index::SymbolId;
use super::symbol::{Owner, Space};
use super::{Edit, Project, scope};
use crate::diagnostic::Diagnostic;
use crate::load::subject::subject;
use crate::source::{Sources, Span};
use crate::syntax::ast::{DeclKind, EnumBody, FieldDecl};
use crate::syntax::parse;

/// All changes that a rename makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Renamed {
    /// In policies.
    pub edits: Vec<Edit>,
    /// In files of facts and cases, by their name: bytes and what stands there then.
    pub data: BTreeMap<String, Vec<(Range<usize>, String)>>,
}

impl Project {
    /// Returns the name at an offset, if it can be changed.
    ///
    /// # Errors
    /// Why it cannot, in words for people.
    pub fn renameable(&self, path: &str, offset: usize) -> Result<Span, String> {
        let (span, id) = self.symbol_at(path, offset).ok_or("nothing that has a name of its own stands here")?;
        match self.index().symbol(id).space {
            Space::Library => Err("a library is named by its file: rename the file".to_owned()),
            _ => Ok(span),
        }
    }

    /// Renames the thing at an offset. `data` holds files of facts and cases by name.
    ///
    /// # Errors
    /// Why it cannot be done, in words for people: no name, a taken one, a text that would not check.
    pub fn rename(
        &self,
        path: &str,
        offset: usize,
        new: &str,
        data: &BTreeMap<String, String>,
    ) -> Result<Renamed, String> {
        self.renameable(path, offset)?;
        let (_, id) = self.symbol_at(path, offset).ok_or("nothing is named here")?;
        let index = self.index();
        let symbol = index.symbol(id);
        if symbol.name == new {
            return Ok(Renamed::default());
        }
        if !is_name(new, symbol.space == Space::Member) {
            let form = "a name starts with a small letter, goes on with letters, digits and `_`, and is no word of the language";
            return Err(format!("`{new}` is no name: {form}"));
        }
        if let Some(taken) = index.find(symbol.space, symbol.owner.clone(), new) {
            let place = index.sites(taken).first().map(|site| self.loaded.sources.place(site.span));
            return Err(format!("`{new}` is taken: {}", place.unwrap_or_else(|| "it is declared already".into())));
        }
        let mut edits: Vec<Edit> =
            index.occurrences(id).map(|it| Edit { span: it.span, text: new.to_owned() }).collect();
        edits.extend(self.spellings(id));
        edits.sort_by_key(|edit| edit.span);
        self.try_out(&edits, new)?;
        let data = if self.spelt_by_name(id) { keys(data, &symbol.name, new) } else { BTreeMap::new() };
        Ok(Renamed { edits, data })
    }

    /// Makes sure that edits bring no new error.
    fn try_out(&self, edits: &[Edit], new: &str) -> Result<(), String> {
        let mut folder = self.folder.clone();
        for (&source, path) in &self.loaded.paths {
            let own = edits.iter().filter(|edit| edit.span.source == source);
            let own: Vec<(Range<usize>, &str)> = own.map(|edit| (edit.span.range(), edit.text.as_str())).collect();
            if !own.is_empty() {
                let text = apply(self.loaded.sources.get(source).text(), &own);
                folder.files.insert(path.clone(), text.into_bytes());
            }
        }
        let errors = |findings: &[Diagnostic]| findings.iter().filter(|it| it.is_error()).count();
        let after = Project::again(folder, self.parsed.clone());
        if errors(&after.findings) <= errors(&self.findings) {
            return Ok(());
        }
        let known: Vec<&str> = self.findings.iter().map(|finding| finding.message.as_str()).collect();
        let first = after.findings.iter().find(|it| it.is_error() && !known.contains(&it.message.as_str()));
        let first = first.map_or(String::new(), |finding| {
            let place = finding.span().map(|span| format!(" ({})", after.loaded.sources.place(span)));
            format!(": {}{}", finding.message, place.unwrap_or_default())
        });
        Err(format!("`{new}` would make an error{first}"))
    }

    /// Whether files of facts and cases name a thing as policies do.
    fn spelt_by_name(&self, id: SymbolId) -> bool {
        let index = self.index();
        let mut sites = index.sites(id).iter().filter_map(|site| site.declaration(self));
        match sites.next().map(|declaration| &declaration.kind) {
            Some(DeclKind::Fact(fact)) => index.symbol(id).space == Space::Value && fact.written.is_none(),
            Some(DeclKind::Decision(_) | DeclKind::Define(_)) => index.symbol(id).space == Space::Value,
            _ => false,
        }
    }

    /// Keeps the spelling of members and fields in data.
    fn spellings(&self, id: SymbolId) -> Vec<Edit> {
        let index = self.index();
        let symbol = index.symbol(id);
        if !matches!((symbol.space, &symbol.owner), (Space::Member | Space::Field, Owner::Type(_))) {
            return Vec::new();
        }
        let spelling = |span: Span| Edit { span: span.after(), text: format!(" written \"{}\"", symbol.name) };
        let mut edits = Vec::new();
        for site in index.sites(id) {
            match site.declaration(self).map(|declaration| &declaration.kind) {
                Some(DeclKind::Enum(decl)) => {
                    let EnumBody::Members(members) = &decl.body else { continue };
                    let own = members.iter().find(|it| it.name.span == site.span && it.written.is_none());
                    edits.extend(own.map(|it| spelling(it.label.as_ref().map_or(it.name.span, |label| label.span))));
                }
                Some(DeclKind::Record(decl)) => {
                    let own = |it: &&FieldDecl| it.head.name.span == site.span && it.written.is_none();
                    edits.extend(decl.fields.iter().find(own).map(|it| spelling(it.ty.span)));
                }
                _ => {}
            }
        }
        edits
    }

    /// Whether a name is free in a file for a new declaration.
    pub(super) fn is_free(&self, text: &super::Text, kind: &str, name: &str) -> bool {
        let names = scope::names(self, self.index(), text);
        let space = super::symbol::space_of(kind);
        text.find(kind, name).is_none() && space.is_none_or(|space| !names.contains_key(&(space, name)))
    }
}

/// Whether a word can be a name; members may also begin with a capital.
fn is_name(word: &str, member: bool) -> bool {
    let mut sources = Sources::new();
    let text = if member { format!("enum e {{ {word} }}") } else { format!("profile {word} {{}}") };
    let source = sources.add("", text);
    let parse = parse(&sources, source);
    let is = |kind: &DeclKind| match kind {
        DeclKind::Enum(decl) => {
            matches!(&decl.body, EnumBody::Members(members) if members.len() == 1 && members[0].name.value == word)
        }
        kind => subject(kind).is_some_and(|it| it.name == word),
    };
    parse.diagnostics.is_empty() && matches!(parse.file.declarations.as_slice(), [one] if is(&one.kind))
}

/// Applies replacements, sorted by place, to a text.
pub(super) fn apply(text: &str, edits: &[(Range<usize>, &str)]) -> String {
    let mut result = String::with_capacity(text.len());
    let mut last = 0;
    for (range, new) in edits {
        result += text.get(last..range.start).unwrap_or("");
        result += new;
        last = range.end.max(last);
    }
    result + text.get(last..).unwrap_or("")
}

/// Finds a key in files of facts (at the top) and cases (in `facts` and `expected`; as the value of `question`).
fn keys(data: &BTreeMap<String, String>, old: &str, new: &str) -> BTreeMap<String, Vec<(Range<usize>, String)>> {
    let mut found = BTreeMap::new();
    for (file, text) in data {
        let places = places(text, old);
        if !places.is_empty() {
            found.insert(file.clone(), places.into_iter().map(|place| (place, new.to_owned())).collect());
        }
    }
    found
}

/// Returns the places, without their quotes, where JSON names a fact or decision.
fn places(text: &str, name: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    // The key under which each open object or list stands.
    let mut open: Vec<&str> = Vec::new();
    let mut key = "";
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => open.push(std::mem::take(&mut key)),
            b'}' | b']' => {
                open.pop();
            }
            b'"' => {
                let end = string_end(bytes, at);
                let inside = at + 1..end.saturating_sub(1).max(at + 1);
                let word = text.get(inside.clone()).unwrap_or("");
                let is_key = bytes[end..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':');
                let named = match is_key {
                    true => open.len() == 1 || open.last().is_some_and(|key| matches!(*key, "facts" | "expected")),
                    false => key == "question",
                };
                if named && word == name {
                    found.push(inside);
                }
                key = if is_key { word } else { "" };
                at = end;
                continue;
            }
            b',' => key = "",
            _ => {}
        }
        at += 1;
    }
    found
}

/// Returns the byte after a JSON string.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_facts_and_cases_are_found_and_fields_are_not() {
        let found = |text: &str| places(text, "age").into_iter().map(|it| it.start).collect::<Vec<_>>();
        assert_eq!(found(r#"{"age": 1, "home": {"age": 2}}"#), [2]);
        assert_eq!(found(r#"{"facts": {"age": 1}, "expected": {"age": "age"}, "question": "age"}"#), [12, 36, 63]);
        assert_eq!(found(r#"{"label": "age", "a\"ge": 1, "age"#), [] as [usize; 0]);
    }

    #[test]
    fn a_name_is_a_name() {
        for (word, plain, member) in [
            ("age", true, true),
            ("US", false, true),
            ("rule", false, false),
            ("a b", false, false),
            ("", false, false),
        ] {
            assert_eq!((is_name(word, false), is_name(word, true)), (plain, member), "{word}");
        }
    }
}
