//! Which edits go together: a declaration that one side alone has, with the edits that read it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diff::structural::{Change, Edit, wordless};
use crate::syntax::ast::{DeclKind, Declaration, EnumBody, EnumDecl};
use crate::syntax::format::{decl_text, type_text};

/// Returns the edits of meaning as indexes, grouped so that each group can be undone by itself: each group sorted, groups in
/// the order of their first edit.
///
/// An inserted or repealed fact or definition goes with the rules and definitions that name it, and so does one whose type or
/// parameters changed. Names are read in the text without regard to what they mean there, so groups may be larger than need be,
/// and rarely one still reads what another undoes: then both are undone together.
pub(crate) fn clusters(edits: &[Edit]) -> Vec<Vec<usize>> {
    let meant: Vec<usize> = (0..edits.len()).filter(|&index| edits[index].meaning).collect();
    let mut providers = BTreeMap::<String, Vec<usize>>::new();
    let mut groups = Groups((0..edits.len()).collect());
    let mut shared = BTreeMap::<(&str, &str), usize>::new();
    for &index in &meant {
        let edit = &edits[index];
        for name in provided(edit) {
            providers.entry(name).or_default().push(index);
        }
        // A fact or type means one thing over all texts.
        if matches!(edit.kind, "fact" | "enum" | "record") {
            let first = *shared.entry((edit.kind, &edit.name)).or_insert(index);
            groups.unite(first, index);
        }
    }
    for &index in &meant {
        let edit = &edits[index];
        let mut names: BTreeSet<String> =
            edit.details.iter().filter(|_| edit.kind == "policy").flat_map(|it| words(it)).collect();
        for declaration in edit.before.iter().chain(&edit.after) {
            names.extend(words(&decl_text(&wordless(declaration))));
        }
        for provider in names.iter().filter_map(|name| providers.get(name)).flatten() {
            groups.unite(*provider, index);
        }
    }
    let mut found = BTreeMap::<usize, Vec<usize>>::new();
    for index in meant {
        found.entry(groups.first(index)).or_default().push(index);
    }
    found.into_values().collect()
}

/// Returns the names that mean something on one side only, or something of another shape.
fn provided(edit: &Edit) -> BTreeSet<String> {
    let kinds = |declaration: &Option<Arc<Declaration>>| declaration.as_ref().map(|it| it.kind.clone());
    match (edit.change, kinds(&edit.before), kinds(&edit.after)) {
        (Change::Replaced, Some(DeclKind::Enum(before)), Some(DeclKind::Enum(after))) => {
            members(&before).symmetric_difference(&members(&after)).cloned().collect()
        }
        (Change::Replaced, Some(before), Some(after)) => {
            let renamed = before.name() != after.name();
            if renamed || shape(&before) != shape(&after) { edit.provides.clone() } else { BTreeSet::new() }
        }
        (Change::Inserted, _, Some(DeclKind::Enum(decl))) | (Change::Repealed, Some(DeclKind::Enum(decl)), _) => {
            edit.provides.iter().cloned().chain(members(&decl)).collect()
        }
        (_, None, None) => BTreeSet::new(),
        _ => edit.provides.clone(),
    }
}

fn members(decl: &EnumDecl) -> BTreeSet<String> {
    match &decl.body {
        EnumBody::Members(members) => members.iter().map(|member| member.name.value.clone()).collect(),
        EnumBody::Read(_) => BTreeSet::new(),
    }
}

/// What the readers of a declaration rest on: its parameters and types.
fn shape(kind: &DeclKind) -> Vec<String> {
    let mut shape: Vec<String> =
        kind.head().iter().flat_map(|head| &head.parameters).map(|it| type_text(&it.ty)).collect();
    match kind {
        DeclKind::Fact(decl) => shape.push(type_text(&decl.ty)),
        DeclKind::Define(decl) => shape.extend(decl.ty.iter().map(type_text)),
        DeclKind::Set(decl) => shape.push(type_text(&decl.ty)),
        DeclKind::Parameter(decl) => shape.push(type_text(&decl.ty)),
        DeclKind::Scale(decl) => shape.push(type_text(&decl.ty)),
        DeclKind::Decision(decl) => {
            shape.push(type_text(&decl.ty));
            // Rules go with a decision that takes them, not with one that is an expression.
            shape.push(decl.item.is_some().to_string());
        }
        DeclKind::Table(decl) => {
            shape.extend(decl.outputs.iter().map(|it| format!("{}: {}", it.name.value, type_text(&it.ty))));
        }
        DeclKind::Record(decl) => {
            shape.extend(decl.fields.iter().map(|it| format!("{}: {}", it.head.name.value, type_text(&it.ty))));
        }
        _ => {}
    }
    shape
}

/// Returns the words of a text outside its quoted parts.
fn words(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut word = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for letter in text.chars().chain([' ']) {
        if quoted {
            quoted = escaped || letter != '"';
            escaped = !escaped && letter == '\\';
        } else if letter.is_alphanumeric() || letter == '_' {
            word.push(letter);
        } else {
            quoted = letter == '"';
            if !word.is_empty() {
                found.insert(std::mem::take(&mut word));
            }
        }
    }
    found
}

/// Sets of edits, each known by its first.
struct Groups(Vec<usize>);

impl Groups {
    fn first(&mut self, mut index: usize) -> usize {
        while self.0[index] != index {
            self.0[index] = self.0[self.0[index]];
            index = self.0[index];
        }
        index
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        self.0[a.max(b)] = a.min(b);
    }
}
