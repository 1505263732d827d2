//! Which names a file sees.

use rustc_hash::{FxHashMap, FxHashSet};

use super::index::{Index, SymbolId};
use super::symbol::{Owner, Space};
use super::{Place, Project, Text};
use crate::load::Used;
use crate::syntax::ast::DeclKind;

/// Names by space.
pub(super) type Names<'i> = FxHashMap<(Space, &'i str), SymbolId>;

/// The files whose names a file sees, as indices into [`Project::texts`].
#[derive(Debug, Default)]
pub(super) struct Sees {
    /// All their names: its own, those of its policy's other versions, those of libraries.
    pub(super) texts: FxHashSet<usize>,
    /// Their decisions alone: versions of used policies.
    pub(super) decisions: FxHashSet<usize>,
}

/// Finds the files whose names a file sees.
pub(super) fn sees(project: &Project, text: &Text) -> Sees {
    let mut seen = Sees::default();
    let mut open: Vec<usize> = Vec::new();
    let texts = project.texts();
    for (index, other) in texts.iter().enumerate() {
        let same_policy = matches!((text.place, other.place), (Place::Version(a, _), Place::Version(b, _)) if a == b);
        if same_policy || other.source == text.source {
            open.push(index);
        }
    }
    while let Some(index) = open.pop() {
        if !seen.texts.insert(index) {
            continue;
        }
        for declaration in &texts[index].parse.file.declarations {
            let DeclKind::Use(used) = &declaration.kind else { continue };
            match project.loaded.find_use(&used.path) {
                Some(Used::Library(library)) => {
                    open.extend(texts.iter().position(|it| it.place == Place::Library(library)));
                }
                Some(Used::Policy(policy)) => {
                    let versions = texts.iter().enumerate();
                    let of = |place| matches!(place, Place::Version(it, _) if it == policy);
                    seen.decisions.extend(versions.filter(|(_, it)| of(it.place)).map(|(index, _)| index));
                }
                None => {}
            }
        }
    }
    seen
}

/// Returns the names that a file sees.
pub(super) fn names<'i>(project: &Project, index: &'i Index, text: &Text) -> Names<'i> {
    let sees = sees(project, text);
    let mut names = Names::default();
    for (id, symbol) in index.symbols() {
        if matches!(symbol.space, Space::Member | Space::Field | Space::Local) {
            continue;
        }
        let visible = index.sites(id).iter().any(|site| {
            sees.texts.contains(&site.text) || (sees.decisions.contains(&site.text) && is_decision(project, index, id))
        });
        let everywhere = matches!(symbol.space, Space::Policy | Space::Library);
        let own_file = match &symbol.owner {
            Owner::File(path) => *path == text.path,
            _ => true,
        };
        if (visible || everywhere) && own_file {
            names.insert((symbol.space, symbol.name.as_str()), id);
        }
    }
    names
}

/// Whether a symbol is a decision.
pub(super) fn is_decision(project: &Project, index: &Index, id: SymbolId) -> bool {
    let mut kinds = index.sites(id).iter().filter_map(|site| Some(&site.declaration(project)?.kind));
    kinds.next().is_some_and(|kind| matches!(kind, DeclKind::Decision(_)))
}
