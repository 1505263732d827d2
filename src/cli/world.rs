//! A policies root, read and checked.

use std::path::Path;

use enact::check::{Checked, check};
use enact::diagnostic::{self, Diagnostic};
use enact::load::{Folder, Loaded, load};
use enact::program::Program;
use enact::syntax::ast::DeclKind;

use super::exit::Failure;
use super::files::read_folder;

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

impl World {
    /// Reads and checks a root.
    pub fn read(root: &Path) -> Result<Self, Failure> {
        let (folder, unread) = read_folder(root)?;
        Ok(Self::of(folder, unread))
    }

    /// Checks files; `unread` says which could not be read.
    pub fn of(folder: Folder, unread: Vec<Diagnostic>) -> Self {
        let loaded = load(&folder);
        let Checked { program, mut findings } = check(&loaded);
        let program = program.filter(|_| unread.is_empty());
        findings.extend(unread);
        diagnostic::sort(&mut findings);
        World { folder, loaded, findings, program }
    }

    /// Returns the program; where there are errors they are the failure, and warnings are left to `enact check`.
    pub fn program(&self) -> Result<&Program, Failure> {
        self.program.as_ref().ok_or_else(|| {
            let errors = self.findings.iter().filter(|finding| finding.is_error()).cloned().collect();
            Failure::Errors(errors, Box::new(self.loaded.sources.clone()))
        })
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
