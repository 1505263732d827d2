//! The policy that an argument names: `flagpoling`, `flagpoling@2024-12-24`, a folder or file, `git:REV:PATH`.

use std::path::{Path, PathBuf};

use enact::diagnostic::Code;
use enact::program::{PolicyId, VersionId};
use enact::run::{Ready, World, by_name, by_version, split_version};

use super::exit::Failure;
use super::root::{Selection, locate};
use super::{git, root};

/// A policy in its root.
#[derive(Debug)]
pub struct Named {
    /// The root.
    pub ready: Ready,
    /// The policy.
    pub policy: PolicyId,
    /// The version it is pinned to, if one is named.
    pub pinned: Option<VersionId>,
}

/// How an argument names a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// Its name, in the root.
    Name(String),
    /// A folder or file.
    Path(PathBuf),
    /// A folder or file as it stood in a revision.
    Git {
        /// The revision.
        revision: String,
        /// The path, from the current folder.
        path: String,
    },
}

/// Finds the policy an argument names, and reads its root.
pub fn find(argument: &str, policies: Option<&Path>) -> Result<Named, Failure> {
    let (reference, version) = read(argument, policies)?;
    let (ready, policy, inside) = match reference {
        Reference::Name(name) => {
            let ready = Ready::read(&Selection::all(policies)?.root)?;
            let policy = by_name(&ready.program, &name)?;
            (ready, policy, None)
        }
        Reference::Path(path) => {
            let (root, inside) = locate(policies, &path)?;
            let ready = Ready::read(&root)?;
            let policy = by_path(&ready, &inside, argument)?;
            (ready, policy, Some(inside))
        }
        Reference::Git { revision, path } => {
            let (root, inside) = root::split(policies, &path);
            let folder = git::read_folder(&revision, &root)?;
            let ready = World::of(folder, Vec::new()).ready()?;
            let policy = by_path(&ready, &inside, argument)?;
            (ready, policy, Some(inside))
        }
    };
    let program = &ready.program;
    let versions = &program.policies[policy.index()].versions;
    let pinned = match version {
        Some(version) => Some(by_version(program, policy, &version)?),
        // A file is one version.
        None => {
            let file = inside.filter(|inside| inside.ends_with(".enact"));
            file.and_then(|file| {
                versions.iter().copied().find(|&id| ready.loaded.path(program.version(id).source) == file)
            })
        }
    };
    Ok(Named { ready, policy, pinned })
}

/// Splits an argument into what names the policy and its version.
pub fn read(argument: &str, policies: Option<&Path>) -> Result<(Reference, Option<String>), Failure> {
    let (text, version) = split_version(argument)?;
    let version = version.map(str::to_owned);
    if let Some(rest) = text.strip_prefix("git:") {
        let Some((revision, path)) =
            rest.split_once(':').filter(|(revision, path)| !revision.is_empty() && !path.is_empty())
        else {
            let help = "write `git:REV:PATH`: `git:HEAD~1:policies/flagpoling`";
            return Err(Failure::usage(format!("`{argument}` names no path in a revision"), Some(help.into())));
        };
        return Ok((Reference::Git { revision: revision.to_owned(), path: path.to_owned() }, version));
    }
    let is_name = text.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    // A name is looked up in the root, unless there is none, or it is the root itself, or only a path is called so.
    let root = policies.unwrap_or(Path::new("policies"));
    if is_name && Path::new(text) != root && (root.is_dir() || !Path::new(text).exists()) {
        return Ok((Reference::Name(text.to_owned()), version));
    }
    if !Path::new(text).exists() && !text.contains(['/', '\\', '.']) {
        let help = "a policy is named by its name, `NAME@VERSION`, a path, or `git:REV:PATH`";
        return Err(Failure::usage(format!("`{text}` names no policy"), Some(help.into())));
    }
    Ok((Reference::Path(text.into()), version))
}

/// Finds the policies of a folder or file, each once.
pub fn inside(ready: &Ready, inside: &str) -> Vec<PolicyId> {
    let holds = |path: &str| {
        inside.is_empty() || path.strip_prefix(inside).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let versions = ready.program.versions.iter().filter(|version| holds(ready.loaded.path(version.source)));
    let mut found: Vec<PolicyId> = versions.map(|version| version.policy).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Finds the one policy of a folder or file.
fn by_path(ready: &Ready, inside: &str, argument: &str) -> Result<PolicyId, Failure> {
    let program = &ready.program;
    let found = self::inside(ready, inside);
    match found[..] {
        [policy] => Ok(policy),
        [] => Err(Failure::one(Code::USAGE, format!("`{argument}` holds no version of a policy"), None)),
        _ => {
            let names: Vec<&str> = found.iter().map(|id| program.policies[id.index()].name.as_str()).collect();
            let message = format!("`{argument}` holds {} policies", found.len());
            Err(Failure::usage(message, Some(format!("name one of them: {}", names.join(", ")))))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_name_policies() {
        let name = |text: &str| Reference::Name(text.into());
        let git = |revision: &str, path: &str| Reference::Git { revision: revision.into(), path: path.into() };
        let read = |text: &str| read(text, None).ok();
        assert_eq!(read("flagpoling"), Some((name("flagpoling"), None)));
        assert_eq!(read("flagpoling@2024-12-24"), Some((name("flagpoling"), Some("2024-12-24".into()))));
        assert_eq!(read("flagpoling@2024-12-32"), None);
        assert_eq!(read("git:HEAD~1:policies/tax"), Some((git("HEAD~1", "policies/tax"), None)));
        assert_eq!(
            read("git:HEAD@{1}:policies/tax@2024-01-01"),
            Some((git("HEAD@{1}", "policies/tax"), Some("2024-01-01".into())))
        );
        assert_eq!(read("git:HEAD"), None);
        assert_eq!(read("a/b.enact"), Some((Reference::Path("a/b.enact".into()), None)));
    }
}
