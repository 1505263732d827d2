//! A folder of files to the set of policies in it: parsed, amendments applied, versions in order, data tables read.
//!
//! Nothing is resolved or typed here; that is [`crate::lower`]. Files come as bytes by path: this module opens none.

mod csv;

pub use csv::{CsvRow, CsvTable};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::program::Boundary;
use crate::source::{SourceId, Sources, Spanned};
use crate::syntax::ast::{Declaration, File, Name, PolicyHeader, Rounding, Text};

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
    /// Its tree.
    pub file: File,
}

/// A policy: all files with its name in their `policy` header.
#[derive(Debug, Clone)]
pub struct LoadedPolicy {
    /// Its name.
    pub name: String,
    /// Its versions by start.
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
}

/// A declaration in force, with the version that inserted or last replaced it.
#[derive(Debug, Clone)]
pub struct Consolidated {
    /// The declaration.
    pub declaration: Arc<Declaration>,
    /// That version, as an index into the policy's versions.
    pub made_by: usize,
}

/// A file without a header: `use`, profiles and tests.
#[derive(Debug, Clone)]
pub struct TestFile {
    /// Its path from the root without the ending.
    pub path: String,
    /// Its text.
    pub source: SourceId,
    /// Its tree.
    pub file: File,
}
