//! A policies root with open documents laid over its files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use enact::diagnostic::Diagnostic;
use enact::editor::Project;
use enact::files::read_folder;
use enact::load::Folder;
use enact::syntax::Parsed;
use lsp_types::Uri;

use super::convert::{path_of, uri_of};

/// The folder that is a policies root wherever it lies.
const NAMED: &str = "policies";

/// Where a document lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its root; of a document that is no file, its address.
    pub root: PathBuf,
    /// Its path from there, with forward slashes.
    pub path: String,
    /// Whether it is a file.
    pub is_file: bool,
}

impl Place {
    /// Finds where a document lies: in the root that is named, else in the nearest folder `policies` above, else in its folder.
    pub fn of(uri: &Uri, policies: Option<&Path>) -> Place {
        let Some(path) = path_of(uri) else {
            return Place { root: PathBuf::from(uri.as_str()), path: "untitled.enact".into(), is_file: false };
        };
        // A new file is not there yet, its folder mostly is.
        let name = path.file_name().unwrap_or_default().to_owned();
        let parent = path.parent().unwrap_or(Path::new("/"));
        let parent = std::fs::canonicalize(parent).unwrap_or_else(|_| parent.to_owned());
        let named = parent.ancestors().find(|it| it.file_name().is_some_and(|it| it == NAMED));
        let root = policies.filter(|root| parent.starts_with(root)).or(named).unwrap_or(&parent).to_owned();
        let inside = parent.strip_prefix(&root).unwrap_or(Path::new("")).join(name);
        let parts = inside.components().map(|part| part.as_os_str().to_string_lossy());
        let path = parts.collect::<Vec<_>>().join("/");
        Place { root, path, is_file: true }
    }
}

/// What is known of a root.
#[derive(Debug, Default)]
pub struct Root {
    /// Its files as they are on the disk, and what could not be read.
    disk: Folder,
    /// What could not be read.
    pub unread: Vec<Diagnostic>,
    project: Option<Project>,
    /// Trees of the texts as they were before the last change.
    parsed: Parsed,
    /// What was last shown, by path.
    pub shown: BTreeMap<String, Vec<lsp_types::Diagnostic>>,
    /// What analyses found, by path; of files that have not changed since.
    pub analysed: BTreeMap<String, Vec<lsp_types::Diagnostic>>,
    /// Counts the states of the text.
    pub generation: u64,
    /// Whether what is shown is older than the text.
    pub stale: bool,
    /// Whether analyses run.
    pub analysing: bool,
    /// Whether they are wanted again when they are done.
    pub analyse_again: bool,
}

impl Root {
    /// Reads a root from the disk again.
    pub fn read(&mut self, place: &Place) {
        if !place.is_file || too_wide(&place.root) {
            self.changed();
            return;
        }
        let read = read_folder(&place.root);
        // A folder that cannot be read holds what is open.
        (self.disk, self.unread) = read.unwrap_or_else(|_| (Folder::default(), Vec::new()));
        self.disk.name = place.root.file_name().map_or(String::new(), |name| name.to_string_lossy().into_owned());
        self.changed();
    }

    /// Says that a text has changed.
    pub fn changed(&mut self) {
        if let Some(project) = self.project.take() {
            self.parsed = project.into_parsed();
        }
        self.generation += 1;
        self.stale = true;
    }

    /// Returns the root as it stands on the screen: loaded and checked when it is asked for the first time after a change.
    pub fn project<'t>(&mut self, open: impl Iterator<Item = (&'t str, &'t str)>) -> &Project {
        self.project.get_or_insert_with(|| {
            let mut folder = self.disk.clone();
            for (path, text) in open.filter(|(path, _)| path.ends_with(".enact") || path.ends_with(".csv")) {
                folder.files.insert(path.to_owned(), text.as_bytes().to_vec());
            }
            Project::again(folder, std::mem::take(&mut self.parsed))
        })
    }

    /// Returns the root as it was made since the last change.
    pub fn made(&self) -> Option<&Project> {
        self.project.as_ref()
    }
}

/// Whether a folder holds far more than policies: a lone file in it is checked by itself.
fn too_wide(root: &Path) -> bool {
    root.parent().is_none() || std::env::home_dir().is_some_and(|home| home == root)
}

/// Returns the address of a file of a root.
pub fn address(root: &Path, path: &str) -> Option<Uri> {
    uri_of(&root.join(path))
}
