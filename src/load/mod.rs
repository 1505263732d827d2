//! A folder of files to the set of policies in it: parsed, amendments applied, versions in order, data tables read.
//!
//! Nothing is resolved or typed here; that is [`crate::lower`]. Files come as bytes by path: this module opens none.
//!
//! - `files`: bytes to trees, and what each kind of file may hold (T1);
//! - `versions`: the versions of a policy in order of time (T2, T3, T7);
//! - `amend`: the consolidated text (T5);
//! - `uses`, `data`: what `use` and `read from` name;
//! - `csv`, [`path`], [`time`]: data files, paths inside the root, days and moments in zones.
//!
//! **Invariant:** every error of every file is reported, and none that only follows from another: where a file lost a
//! declaration, [`LoadedVersion::incomplete`] and [`Library::incomplete`] tell later stages not to miss it again.

mod amend;
mod csv;
mod data;
mod files;
pub mod path;
mod reach;
pub mod subject;
pub mod time;
mod uses;
mod versions;

#[cfg(test)]
mod tests;

pub use csv::{CsvRow, CsvTable, MAX_DATA_BYTES, read_csv};
pub use data::read_from;
pub use path::data_path;
pub use reach::Reach;
pub use uses::Used;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{self, Diagnostic};
use crate::program::Boundary;
use crate::source::{SourceId, Sources, Span, Spanned};
use crate::syntax::Parsed;
use crate::syntax::ast::{Declaration, File, Name, PolicyHeader, ReadFrom, Rounding, Tag, Text};

/// The files under a policies root, by path from the root with forward slashes.
#[derive(Debug, Clone, Default)]
pub struct Folder {
    /// How the root is shown in places: `policies`; may be empty.
    pub name: String,
    /// `.enact` and `.csv` files.
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Everything under a root.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The texts, data files among them.
    pub sources: Sources,
    /// The paths of those texts from the root, with their endings: `flagpoling/2024-12-24.enact`.
    pub paths: BTreeMap<SourceId, String>,
    /// Libraries by path.
    pub libraries: Vec<Library>,
    /// Policies by name.
    pub policies: Vec<LoadedPolicy>,
    /// Files of tests by path.
    pub tests: Vec<TestFile>,
    /// Data files that declarations read, by path from the root.
    pub data: BTreeMap<String, CsvTable>,
    /// What is wrong so far, sorted.
    pub diagnostics: Vec<Diagnostic>,
}

/// A file that begins with `library`.
#[derive(Debug, Clone)]
pub struct Library {
    /// How `use` names it: `common.people`.
    pub path: String,
    /// Its text.
    pub source: SourceId,
    /// Its tree, without what a library may not hold.
    pub file: File,
    /// Whether an error may have cost it a declaration: names it does not have are then no finding.
    pub incomplete: bool,
}

/// A policy: all files with its name in their `policy` header.
#[derive(Debug, Clone)]
pub struct LoadedPolicy {
    /// Its name.
    pub name: String,
    /// Its versions by start, at least one.
    pub versions: Vec<LoadedVersion>,
}

/// One version of a policy, its amendments applied.
#[derive(Debug, Clone)]
pub struct LoadedVersion {
    /// The start day as text: `2024-12-24`.
    pub name: String,
    /// Its text.
    pub source: SourceId,
    /// Its own header.
    pub header: PolicyHeader,
    /// Its start.
    pub start: Boundary,
    /// Its end, excluded: the next version's start or its own `until`, the earlier.
    pub end: Option<Boundary>,
    /// Which version of the policy it amends, as an index.
    pub amends: Option<usize>,
    /// Its deciding fact, its own or inherited (T2).
    pub decided_by: Option<Name>,
    /// Its rounding of months, its own or inherited.
    pub rounding: Option<Spanned<Rounding>>,
    /// Its zone, its own or inherited.
    pub zone: Option<Text>,
    /// Its title, its own or inherited.
    pub title: Option<Text>,
    /// The consolidated text (T5): declarations in the order of the amended version, insertions after, without verbs. Tests and
    /// profiles are those of its own file (G21).
    pub declarations: Vec<Consolidated>,
    /// What it repeals, in written order: says which amendment took a name that is still used (T6).
    pub repealed: Vec<Repealed>,
    /// Whether an error, in its file or in what it amends, may have cost it a declaration: names it does not have are then
    /// no finding.
    pub incomplete: bool,
}

