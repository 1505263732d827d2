//! What tests of several stages share.

use std::collections::BTreeMap;
use std::path::Path;

use crate::load::{Folder, load};
use crate::lower::lower;
use crate::program::Program;

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

/// A folder of one file `p/2020-01-01.enact`, whose header is added.
pub(crate) fn small(text: &str) -> Folder {
    let text = format!("policy p effective from 2020-01-01\n{text}");
    let files = BTreeMap::from([("p/2020-01-01.enact".to_owned(), text.into_bytes())]);
    Folder { name: String::new(), files }
}

/// Lowers a folder that has no error.
pub(crate) fn lowered(folder: &Folder) -> Program {
    let loaded = load(folder);
    let lowered = lower(&loaded);
    let errors = loaded.diagnostics.iter().chain(&lowered.diagnostics).filter(|found| found.is_error());
    let errors: Vec<String> = errors
        .map(|it| format!("{} {}", it.span().map_or(String::new(), |span| loaded.sources.place(span)), it.message))
        .collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
    lowered.program
}
