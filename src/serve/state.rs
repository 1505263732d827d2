//! What is served: the policies as they are now, and texts sent to be tried on top of them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock};

use enact::eval::Request;
use enact::program::{PolicyId, VersionId};
use enact::run::{Ready, Shortcut, TextHashes, World, find_policy};
use enact::trace::hash::{hash_bytes, hash_files};
use rustc_hash::FxHashMap;

use super::limits::{KEPT_COMPILED, KEPT_OVERLAYS, OVERLAY_FILES};
use super::members::Files;
use super::problem::{Problem, Wrong};

/// Policies that are served, and what is made of them once.
#[derive(Debug)]
pub struct Served {
    /// How many were served before: tells them apart.
    number: u64,
    /// The policies.
    pub ready: Arc<Ready>,
    /// The hash of all files that they are read from.
    hash: OnceLock<String>,
    /// By policy, what it is made of.
    hashes: Vec<OnceLock<TextHashes>>,
    compiled: RwLock<FxHashMap<Key, Arc<Shortcut>>>,
}

/// What is asked, as it is named.
type Key = (String, Vec<String>);

impl Served {
    /// Serves policies.
    pub fn new(ready: Ready) -> Served {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let hashes = ready.program.policies.iter().map(|_| OnceLock::new()).collect();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        Served { number, ready: Arc::new(ready), hash: OnceLock::new(), hashes, compiled: RwLock::default() }
    }

    /// Returns the hash of all files that these policies are read from, tests among them.
    pub fn hash(&self) -> &str {
        self.hash.get_or_init(|| {
            let files = self.ready.folder.files.iter();
            hash_files(files.map(|(path, bytes)| (path.as_str(), bytes.as_slice())))
        })
    }

    /// Returns what a policy is made of.
    pub fn hashes(&self, policy: PolicyId) -> &TextHashes {
        self.hashes[policy.index()].get_or_init(|| TextHashes::of(&self.ready, policy))
    }

    /// Finds a policy, `flagpoling` or `flagpoling@2024-12-24`. Nothing is looked for among files.
    pub fn find(&self, text: &str) -> Result<(PolicyId, Option<VersionId>), Problem> {
        find_policy(&self.ready.program, text).map_err(Problem::from)
    }

    /// Returns a way to ask that was compiled before.
    pub fn shortcut(&self, policy: &str, decisions: &[String]) -> Option<Arc<Shortcut>> {
        let compiled = self.compiled.read().unwrap_or_else(PoisonError::into_inner);
        // A key that is borrowed would need a lookup of its own kind; these are short.
        compiled.get(&(policy.to_owned(), decisions.to_vec())).cloned()
    }

    /// Compiles a way to ask, unless it was before, and keeps it.
    pub fn compile(&self, policy: &str, decisions: &[String], request: Request) -> Arc<Shortcut> {
        if let Some(known) = self.shortcut(policy, decisions) {
            return known;
        }
        let shortcut = Arc::new(Shortcut::new(&self.ready.program, request));
        let mut compiled = self.compiled.write().unwrap_or_else(PoisonError::into_inner);
        if compiled.len() >= KEPT_COMPILED {
            compiled.clear();
        }
        compiled.insert((policy.to_owned(), decisions.to_vec()), shortcut.clone());
        shortcut
    }
}

/// The policies as they are now.
#[derive(Debug)]
pub struct Current {
    served: RwLock<Arc<Served>>,
    /// Texts that were sent, by what they are: the newest last.
    overlays: Mutex<VecDeque<(String, Arc<Served>)>>,
}

impl Current {
    /// Begins with policies.
    pub fn new(ready: Ready) -> Current {
        Current { served: RwLock::new(Arc::new(Served::new(ready))), overlays: Mutex::default() }
    }

    /// Returns the policies as they are now. Who holds them keeps them, whatever is loaded meanwhile.
    pub fn get(&self) -> Arc<Served> {
        self.served.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Serves other policies from now on.
    pub fn set(&self, ready: Ready) {
        let served = Arc::new(Served::new(ready));
        *self.served.write().unwrap_or_else(PoisonError::into_inner) = served;
        self.overlays.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns the policies with texts on top of them that a request sent; without any, those that are served.
    pub fn with(&self, files: Option<&Files>) -> Result<Arc<Served>, Problem> {
        let served = self.get();
        let Some(files) = files else { return Ok(served) };
        let name = hash_bytes(format!("{} {files:?}", served.number).as_bytes());
        if let Some(known) = self.kept(&name) {
            return Ok(known);
        }
        let world = overlaid(&served.ready, files, false)?;
        let tried = Arc::new(Served::new(world.ready().map_err(Problem::from)?));
        let mut overlays = self.overlays.lock().unwrap_or_else(PoisonError::into_inner);
        if overlays.len() >= KEPT_OVERLAYS {
            overlays.pop_front();
        }
        overlays.push_back((name, tried.clone()));
        Ok(tried)
    }

    fn kept(&self, name: &str) -> Option<Arc<Served>> {
        let mut overlays = self.overlays.lock().unwrap_or_else(PoisonError::into_inner);
        let place = overlays.iter().position(|(known, _)| known == name)?;
        let found = overlays.remove(place)?;
        overlays.push_back(found.clone());
        Some(found.1)
    }
}

/// Puts texts on top of policies, and checks what comes out. Tests of the root are left out unless they are wanted: a text under
/// work may break them, and they decide nothing.
pub fn overlaid(ready: &Ready, files: &Files, tests: bool) -> Result<World, Problem> {
    if files.len() > OVERLAY_FILES {
        let wrong =
            Wrong::at("/policies", format!("there are {} files, at most {OVERLAY_FILES} are taken", files.len()));
        return Err(Problem::members(vec![wrong]));
    }
    let mut folder = ready.folder.clone();
    if !tests {
        let is_test = |path: &String| ready.loaded.tests.iter().any(|test| *path == format!("{}.enact", test.path));
        folder.files.retain(|path, _| !is_test(path));
    }
    let wrong: Vec<Wrong> = files.keys().filter(|path| !is_inside(path)).map(|path| refuse(path)).collect();
    if !wrong.is_empty() {
        return Err(Problem::members(wrong));
    }
    for (path, text) in files {
        match text {
            Some(text) => drop(folder.files.insert(path.clone(), text.clone().into_bytes())),
            None => drop(folder.files.remove(path)),
        }
    }
    Ok(World::of(folder, Vec::new()))
}

/// Whether a path is one that a root has: `flagpoling/2024-12-24.enact`.
fn is_inside(path: &str) -> bool {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', '\0']);
    path.split('/').all(plain) && (path.ends_with(".enact") || path.ends_with(".csv"))
}

fn refuse(path: &str) -> Wrong {
    let pointer = format!("/policies/{}", path.replace('~', "~0").replace('/', "~1"));
    let help = "write it from the policies folder: `flagpoling/2024-12-24.enact`";
    Wrong::at(pointer, "this is no path of a policy or of data").help(Some(help.into()))
}

#[cfg(test)]
mod tests {
    use super::is_inside;

    #[test]
    fn paths_stay_inside_the_root() {
        for (path, inside) in [
            ("flagpoling/2024-12-24.enact", true),
            ("common/countries.csv", true),
            ("../x.enact", false),
            ("/etc/x.enact", false),
            ("a//b.enact", false),
            ("a/.b.enact", false),
            ("a/notes.md", false),
        ] {
            assert_eq!(is_inside(path), inside, "{path}");
        }
    }
}