/// A declaration in force, with the version that inserted or last replaced it.
#[derive(Debug, Clone)]
pub struct Consolidated {
    /// The declaration.
    pub declaration: Arc<Declaration>,
    /// That version, as an index into the policy's versions.
    pub made_by: usize,
}

/// A declaration that a version repeals.
#[derive(Debug, Clone)]
pub struct Repealed {
    /// The keyword of its kind: `rule`.
    pub kind: String,
    /// Its name; the path of a `use`, the fact of an `assume`.
    pub name: String,
    /// The `repeal`.
    pub span: Span,
    /// What it repeals.
    pub declaration: Arc<Declaration>,
    /// The tags written on the `repeal`.
    pub tags: Vec<Tag>,
}

/// A file without a header: `use`, profiles and tests.
#[derive(Debug, Clone)]
pub struct TestFile {
    /// Its path from the root without the ending.
    pub path: String,
    /// Its text.
    pub source: SourceId,
    /// Its tree, without what a file of tests may not hold.
    pub file: File,
}

/// Reads a folder: parses every `.enact` file, puts the versions of each policy in order, applies amendments and reads the
/// data files that declarations name.
///
/// Always returns what could be read; [`Loaded::diagnostics`] says what could not.
pub fn load(folder: &Folder) -> Loaded {
    load_beside(folder, &Sources::default())
}

/// Reads a folder as [`load`] does, its texts after those of `beside`.
///
/// [`Loaded::sources`] then holds the texts of both, so that a comparison shows places of either side from one store, and no
/// span of one side is a span of the other. [`Loaded::paths`] lists the texts of `folder` alone.
pub fn load_beside(folder: &Folder, beside: &Sources) -> Loaded {
    load_parsed(folder, beside, None)
}

/// Reads a folder as [`load`] does. What was parsed before and has not changed is not parsed again.
pub fn load_again(folder: &Folder, parsed: &mut Parsed) -> Loaded {
    let loaded = load_parsed(folder, &Sources::default(), Some(parsed));
    parsed.retain(|id| loaded.paths.contains_key(&id));
    loaded
}

fn load_parsed(folder: &Folder, beside: &Sources, parsed: Option<&mut Parsed>) -> Loaded {
    let mut loaded = Loaded { sources: beside.clone(), ..Loaded::default() };
    let files = files::parse_files(folder, &mut loaded, parsed);
    data::read_data(folder, &files, &mut loaded);
    let lost = files.lost;
    let mut policies = BTreeMap::<String, Vec<files::PolicyFile>>::new();
    for policy in files.policies {
        policies.entry(policy.header.name.value.clone()).or_default().push(policy);
    }
    versions::check_folders(&policies, &mut loaded.diagnostics);
    for library in files.libraries {
        let path = path::library_path(&library.path);
        loaded.libraries.push(Library { path, source: library.source, file: library.file, incomplete: library.broken });
    }
    for test in files.tests {
        let path = path::without_ending(&test.path).to_owned();
        loaded.tests.push(TestFile { path, source: test.source, file: test.file });
    }
    // What is used is looked up on the files as written: a `use` that later versions inherit is reported once.
    uses::check_uses(&policies, &lost, &mut loaded);
    for (name, files) in policies {
        let versions = versions::versions(&name, files, &lost, &mut loaded.diagnostics);
        if !versions.is_empty() {
            loaded.policies.push(LoadedPolicy { name, versions });
        }
    }
    diagnostic::sort(&mut loaded.diagnostics);
    loaded
}

impl Loaded {
    /// Returns the path of a text from the root, with its ending.
    pub fn path(&self, source: SourceId) -> &str {
        self.paths.get(&source).map_or("", String::as_str)
    }

    /// Returns the data file a declaration reads; nothing where that is already reported.
    pub fn table(&self, from: &ReadFrom) -> Option<&CsvTable> {
        self.data.get(&data_path(self.path(from.path.span.source), &from.path.value)?)
    }

    /// Finds a policy by name.
    pub fn find_policy(&self, name: &str) -> Option<usize> {
        self.policies.iter().position(|policy| policy.name == name)
    }

    /// Finds a library by the path that `use` names it by.
    pub fn find_library(&self, path: &str) -> Option<usize> {
        self.libraries.iter().position(|library| library.path == path)
    }
}
