//! Amendments: the consolidated text of a version (T5, G21).
//!
//! All changes apply at once to the amended version's consolidated text: what is repealed goes, what is replaced changes in
//! place, what is inserted follows. Tests and profiles stay with the file that holds them.

use std::collections::HashMap;
use std::sync::Arc;

use super::files::verb_text;
use super::subject::{Subject, subject};
use super::{Consolidated, LoadedVersion, Repealed};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Declaration, RepealDecl, Verb};

/// How many names of one file are compared with all others: enough for a misspelt file, and linear for a hostile one.
const MAX_SUGGESTIONS: usize = 100;

/// Kind and name: what an amendment names.
type Key = (String, String);

/// Returns the declarations of a version that amends nothing.
pub(super) fn consolidate(declarations: Vec<Declaration>, made_by: usize) -> Vec<Consolidated> {
    declarations.into_iter().map(|declaration| Consolidated { declaration: Arc::new(declaration), made_by }).collect()
}

/// Applies the declarations of an amending file to the version it amends, and returns what it repeals too.
///
/// `base` is nothing when that version is not there, which is reported elsewhere: then every verb is taken at its word.
/// After an error the most likely meaning stands, so that nothing follows from it: `insert` of a name that is there replaces it,
/// `replace` of one that is not inserts it.
pub(super) fn amend(
    own: Vec<Declaration>,
    made_by: usize,
    base: Option<&LoadedVersion>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Consolidated>, Vec<Repealed>) {
    let mut text = Amended::new(base, made_by, diagnostics);
    for mut declaration in own {
        if let DeclKind::Repeal(repeal) = &declaration.kind {
            text.repeal(repeal, declaration.span);
            continue;
        }
        // The consolidated text bears no verbs; the place of a declaration still begins with its own.
        let verb = declaration.verb.take();
        text.declare(declaration, verb.map(|verb| (verb.value, verb.span)));
    }
    text.finish()
}

