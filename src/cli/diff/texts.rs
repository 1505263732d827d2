//! Which two texts are compared: each argument to a root, read and checked, and the policies that both name.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use enact::diff::Text;
use enact::files::read_folder;
use enact::program::{PolicyId, VersionId};
use enact::run::{Ready, World, by_name, by_version, split_version};
use enact::source::Sources;

use super::stand_in::{Copy, stand_in};
use crate::cli::exit::Failure;
use crate::cli::git;
use crate::cli::policy::{Reference, inside, read};
use crate::cli::root::{Selection, locate, split};

/// Two texts, and which policies of them are compared.
#[derive(Debug)]
pub struct Pair {
    /// The text before.
    pub old: Side,
    /// The text after; its sources hold those of the old one too.
    pub new: Side,
    /// The policies that both name, by name.
    pub compared: Vec<Compared>,
    /// Policies that only the old text has.
    pub only_old: Vec<String>,
    /// Policies that only the new text has.
    pub only_new: Vec<String>,
}

impl Pair {
    /// Returns the texts of both sides.
    pub fn sources(&self) -> &Sources {
        &self.new.ready.loaded.sources
    }
}

/// One side.
#[derive(Debug)]
pub struct Side {
    name: String,
    ready: Arc<Ready>,
}

impl Side {
    /// Returns a policy of it as a text to compare.
    pub fn text(&self, chosen: &Chosen) -> Text<'_> {
        let Ready { loaded, program, .. } = &*self.ready;
        Text { name: &self.name, loaded, program, policy: chosen.policy, pinned: chosen.pinned }
    }
}

/// A policy on both sides.
#[derive(Debug)]
pub struct Compared {
    /// In the old text.
    pub old: Chosen,
    /// In the new text.
    pub new: Chosen,
}

/// A policy of a side, and its version if it is pinned.
#[derive(Debug, Clone, Copy)]
pub struct Chosen {
    policy: PolicyId,
    pinned: Option<VersionId>,
}

/// What an argument names.
enum Place {
    Root(Root),
    /// A copy of a version or of a policy's folder, outside any root.
    Copy(Copy),
}

struct Root {
    key: Key,
    wanted: Wanted,
    version: Option<String>,
}

/// Where a root is read from; equal keys are one root.
#[derive(Clone, PartialEq, Eq)]
enum Key {
    Folder { path: PathBuf, real: PathBuf },
    Git { revision: String, root: String },
}

/// What is wanted of a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A policy by name.
    Name(String),
    /// All policies inside a folder or file, by its path from the root.
    Inside(String),
}

/// Reads both texts.
pub fn resolve(old: &str, new: &str, policies: Option<&Path>) -> Result<Pair, Failure> {
    let (old_place, new_place) = (place(old, policies)?, place(new, policies)?);
    let (first, second) = match (old_place, new_place) {
        (Place::Root(a), Place::Root(b)) => {
            let first = Arc::new(a.key.read(None)?);
            let second = if a.key == b.key { first.clone() } else { Arc::new(b.key.read(Some(&first))?) };
            (
                Found::of(old, first, &a.wanted, a.version.as_deref())?,
                Found::of(new, second, &b.wanted, b.version.as_deref())?,
            )
        }
        (Place::Root(a), Place::Copy(copy)) => {
            let first = Arc::new(a.key.read(None)?);
            let second = copied(copy, Some(&first), Some(&first.loaded.sources), new)?;
            (Found::of(old, first, &a.wanted, a.version.as_deref())?, second)
        }
        (Place::Copy(copy), Place::Root(b)) => {
            let base = b.key.read(None)?;
            let first = copied(copy, Some(&base), None, old)?;
            // Read once more: the new text comes last, its sources hold those of both.
            let second = Arc::new(b.key.read(Some(&first.side.ready))?);
            (first, Found::of(new, second, &b.wanted, b.version.as_deref())?)
        }
        (Place::Copy(a), Place::Copy(b)) => {
            let root = Selection::all(policies).ok().and_then(|selection| Key::folder(&selection.root).ok());
            let base = root.map(|key| key.read(None)).transpose()?;
            let first = copied(a, base.as_ref(), None, old)?;
            let second = copied(b, base.as_ref(), Some(&first.side.ready.loaded.sources), new)?;
            (first, second)
        }
    };
    pair(first, second)
}

/// Pairs a policy of two roots that are read already, each by its name and its version if one is named. The texts of the second
/// stand after those of the first, or both are one.
#[cfg(feature = "serve")]
pub fn resolve_names(old: (&str, Arc<Ready>), new: (&str, Arc<Ready>)) -> Result<Pair, Failure> {
    let found = |(argument, ready): (&str, Arc<Ready>)| {
        let (name, version) = split_version(argument)?;
        Found::of(argument, ready, &Wanted::Name(name.to_owned()), version)
    };
    pair(found(old)?, found(new)?)
}

fn place(argument: &str, policies: Option<&Path>) -> Result<Place, Failure> {
    let (reference, version) = read(argument, policies)?;
    let root = |key, wanted| Place::Root(Root { key, wanted, version: version.clone() });
    Ok(match reference {
        Reference::Name(name) => root(Key::folder(&Selection::all(policies)?.root)?, Wanted::Name(name)),
        Reference::Git { revision, path } => {
            let (folder, inside) = split(policies, &path);
            root(Key::Git { revision, root: folder }, Wanted::Inside(inside))
        }
        Reference::Path(path) => {
            // A copy may lie outside the root that is named.
            let (folder, inside) = locate(policies, &path).or_else(|error| match policies {
                Some(_) if path.exists() => locate(None, &path),
                _ => Err(error),
            })?;
            let key = Key::folder(&folder)?;
            let is_root = match &key {
                Key::Folder { real, .. } => {
                    let named = policies.unwrap_or(Path::new("policies"));
                    real.file_name().is_some_and(|name| name == "policies")
                        || fs::canonicalize(named).is_ok_and(|named| named == *real)
                }
                Key::Git { .. } => true,
            };
            match Copy::read(&path)? {
                Some(copy) if !is_root => Place::Copy(copy),
                _ => root(key, Wanted::Inside(inside)),
            }
        }
    })
}

