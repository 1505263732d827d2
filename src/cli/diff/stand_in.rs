//! Copies: a version's file or a policy's folder that lies outside every root stands in for what it is a copy of, so that what it
//! uses and the data it reads are found.

use std::collections::BTreeMap;
use std::path::Path;

use enact::diagnostic::{Code, Diagnostic};
use enact::files::{read_folder, shown_root};
use enact::load::{Folder, LoadedPolicy};
use enact::run::Ready;
use enact::source::Sources;
use enact::syntax::ast::{Header, PolicyHeader};
use enact::syntax::{MAX_FILE_BYTES, decode, parse};

use super::texts::Wanted;
use crate::cli::exit::Failure;
use crate::cli::files::read_input;

/// A file, or a folder of versions.
pub struct Copy {
    /// The file or folder as it is shown.
    shown: String,
    /// Whether it is one file.
    one: bool,
    /// Its files by path; the one file by its name.
    files: BTreeMap<String, Vec<u8>>,
    unread: Vec<Diagnostic>,
}

/// Files with a copy among them.
pub struct Standing {
    /// The files.
    pub folder: Folder,
    /// What could not be read of the copy.
    pub unread: Vec<Diagnostic>,
    /// By path, how a file of the copy is shown.
    pub shown: BTreeMap<String, String>,
    /// What is compared of it.
    pub wanted: Wanted,
}

impl Copy {
    /// Reads a file that holds a version, or a folder with versions in it. Nothing for a folder of folders: that is a root.
    pub fn read(path: &Path) -> Result<Option<Self>, Failure> {
        let shown = shown_root(path);
        if path.is_dir() {
            let (folder, unread) = read_folder(path)?;
            let version = |(path, bytes): (&String, &Vec<u8>)| !path.contains('/') && header(path, bytes).is_some();
            let holds = folder.files.iter().any(version);
            return Ok(holds.then_some(Copy { shown, one: false, files: folder.files, unread }));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = read_input(path, MAX_FILE_BYTES)?;
        if header(&name, &bytes).is_none() {
            let help = "a version begins with `policy NAME effective from DAY`; other files are compared with what uses them: name \
                        the whole folder";
            let message = format!("`{}` is no version of a policy", path.display());
            return Err(Failure::one(Code::USAGE, message, Some(help.into())));
        }
        Ok(Some(Copy { shown, one: true, files: BTreeMap::from([(name, bytes)]), unread: Vec::new() }))
    }

    /// How a file of it is shown.
    fn shown(&self, path: &str) -> String {
        if self.one { self.shown.clone() } else { format!("{}/{path}", self.shown) }
    }

    /// A copy of nothing is a root of its own.
    pub fn alone(self) -> Standing {
        let Copy { shown, one, files, unread } = self;
        if !one {
            let folder = Folder { name: shown, files };
            return Standing { folder, unread, shown: BTreeMap::new(), wanted: Wanted::Inside(String::new()) };
        }
        // A version is found by its folder and its day, whatever its file is called.
        let mut folder = Folder { name: String::new(), files: BTreeMap::new() };
        let mut names = BTreeMap::new();
        let mut wanted = Wanted::Inside(String::new());
        for (name, bytes) in files {
            let day = header(&name, &bytes).map(|header| (header.name.value.clone(), start(&header)));
            let path = day.map_or(name, |(policy, day)| format!("{policy}/{day}.enact"));
            names.insert(path.clone(), shown.clone());
            wanted = Wanted::Inside(path.clone());
            folder.files.insert(path, bytes);
        }
        Standing { folder, unread, shown: names, wanted }
    }
}

/// Puts a copy into the files of a root, in the place of what it is a copy of; nothing if the root has no such policy.
///
/// The root's tests are left out: a text under work may break them, and they decide nothing.
pub fn stand_in(copy: &Copy, base: &Ready) -> Option<Standing> {
    let mut folder = base.folder.clone();
    folder.files.retain(|path, _| !base.loaded.tests.iter().any(|test| *path == format!("{}.enact", test.path)));
    let mut shown = BTreeMap::new();
    let mut wanted = None;
    let headers: BTreeMap<&String, PolicyHeader> =
        copy.files.iter().filter_map(|(path, bytes)| Some((path, header(path, bytes)?))).collect();
    let of = |header: &PolicyHeader| base.loaded.policies.iter().find(|policy| policy.name == header.name.value);
    let home = headers.values().find_map(of).and_then(|policy| place_of(policy, base))?;
    if !copy.one {
        for policy in headers.values().filter_map(of) {
            for version in &policy.versions {
                folder.files.remove(base.loaded.path(version.source));
            }
        }
    }
    for (path, bytes) in &copy.files {
        let known = headers.get(path).and_then(|header| Some((header, of(header)?)));
        let to = match known {
            Some((header, policy)) if copy.one => {
                let day = start(header);
                let same = policy.versions.iter().find(|version| version.name == day);
                same.map_or_else(|| format!("{home}/{day}.enact"), |same| base.loaded.path(same.source).to_owned())
            }
            Some((_, policy)) => {
                let home = place_of(policy, base).unwrap_or_else(|| home.clone());
                format!("{home}/{}", path.rsplit('/').next().unwrap_or(path))
            }
            // Tests of a copied folder are left out like those of the root.
            None if path.ends_with(".enact") && is_test(path, bytes) => continue,
            None => format!("{home}/{path}"),
        };
        shown.insert(to.clone(), copy.shown(path));
        wanted = Some(if copy.one { to.clone() } else { home.clone() });
        folder.files.insert(to, bytes.clone());
    }
    let wanted = Wanted::Inside(wanted?);
    Some(Standing { folder, unread: copy.unread.clone(), shown, wanted })
}

/// The folder a policy's versions lie in, from the root; nothing where they lie in the root itself.
fn place_of(policy: &LoadedPolicy, base: &Ready) -> Option<String> {
    let path = base.loaded.path(policy.versions.first()?.source);
    path.rsplit_once('/').map(|(folder, _)| folder.to_owned())
}

/// The name of the version with this header.
fn start(header: &PolicyHeader) -> String {
    header.effective_from.as_ref().map_or_else(String::new, |start| start.date.to_string())
}

/// Returns the header of a version; nothing for other files.
fn header(path: &str, bytes: &[u8]) -> Option<PolicyHeader> {
    match head(path, bytes)? {
        Header::Policy(header) if header.effective_from.is_some() => Some(*header),
        _ => None,
    }
}

fn is_test(path: &str, bytes: &[u8]) -> bool {
    matches!(head(path, bytes), Some(Header::None))
}

fn head(path: &str, bytes: &[u8]) -> Option<Header> {
    if !path.ends_with(".enact") {
        return None;
    }
    let text = decode(bytes, path).ok()?;
    let mut sources = Sources::new();
    let id = sources.add(path, text);
    Some(parse(&sources, id).file.header)
}
