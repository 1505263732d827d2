//! What a policy is made of: the files that it and all it uses are written in, and the data they read.

use std::collections::{BTreeSet, HashSet};

use super::data::read_from;
use super::path::data_path;
use super::{Loaded, Used};
use crate::source::SourceId;
use crate::syntax::ast::{DeclKind, Declaration};

/// Paths from the root, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// Versions and libraries.
    pub texts: BTreeSet<String>,
    /// Data files.
    pub data: BTreeSet<String>,
}

impl Loaded {
    /// Returns the files that a policy, as an index into [`Loaded::policies`], is made of: those of all its versions, of what
    /// they use in turn, and the data files that these read. Files of tests are none of them.
    pub fn reach(&self, policy: usize) -> Reach {
        let mut reach = Reach::default();
        let mut seen = HashSet::new();
        let mut open = vec![Used::Policy(policy)];
        while let Some(used) = open.pop() {
            if !seen.insert(used) {
                continue;
            }
            let (sources, declarations) = self.parts(used);
            reach.texts.extend(sources.into_iter().map(|source| self.path(source).to_owned()));
            for declaration in declarations {
                if let Some(from) = read_from(&declaration.kind) {
                    reach.data.extend(data_path(self.path(from.path.span.source), &from.path.value));
                }
                if let DeclKind::Use(used) = &declaration.kind {
                    open.extend(self.find_use(&used.path));
                }
            }
        }
        reach
    }

    fn parts(&self, used: Used) -> (Vec<SourceId>, Vec<&Declaration>) {
        match used {
            Used::Policy(index) => {
                let versions = self.policies.get(index).map_or(&[][..], |policy| &policy.versions);
                let declarations = versions.iter().flat_map(|version| &version.declarations).map(|it| &*it.declaration);
                (versions.iter().map(|version| version.source).collect(), declarations.collect())
            }
            Used::Library(index) => {
                let library = self.libraries.get(index);
                let declarations = library.iter().flat_map(|library| &library.file.declarations).collect();
                (library.iter().map(|library| library.source).collect(), declarations)
            }
        }
    }
}
