//! Little policies with a mark where the cursor stands.

mod actions;
mod complete;
mod names;
mod views;

use super::{Edit, Project};
use crate::load::Folder;
use crate::source::Span;

/// Where the cursor stands.
const MARK: char = '§';

/// A root with a cursor.
struct At {
    project: Project,
    path: String,
    offset: usize,
}

/// Makes a root of files; the first mark is the cursor. Text of a path that is not said is the one version of a policy `p`.
fn at(files: &[(&str, &str)]) -> At {
    let mut folder = Folder::default();
    let mut cursor = (String::new(), 0);
    for (path, text) in files {
        if let Some(offset) = text.find(MARK) {
            cursor = ((*path).to_owned(), offset);
        }
        folder.files.insert((*path).to_owned(), text.replace(MARK, "").into_bytes());
    }
    At { project: Project::new(folder), path: cursor.0, offset: cursor.1 }
}

/// The head of a policy that needs no more.
const HEAD: &str = "policy p effective from 2024-01-01\n";
const PATH: &str = "p/2024-01-01.enact";

/// One version of a policy, without its head.
fn one(text: &str) -> At {
    at(&[(PATH, &format!("{HEAD}{text}"))])
}

impl At {
    /// Shows a place as `file:line "text"`.
    fn shown(&self, span: Span) -> String {
        let source = self.project.loaded.sources.get(span.source);
        let line = source.location(span.start).line;
        format!("{}:{line} {}", source.name(), self.project.loaded.sources.slice(span))
    }

    fn all(&self, spans: Vec<Span>) -> Vec<String> {
        spans.into_iter().map(|span| self.shown(span)).collect()
    }

    /// The file with edits applied.
    fn edited(&self, path: &str, edits: &[Edit]) -> String {
        let text = self.project.text(path).expect("there");
        let own = edits.iter().filter(|edit| edit.span.source == text.source);
        let own: Vec<_> = own.map(|edit| (edit.span.range(), edit.text.as_str())).collect();
        super::rename::apply(self.project.loaded.sources.get(text.source).text(), &own)
    }

    fn codes(&self) -> Vec<&'static str> {
        self.project.findings.iter().filter(|it| it.is_error()).map(|it| it.code.number).collect()
    }
}

/// Only what changed is parsed again, and nothing else comes of it than of all of it.
#[test]
fn a_project_is_made_again_of_what_did_not_change() {
    let mut folder = Folder { name: "policies".into(), ..Folder::default() };
    for name in ["p", "q"] {
        let text = format!("policy {name} effective from 2025-01-01\nfact {name}_age: integer\n");
        folder.files.insert(format!("{name}/2025-01-01.enact"), text.into());
    }
    let first = Project::new(folder.clone());
    let trees: Vec<_> = first.texts().iter().map(|text| text.parse.clone()).collect();
    let edited = "policy q effective from 2025-01-01\nfact q_age: intger\n";
    folder.files.insert("q/2025-01-01.enact".into(), edited.into());
    let (again, anew) = (Project::again(folder.clone(), first.into_parsed()), Project::new(folder));
    assert_eq!(again.findings, anew.findings);
    assert!(again.findings.iter().any(|finding| finding.is_error()));
    let kept: Vec<bool> =
        again.texts().iter().zip(&trees).map(|(text, tree)| std::sync::Arc::ptr_eq(&text.parse, tree)).collect();
    assert_eq!(kept, [true, false]);
    let files = |project: &Project| project.texts().iter().map(|text| text.parse.file.clone()).collect::<Vec<_>>();
    assert_eq!(files(&again), files(&anew));
}
