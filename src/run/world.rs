//! A policies root, read and checked.

use std::collections::BTreeMap;
#[cfg(feature = "files")]
use std::path::Path;

use super::{Refused, find_all_asked, find_policy};
use crate::check::{Checked, check};
use crate::diagnostic::{self, Diagnostic};
use crate::eval::Request;
use crate::load::{Folder, Loaded, load_beside};
use crate::program::Program;
use crate::source::Sources;
use crate::syntax::ast::DeclKind;

/// Everything under a root.
#[derive(Debug)]
pub struct World {
    /// The files as bytes.
    pub folder: Folder,
    /// The files as trees.
    pub loaded: Loaded,
    /// What was found, by place; what has none comes first.
    pub findings: Vec<Diagnostic>,
    program: Option<Program>,
}

/// A root without errors.
#[derive(Debug)]
pub struct Ready {
    /// The files as bytes.
    pub folder: Folder,
    /// The files as trees.
    pub loaded: Loaded,
    /// What they mean.
    pub program: Program,
}

impl Ready {
    /// Reads a folder. Errors: it cannot be read, or its texts have errors.
    #[cfg(feature = "files")]
    pub fn read(root: impl AsRef<Path>) -> Result<Ready, Refused> {
        World::read(root.as_ref())?.ready()
    }

    /// Makes a request of names: `flagpoling` or `flagpoling@2024-12-24`, and decisions of it; all where none is named.
    pub fn request(&self, policy: &str, decisions: &[impl AsRef<str>]) -> Result<Request, Refused> {
        let (policy, pinned) = find_policy(&self.program, policy)?;
        Ok(Request { policy, pinned, asked: find_all_asked(&self.program, policy, decisions)? })
    }
}

impl World {
    /// Reads and checks a folder. Errors: it cannot be read.
    #[cfg(feature = "files")]
    pub fn read(root: &Path) -> Result<Self, Refused> {
        let (folder, unread) = crate::files::read_folder(root)?;
        Ok(Self::of(folder, unread))
    }

    /// Checks files; `unread` says which could not be read.
    pub fn of(folder: Folder, unread: Vec<Diagnostic>) -> Self {
        Self::beside(folder, unread, None, &BTreeMap::new())
    }

    /// Checks files, their texts after those of another root. `shown` says by path how a file is shown that lies elsewhere.
    pub fn beside(
        folder: Folder,
        unread: Vec<Diagnostic>,
        beside: Option<&Sources>,
        shown: &BTreeMap<String, String>,
    ) -> Self {
        let mut loaded = load_beside(&folder, beside.unwrap_or(&Sources::default()));
        for (&source, path) in &loaded.paths {
            if let Some(name) = shown.get(path) {
                loaded.sources.rename(source, name);
            }
        }
        let Checked { program, mut findings } = check(&loaded);
        let program = program.filter(|_| unread.is_empty());
        findings.extend(unread);
        diagnostic::sort(&mut findings);
        World { folder, loaded, findings, program }
    }

    /// Returns what the files mean, where there are no errors.
    pub fn program(&self) -> Option<&Program> {
        self.program.as_ref()
    }

    /// Goes on where there are no errors. Else they are the failure; warnings are left to [`World::findings`].
    pub fn ready(mut self) -> Result<Ready, Refused> {
        match self.program {
            Some(program) => Ok(Ready { folder: self.folder, loaded: self.loaded, program }),
            None => {
                self.findings.retain(Diagnostic::is_error);
                Err(Refused { findings: self.findings, sources: Box::new(self.loaded.sources) })
            }
        }
    }

    /// Counts the rules that files declare: one that later versions inherit counts once.
    pub fn rules(&self, wanted: impl Fn(&str) -> bool) -> usize {
        let versions = self.loaded.policies.iter().flat_map(|policy| policy.versions.iter().enumerate());
        versions
            .filter(|(_, version)| wanted(self.loaded.path(version.source)))
            .flat_map(|(index, version)| version.declarations.iter().filter(move |it| it.made_by == index))
            .filter(|it| matches!(it.declaration.kind, DeclKind::Rule(_)))
            .count()
    }
}