impl Key {
    fn folder(path: &Path) -> Result<Self, Failure> {
        let real = fs::canonicalize(path).map_err(|error| Failure::file("read", path, &error))?;
        Ok(Key::Folder { path: path.to_owned(), real })
    }

    /// Reads the root, its texts after those of another.
    fn read(&self, beside: Option<&Ready>) -> Result<Ready, Failure> {
        let (folder, unread) = match self {
            Key::Folder { path, .. } => read_folder(path)?,
            Key::Git { revision, root } => (git::read_folder(revision, root)?, Vec::new()),
        };
        Ok(World::beside(folder, unread, beside.map(|ready| &ready.loaded.sources), &BTreeMap::new()).ready()?)
    }
}

/// Reads a copy where it stands in for what it is a copy of; a copy of nothing there is a root of its own.
fn copied(copy: Copy, base: Option<&Ready>, beside: Option<&Sources>, argument: &str) -> Result<Found, Failure> {
    let standing = base.and_then(|base| stand_in(&copy, base)).unwrap_or_else(|| copy.alone());
    let ready = World::beside(standing.folder, standing.unread, beside, &standing.shown).ready()?;
    Found::of(argument, Arc::new(ready), &standing.wanted, None)
}

/// A side, and the policies of it that its argument names.
struct Found {
    side: Side,
    chosen: Vec<Chosen>,
    /// Pinned because a file is named: the other side is pinned to the same version.
    by_file: bool,
}

impl Found {
    fn of(argument: &str, ready: Arc<Ready>, wanted: &Wanted, version: Option<&str>) -> Result<Self, Failure> {
        let program = &ready.program;
        let named = match wanted {
            Wanted::Name(name) => vec![by_name(program, name)?],
            Wanted::Inside(path) => inside(&ready, path),
        };
        if named.is_empty() {
            let help = "a policy is a file that begins with `policy`, or a folder of them; libraries are compared with what \
                        uses them: name the whole folder";
            return Err(Failure::usage(format!("`{argument}` holds no version of a policy"), Some(help.into())));
        }
        let mut by_file = false;
        let mut chosen = Vec::new();
        for &policy in &named {
            let versions = &program.policies[policy.index()].versions;
            let pinned = match (version, wanted) {
                (Some(version), _) => Some(by_version(program, policy, version)?),
                (None, Wanted::Inside(path)) if path.ends_with(".enact") => {
                    by_file = true;
                    let source = |&id: &VersionId| program.version(id).source;
                    versions.iter().copied().find(|id| ready.loaded.path(source(id)) == path)
                }
                _ => None,
            };
            chosen.push(Chosen { policy, pinned });
        }
        Ok(Found { side: Side { name: argument.to_owned(), ready }, chosen, by_file })
    }

    fn policy(&self, chosen: &Chosen) -> &str {
        &self.side.ready.program.policies[chosen.policy.index()].name
    }

    fn find(&self, name: &str) -> Option<Chosen> {
        self.chosen.iter().copied().find(|chosen| self.policy(chosen) == name)
    }

    fn names(&self) -> Vec<String> {
        self.chosen.iter().map(|chosen| self.policy(chosen).to_owned()).collect()
    }

    /// Pins a policy to the version that starts on a day, if it has one.
    fn pin(&self, chosen: &mut Chosen, version: &str) {
        let program = &self.side.ready.program;
        let versions = &program.policies[chosen.policy.index()].versions;
        chosen.pinned = versions.iter().copied().find(|&id| program.version(id).name == version);
    }

    fn version(&self, chosen: &Chosen) -> Option<&str> {
        Some(&self.side.ready.program.version(chosen.pinned?).name)
    }
}

/// Pairs the policies of both sides by name.
fn pair(old: Found, new: Found) -> Result<Pair, Failure> {
    let mut compared = Vec::new();
    for chosen in &old.chosen {
        let Some(other) = new.find(old.policy(chosen)) else { continue };
        let (mut before, mut after) = (*chosen, other);
        if let (true, None, Some(version)) = (old.by_file, after.pinned, old.version(&before)) {
            new.pin(&mut after, version);
        }
        if let (true, None, Some(version)) = (new.by_file, before.pinned, new.version(&after)) {
            old.pin(&mut before, version);
        }
        compared.push(Compared { old: before, new: after });
    }
    let (old_names, new_names) = (old.names(), new.names());
    if compared.is_empty() {
        let (before, after) = (old_names.join(", "), new_names.join(", "));
        let message = format!(
            "`{}` is a text of {before}, `{}` of {after}: only two texts of one policy can be compared",
            old.side.name, new.side.name
        );
        let help = format!("name two texts of one policy: `enact diff git:HEAD:policies/{0} {0}`", old_names[0]);
        return Err(Failure::usage(message, Some(help)));
    }
    // Where one side names one policy, the others of the other side are not meant.
    let whole = old_names.len() > 1 && new_names.len() > 1 || old_names.len() == new_names.len();
    let lacking = |names: &[String], others: &[String]| {
        let lacks = |name: &&String| whole && !others.contains(name);
        names.iter().filter(lacks).cloned().collect::<Vec<_>>()
    };
    let (only_old, only_new) = (lacking(&old_names, &new_names), lacking(&new_names, &old_names));
    Ok(Pair { old: old.side, new: new.side, compared, only_old, only_new })
}