struct Amended<'a> {
    base: Option<&'a LoadedVersion>,
    made_by: usize,
    /// The amended version's declarations without tests and profiles; `None` where repealed.
    kept: Vec<Option<Consolidated>>,
    /// Where each of them stands in `kept`.
    places: HashMap<Key, usize>,
    inserted: Vec<Consolidated>,
    repealed: Vec<Repealed>,
    /// What this file amends, with the verb and its place.
    named: HashMap<Key, (&'static str, Span)>,
    /// How many verbs hit nothing.
    misses: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

fn key_of(subject: &Subject<'_>) -> Key {
    (subject.kind.to_owned(), subject.name.clone().into_owned())
}

impl<'a> Amended<'a> {
    fn new(base: Option<&'a LoadedVersion>, made_by: usize, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        let mut kept = Vec::new();
        let mut places = HashMap::new();
        for declared in base.iter().flat_map(|base| &base.declarations) {
            let Some(subject) = subject(&declared.declaration.kind).filter(|subject| !subject.stays()) else {
                continue;
            };
            // Of two declarations with one name, itself an error, the first is meant.
            places.entry(key_of(&subject)).or_insert(kept.len());
            kept.push(Some(declared.clone()));
        }
        let (inserted, repealed, named) = Default::default();
        Amended { base, made_by, kept, places, inserted, repealed, named, misses: 0, diagnostics }
    }

    fn finish(self) -> (Vec<Consolidated>, Vec<Repealed>) {
        (self.kept.into_iter().flatten().chain(self.inserted).collect(), self.repealed)
    }

    fn declare(&mut self, declaration: Declaration, verb: Option<(Verb, Span)>) {
        let Some(subject) = subject(&declaration.kind) else { return };
        let (text, place, stays, key) = (subject.text(), subject.span, subject.stays(), key_of(&subject));
        let declared = Consolidated { declaration: Arc::new(declaration), made_by: self.made_by };
        if stays {
            if let Some((verb, span)) = verb {
                self.stays(verb_text(verb), span, &text);
            }
            self.inserted.push(declared);
            return;
        }
        let there = self.places.get(&key).copied();
        let verb = match verb {
            Some((verb, _)) => verb,
            None => {
                let right = if there.is_some() { Verb::Replace } else { Verb::Insert };
                if self.base.is_some() {
                    self.missing_verb(&text, place, right, there);
                }
                right
            }
        };
        if let Some(first) = self.named.get(&key).copied() {
            self.twice(&text, place, verb_text(verb), first);
            // `repeal` and `insert` of one name mean `replace`.
            if let ("repeal", Some(index)) = (first.0, there) {
                self.kept[index] = Some(declared);
                self.repealed.retain(|repealed| (&repealed.kind, &repealed.name) != (&key.0, &key.1));
            }
            return;
        }
        let (kind, name) = key.clone();
        self.named.insert(key, (verb_text(verb), place));
        match (verb, there) {
            (Verb::Replace, Some(index)) => self.kept[index] = Some(declared),
            (Verb::Insert, None) => self.inserted.push(declared),
            (Verb::Insert, Some(index)) => {
                let message = format!("`{text}` is already in {}", self.base_name());
                let error = Diagnostic::error(Code::AMENDMENT, place, message);
                let error = self.label_base(error, index, "there");
                self.diagnostics.push(error.help(format!("write `replace {text}`, or another name")));
                self.kept[index] = Some(declared);
            }
            (Verb::Replace, None) => {
                self.nothing_there(&kind, &name, place, "replace");
                self.inserted.push(declared);
            }
        }
    }

    fn repeal(&mut self, repeal: &RepealDecl, span: Span) {
        let (kind, name) = (repeal.kind.value.clone(), repeal.path.text());
        let text = format!("{kind} {name}");
        if matches!(kind.as_str(), "test" | "profile") {
            self.stays("repeal", span, &text);
            return;
        }
        let key = (kind, name);
        if let Some(first) = self.named.get(&key).copied() {
            self.twice(&text, repeal.path.span, "repeal", first);
            return;
        }
        let Some(index) = self.places.get(&key).copied() else {
            self.nothing_there(&key.0, &key.1, repeal.path.span, "repeal");
            return;
        };
        self.named.insert(key.clone(), ("repeal", repeal.path.span));
        let Some(declared) = self.kept[index].take() else { return };
        let tags = subject(&declared.declaration.kind).map_or(&[][..], |subject| subject.tags);
        for tag in repeal.tags.iter().filter(|tag| !tags.iter().any(|own| own.value == tag.value)) {
            let own: Vec<&str> = tags.iter().map(|tag| tag.value.as_str()).collect();
            let has = if own.is_empty() { "no tag".into() } else { format!("[{}]", own.join(", ")) };
            let error =
                Diagnostic::error(Code::AMENDMENT, tag.span, format!("`{text}` bears {has}, not [{}]", tag.value));
            let declared_at =
                subject(&declared.declaration.kind).map_or(declared.declaration.span, |subject| subject.span);
            self.diagnostics.push(error.label(declared_at, "declared here"));
        }
        let (kind, name) = key;
        self.repealed.push(Repealed { kind, name, span, declaration: declared.declaration, tags: repeal.tags.clone() });
    }

    fn base_name(&self) -> &str {
        self.base.map_or("", |base| &base.name)
    }

    /// Adds the place of a declaration of the amended version.
    fn label_base(&self, error: Diagnostic, index: usize, text: &str) -> Diagnostic {
        let declaration = self.kept.get(index).and_then(|declared| Some(&declared.as_ref()?.declaration));
        match declaration.and_then(|declaration| subject(&declaration.kind)) {
            Some(subject) => error.label(subject.span, text),
            None => error,
        }
    }

    fn stays(&mut self, verb: &str, span: Span, text: &str) {
        let kind = text.split(' ').next().unwrap_or(text);
        let error = Diagnostic::error(Code::VERB, span, format!("`{verb}` before a {kind}"));
        let help = match verb {
            "repeal" => "drop it: tests and profiles stay with the file that holds them".to_owned(),
            _ => format!("drop `{verb}`: tests and profiles stay with the file that holds them"),
        };
        self.diagnostics.push(error.help(help));
    }

    fn missing_verb(&mut self, text: &str, place: Span, right: Verb, there: Option<usize>) {
        let base = self.base_name().to_owned();
        let error =
            Diagnostic::error(Code::VERB, place, format!("`{text}` bears no verb in a file that amends {base}"));
        let error =
            there.map_or(error.clone(), |index| self.label_base(error, index, format!("{base} has it").as_str()));
        self.diagnostics.push(error.help(format!("write `{} {text}`", verb_text(right))));
    }

    fn twice(&mut self, text: &str, span: Span, verb: &'static str, (first, first_span): (&'static str, Span)) {
        let error = Diagnostic::error(Code::AMENDMENT, span, format!("`{text}` is named twice")).found(verb);
        let error = error.label(first_span, first);
        let help = match (first, verb) {
            ("repeal", "insert") | ("insert", "repeal") => {
                format!("all changes apply at once: to put another in its place, write `replace {text}` alone")
            }
            _ => "all changes apply at once: one name takes one verb".to_owned(),
        };
        self.diagnostics.push(error.help(help));
    }

    /// Reports a `replace` or `repeal` that hits nothing, unless the amended version may have lost it.
    fn nothing_there(&mut self, kind: &str, name: &str, place: Span, verb: &str) {
        let Some(base) = self.base.filter(|base| !base.incomplete) else { return };
        let message = format!("{} has no `{kind} {name}` to {verb}", base.name);
        let error = Diagnostic::error(Code::AMENDMENT, place, message);
        self.misses += 1;
        if self.misses > MAX_SUGGESTIONS {
            self.diagnostics.push(error);
            return;
        }
        let other = self.places.keys().filter(|(_, other)| other == name).min();
        let near =
            did_you_mean(name, self.places.keys().filter(|(other, _)| other == kind).map(|(_, name)| name.as_str()));
        let error = match (other, near, verb) {
            (Some((other, _)), _, "repeal") => {
                error.help(format!("`{name}` is a {other}: write `repeal {other} {name}`"))
            }
            (Some((other, _)), _, _) => {
                error.help(format!("`{name}` is a {other}: write `repeal {other} {name}` and `insert {kind} {name}`"))
            }
            (None, Some(near), _) => error.help(format!("did you mean `{near}`?")),
            (None, None, "replace") => error.help(format!("write `insert {kind} {name}`")),
            (None, None, _) => error,
        };
        self.diagnostics.push(error);
    }
}
