//! Which folder is the policies root, and which part of it is meant.
//!
//! `--policies DIR` says so; else it is `policies`. A path outside it brings its own root: the nearest folder named `policies`
//! at or above it, else the folder itself.

use std::fs;
use std::path::{Path, PathBuf};

use enact::diagnostic::Code;
use enact::files::{io_text, shown_root};

use super::exit::Failure;

/// The name of the root where nothing else is said.
const DEFAULT: &str = "policies";

/// A root and what is meant in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The root.
    pub root: PathBuf,
    /// Files and folders from the root, with forward slashes; empty means all of it.
    pub inside: Vec<String>,
}

impl Selection {
    /// All of the root.
    pub fn all(policies: Option<&Path>) -> Result<Self, Failure> {
        let root = policies.unwrap_or(Path::new(DEFAULT));
        if policies.is_none() && !root.is_dir() {
            let help = "name the folder with `--policies DIR`, or start a policy with `enact new NAME`";
            return Err(Failure::one(Code::UNREADABLE, "there is no folder `policies` here", Some(help.into())));
        }
        Ok(Selection { root: root.to_owned(), inside: Vec::new() })
    }

    /// Finds the root of some paths; of none, all of the root.
    pub fn of(policies: Option<&Path>, paths: &[PathBuf]) -> Result<Self, Failure> {
        let mut selection: Option<Selection> = None;
        for path in paths {
            let (root, inside) = locate(policies, path)?;
            match &mut selection {
                None => selection = Some(Selection { root, inside: vec![inside] }),
                Some(selection) if selection.root == root => selection.inside.push(inside),
                Some(selection) => {
                    let message =
                        format!("`{}` and `{}` are two policies folders", selection.root.display(), root.display());
                    return Err(Failure::usage(
                        message,
                        Some("give them to two runs, or name one with `--policies DIR`".into()),
                    ));
                }
            }
        }
        let Some(mut selection) = selection else { return Self::all(policies) };
        if selection.inside.iter().any(String::is_empty) {
            selection.inside.clear();
        }
        Ok(selection)
    }

    /// Whether a path from the root is meant.
    pub fn holds(&self, path: &str) -> bool {
        let holds =
            |part: &String| path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.inside.is_empty() || self.inside.iter().any(holds)
    }

    /// Whether a place as shown (`policies/flagpoling/2024-12-24.enact`) is meant.
    pub fn holds_shown(&self, name: &str) -> bool {
        let root = shown_root(&self.root);
        let path = name.strip_prefix(&root).map_or(name, |rest| rest.trim_start_matches('/'));
        self.holds(if root.is_empty() { name } else { path })
    }
}

/// Returns the root of a path, and the path from there.
pub fn locate(policies: Option<&Path>, path: &Path) -> Result<(PathBuf, String), Failure> {
    let real = fs::canonicalize(path).map_err(|error| Failure::file("read", path, &error))?;
    let root = policies.unwrap_or(Path::new(DEFAULT));
    if let Ok(real_root) = fs::canonicalize(root)
        && let Ok(inside) = real.strip_prefix(&real_root)
    {
        return Ok((root.to_owned(), slashes(inside)));
    }
    if let Some(policies) = policies {
        let message = match fs::metadata(policies) {
            Ok(_) => format!("`{}` is not in the policies folder `{}`", path.display(), policies.display()),
            Err(error) => format!("cannot read `{}`: {}", policies.display(), io_text(&error)),
        };
        return Err(Failure::usage(message, None));
    }
    let folder = if real.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let named = folder.ancestors().find(|ancestor| ancestor.file_name().is_some_and(|name| name == DEFAULT));
    let root = named.unwrap_or(folder);
    let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
    let real_root = fs::canonicalize(root).map_err(|error| Failure::file("read", root, &error))?;
    // A link in the path may lead out of the root; then the path is read as a root of its own.
    match real.strip_prefix(&real_root) {
        Ok(inside) => Ok((root.to_owned(), slashes(inside))),
        Err(_) => Ok((folder.to_owned(), String::new())),
    }
}

/// Splits a path that need not exist here into its root and the path from there, by names alone.
pub fn split(policies: Option<&Path>, path: &str) -> (String, String) {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let after = |root: &str| {
        let rest = path.strip_prefix(root)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/').to_owned())
    };
    if let Some(root) = policies.map(shown_root)
        && let Some(inside) = after(&root)
    {
        return (root, inside);
    }
    let parts: Vec<&str> = path.split('/').collect();
    let folders = if path.ends_with(".enact") { parts.len() - 1 } else { parts.len() };
    let end = parts[..folders].iter().rposition(|part| *part == DEFAULT).map_or(folders, |index| index + 1);
    (parts[..end].join("/"), parts[end..].join("/"))
}

fn slashes(path: &Path) -> String {
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_root() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("policies/tax/2024-01-01.enact");
        fs::create_dir_all(file.parent().expect("a parent")).expect("made");
        fs::write(&file, "").expect("written");
        let policies = dir.path().join("policies");
        let tax = policies.join("tax");
        assert_eq!(locate(None, &file).ok(), Some((policies.clone(), "tax/2024-01-01.enact".into())));
        assert_eq!(locate(Some(&tax), &file).ok(), Some((tax.clone(), "2024-01-01.enact".into())));
        assert_eq!(locate(None, &policies).ok(), Some((policies.clone(), String::new())));
        let selection = Selection::of(None, &[tax]).expect("found");
        assert!(selection.holds("tax/2024-01-01.enact") && !selection.holds("taxes/2024-01-01.enact"));
        assert!(selection.holds_shown(&file.to_string_lossy()));
        let split = |path| split(None, path);
        assert_eq!(split("a/policies/tax/1.enact"), ("a/policies".into(), "tax/1.enact".into()));
        assert_eq!(split("./rules/tax/"), ("rules/tax".into(), String::new()));
        assert_eq!(split("tax/1.enact"), ("tax".into(), "1.enact".into()));
        assert!(locate(Some(&dir.path().join("policies/tax")), &policies).is_err());
    }
}
