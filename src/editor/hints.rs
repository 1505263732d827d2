//! What amendments did, beside the texts they changed.

use rustc_hash::FxHashMap;

use super::{Place, Project};
use crate::load::subject::subject;
use crate::load::{Consolidated, LoadedVersion};
use crate::source::Span;
use crate::syntax::ast::{DeclKind, Declaration, Header};

/// Words beside a text that are not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Where they stand: an empty place.
    pub at: Span,
    /// The words.
    pub text: String,
}

impl Project {
    /// Says of the head of a version how long it is in force, and of its declarations what became of them: which version they
    /// take the place of, which took theirs.
    pub fn hints(&self, path: &str) -> Vec<Hint> {
        let Some(text) = self.text(path) else { return Vec::new() };
        let Place::Version(policy, version) = text.place else { return Vec::new() };
        let Some(policy) = self.loaded.policies.get(policy) else { return Vec::new() };
        let Some(own) = policy.versions.get(version) else { return Vec::new() };
        let mut hints = Vec::new();
        if let Header::Policy(header) = &text.parse.file.header {
            let words = match own.end {
                Some(end) => format!("in force until {}", end.date.pred_opt().unwrap_or(end.date)),
                None => "in force".to_owned(),
            };
            hints.push(Hint { at: header.span.after(), text: words });
        }
        let base = own.amends.and_then(|base| policy.versions.get(base)).map(by_name);
        let later: Vec<_> = policy.versions.iter().skip(version + 1).map(|it| (it, by_name(it))).collect();
        for declaration in &text.parse.file.declarations {
            let Some(key) = key(&declaration.kind) else { continue };
            let mut words = Vec::new();
            if let Some(before) = base.as_ref().and_then(|base| base.get(&key)) {
                words.extend(policy.versions.get(before.made_by).map(|it| format!("of {}", it.name)));
            }
            for (later, names) in later.iter().filter(|_| !matches!(declaration.kind, DeclKind::Repeal(_))) {
                let replaced = later.amends.is_some()
                    && names.get(&key).is_some_and(|it| it.declaration.span.source == later.source);
                let repealed = later.repealed.iter().any(|it| it.declaration.span == declaration.span);
                if repealed || replaced {
                    words.push(format!("{} {}", if repealed { "repealed" } else { "replaced" }, later.name));
                    break;
                }
            }
            if !words.is_empty() {
                hints.push(Hint { at: self.end_of_line(declaration), text: words.join(", ") });
            }
        }
        hints
    }

    /// The end of the first line of a declaration.
    fn end_of_line(&self, declaration: &Declaration) -> Span {
        let first = self.loaded.sources.slice(declaration.span).lines().next().unwrap_or("");
        // A comment may follow on the line.
        let end = declaration.span.start + first.trim_end().len() as u32;
        Span { start: end, end, ..declaration.span }
    }
}

/// Kind and name of what amendments can name.
type Key = (String, String);

fn key(kind: &DeclKind) -> Option<Key> {
    if let DeclKind::Repeal(repeal) = kind {
        return Some((repeal.kind.value.clone(), repeal.path.text()));
    }
    let about = subject(kind).filter(|about| !about.stays())?;
    Some((about.kind.to_owned(), about.name.into_owned()))
}

/// Returns what a version declares, amendments applied.
fn by_name(version: &LoadedVersion) -> FxHashMap<Key, &Consolidated> {
    version.declarations.iter().filter_map(|it| Some((key(&it.declaration.kind)?, it))).collect()
}
