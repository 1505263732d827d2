//! What tests of several stages share.

// Examples read it too, and more of it.
#[allow(dead_code)]
pub(crate) mod applicants;
pub(crate) mod random;

use std::collections::BTreeMap;
use std::path::Path;

use crate::load::{Folder, Loaded, load_beside};
use crate::lower::lower;
use crate::program::Program;
use crate::source::Sources;

/// The shipped policies, as files by path.
pub(crate) fn shipped() -> Folder {
    fn read(folder: &Path, at: &str, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            let path = format!("{at}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                read(&entry.path(), &format!("{path}/"), files);
            } else if path.ends_with(".enact") || path.ends_with(".csv") {
                files.insert(path, std::fs::read(entry.path()).expect("a file"));
            }
        }
    }
    let mut folder = Folder { name: "policies".into(), files: BTreeMap::new() };
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("policies"), "", &mut folder.files);
    folder
}

/// Lowers a folder that has no error.
pub(crate) fn lowered(folder: &Folder) -> Program {
    match lowers(folder, &Sources::default()) {
        Ok((_, program)) => program,
        Err(errors) => panic!("{errors}"),
    }
}

/// Lowers a folder, its texts after others; its errors, if it has any.
pub(crate) fn lowers(folder: &Folder, beside: &Sources) -> Result<(Loaded, Program), String> {
    let loaded = load_beside(folder, beside);
    let lowered = lower(&loaded);
    let errors = loaded.diagnostics.iter().chain(&lowered.diagnostics).filter(|found| found.is_error());
    let errors: Vec<String> = errors
        .map(|it| format!("{} {}", it.span().map_or(String::new(), |span| loaded.sources.place(span)), it.message))
        .collect();
    if errors.is_empty() { Ok((loaded, lowered.program)) } else { Err(errors.join("\n")) }
}

/// Loads and lowers a random policy; its errors, if it has any: an edit can make rules exceptions of each other in a circle.
pub(crate) fn written(policy: &random::policy::Policy, beside: &Sources) -> Result<(Loaded, Program), String> {
    lowers(&Folder { name: String::new(), files: policy.files() }, beside)
}
