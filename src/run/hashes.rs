//! What a run rests on, hashed: the texts, the data, the facts.

use std::collections::BTreeSet;

use super::Ready;
use crate::facts::{Facts, write_facts};
use crate::load::Folder;
use crate::program::{PolicyId, Program};
use crate::trace::hash::hash_bytes;
use crate::trace::{Hashes, hash_files};

/// What a policy is made of, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextHashes {
    /// Its texts and those it uses.
    pub policy: String,
    /// The data they read.
    pub data: String,
}

impl TextHashes {
    /// Hashes what a policy is made of.
    pub fn of(ready: &Ready, policy: PolicyId) -> Self {
        let Ready { folder, loaded, program } = ready;
        let reach = loaded.find_policy(&program.policies[policy.index()].name).map(|index| loaded.reach(index));
        let reach = reach.unwrap_or_default();
        TextHashes { policy: hash_files(files(folder, &reach.texts)), data: hash_files(files(folder, &reach.data)) }
    }

    /// Hashes the facts as they count in the end.
    pub fn and_facts(&self, program: &Program, facts: &Facts) -> Hashes {
        let facts = hash_bytes(write_facts(program, facts).to_string().as_bytes());
        Hashes { policy: self.policy.clone(), data: self.data.clone(), facts }
    }
}

/// Paths with what the files hold.
fn files<'a>(folder: &'a Folder, paths: &'a BTreeSet<String>) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    paths.iter().map(|path| (path.as_str(), folder.files.get(path).map_or(&[][..], Vec::as_slice)))
}
