//! Which texts the arguments name.

use std::fs;
use std::path::PathBuf;

use super::texts::{Pair, resolve};
use crate::cli::exit::Failure;

/// A folder with two policies that share a library and data: `fee` has two versions, the second an amendment.
struct Town {
    folder: tempfile::TempDir,
}

const FILES: [(&str, &str); 6] = [
    ("policies/common/people.enact", "library people\nfact age: integer\nfact zone: zones\nenum zones { a, b }\n"),
    ("policies/common/data/free.csv", "zone\na\n"),
    (
        "policies/fee/2024-01-01.enact",
        "policy fee effective from 2024-01-01\nuse common.people\n\
         set free: set of zones read from \"../common/data/free.csv\" column zone\n\
         decision pays: yes/no otherwise no\nrule adult \"adult\" pays is yes when age >= 18 unless zone in free\n",
    ),
    (
        "policies/fee/2025-01-01.enact",
        "policy fee effective from 2025-01-01 amends 2024-01-01\n\
         replace rule adult \"adult\" pays is yes when age >= 21 unless zone in free\n",
    ),
    (
        "policies/card/2024-01-01.enact",
        "policy card effective from 2024-01-01\nuse common.people\ndecision gets: yes/no otherwise no\n\
         rule child \"child\" gets is yes when age < 18\n",
    ),
    (
        "policies/fee/tests/fee.enact",
        "use common.people\nuse fee\ntest grown on 2024-06-01\n    given age is 30, zone is b\n    expect pays is yes\n",
    ),
];

impl Town {
    fn new() -> Self {
        let town = Town { folder: tempfile::tempdir().expect("a folder") };
        for (path, text) in FILES {
            town.write(path, text);
        }
        town
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Copies a file with one part changed.
    fn copy(&self, from: &str, to: &str, old: &str, new: &str) {
        let text = fs::read_to_string(self.path(from)).expect("read");
        assert!(text.contains(old), "{from} holds no {old}");
        self.write(to, &text.replace(old, new));
    }

    fn resolve(&self, old: &str, new: &str) -> Result<Pair, Failure> {
        let at = |argument: &str| {
            let path = argument.contains('/') && !argument.starts_with("git:");
            if path { self.path(argument).display().to_string() } else { argument.to_owned() }
        };
        resolve(&at(old), &at(new), Some(&self.path("policies")))
    }

    /// What is compared: `fee 2024-01-01 / 2025-01-01`, and what only one side has.
    fn pairs(&self, old: &str, new: &str) -> Vec<String> {
        let pair = self.resolve(old, new).unwrap_or_else(|failure| panic!("{}", says(failure)));
        let mut found: Vec<String> = Vec::new();
        for compared in &pair.compared {
            let (old, new) = (pair.old.text(&compared.old), pair.new.text(&compared.new));
            let version = |text: &enact::diff::Text| {
                text.pinned.map_or("*".to_owned(), |id| text.program.version(id).name.clone())
            };
            let name = &old.program.policies[old.policy.index()].name;
            assert_eq!(*name, new.program.policies[new.policy.index()].name);
            found.push(format!("{name} {} / {}", version(&old), version(&new)));
        }
        found.extend(pair.only_old.iter().map(|name| format!("- {name}")));
        found.extend(pair.only_new.iter().map(|name| format!("+ {name}")));
        found
    }

    /// How the places of the new text are shown, from the folder.
    fn shown(&self, old: &str, new: &str) -> Vec<String> {
        let pair = self.resolve(old, new).unwrap_or_else(|failure| panic!("{}", says(failure)));
        let text = pair.new.text(&pair.compared[0].new);
        let root = self.folder.path().display().to_string();
        let policy = text.loaded.policies.iter().find(|it| it.name == text.program.policies[text.policy.index()].name);
        let versions = policy.expect("loaded").versions.iter();
        versions.map(|it| pair.sources().get(it.source).name().replace(&root, "")).collect()
    }
}

fn says(failure: Failure) -> String {
    match failure {
        Failure::Errors(diagnostics, _) => {
            let text = |it: &enact::diagnostic::Diagnostic| {
                format!("{} {}; {}", it.code.number, it.message, it.help.as_deref().unwrap_or(""))
            };
            diagnostics.iter().map(text).collect::<Vec<_>>().join("\n")
        }
        Failure::ClosedPipe => "closed".into(),
    }
}

#[test]
fn names_versions_files_and_folders() {
    let town = Town::new();
    assert_eq!(town.pairs("fee@2024-01-01", "fee@2025-01-01"), ["fee 2024-01-01 / 2025-01-01"]);
    assert_eq!(town.pairs("fee", "fee@2025-01-01"), ["fee * / 2025-01-01"]);
    let files = ["policies/fee/2024-01-01.enact", "policies/fee/2025-01-01.enact"];
    assert_eq!(town.pairs(files[0], files[1]), ["fee 2024-01-01 / 2025-01-01"]);
    assert_eq!(town.pairs("policies/fee", "fee"), ["fee * / *"]);
    assert_eq!(town.pairs("./policies", "./policies"), ["card * / *", "fee * / *"]);
    assert_eq!(town.pairs("card", "./policies"), ["card * / *"]);
}

#[test]
fn one_root_is_read_once() {
    let town = Town::new();
    let pair = town.resolve("fee@2024-01-01", "fee@2025-01-01").expect("found");
    let (old, new) = (pair.old.text(&pair.compared[0].old), pair.new.text(&pair.compared[0].new));
    assert!(std::ptr::eq(old.loaded, new.loaded));
}

#[test]
fn a_copied_version_stands_in_for_its_original() {
    let town = Town::new();
    town.copy("policies/fee/2024-01-01.enact", "elsewhere/copy.enact", "18", "19");
    town.copy("policies/fee/2025-01-01.enact", "elsewhere/amendment.enact", "21", "22");
    let original = "policies/fee/2024-01-01.enact";
    assert_eq!(town.pairs(original, "elsewhere/copy.enact"), ["fee 2024-01-01 / 2024-01-01"]);
    assert_eq!(town.pairs("elsewhere/copy.enact", original), ["fee 2024-01-01 / 2024-01-01"]);
    assert_eq!(town.pairs("fee", "elsewhere/amendment.enact"), ["fee 2025-01-01 / 2025-01-01"]);
    assert_eq!(town.pairs("elsewhere/copy.enact", "elsewhere/amendment.enact"), ["fee 2024-01-01 / 2025-01-01"]);
    let shown = ["/elsewhere/copy.enact", "/policies/fee/2025-01-01.enact"];
    assert_eq!(town.shown(original, "elsewhere/copy.enact"), shown);
    // A version of another day comes beside those that are there.
    let header = "effective from 2025-01-01 amends 2024-01-01";
    let next = "effective from 2026-01-01 amends 2025-01-01";
    town.copy("policies/fee/2025-01-01.enact", "elsewhere/next.enact", header, next);
    assert_eq!(town.pairs("fee@2025-01-01", "elsewhere/next.enact"), ["fee 2025-01-01 / 2026-01-01"]);
}

#[test]
fn a_copied_folder_stands_in_for_its_original() {
    let town = Town::new();
    town.copy("policies/fee/2024-01-01.enact", "work/2024-01-01.enact", "18", "19");
    town.copy("policies/fee/2025-01-01.enact", "work/2025-01-01.enact", "21", "22");
    town.copy("policies/fee/tests/fee.enact", "work/tests/fee.enact", "age is 30", "height is 30");
    assert_eq!(town.pairs("fee", "./work"), ["fee * / *"]);
    assert_eq!(town.shown("fee", "./work"), ["/work/2024-01-01.enact", "/work/2025-01-01.enact"]);
}

#[test]
fn a_whole_other_root() {
    let town = Town::new();
    for (path, text) in FILES.into_iter().filter(|(path, _)| !path.contains("/card/")) {
        town.write(&format!("other/{path}"), text);
    }
    town.write(
        "other/policies/tax/2024-01-01.enact",
        "policy tax effective from 2024-01-01\ndecision due: yes/no otherwise no\n",
    );
    assert_eq!(town.pairs("./policies", "other/policies"), ["fee * / *", "- card", "+ tax"]);
    assert_eq!(town.pairs("fee", "other/policies/fee"), ["fee * / *"]);
    assert_eq!(town.pairs("fee@2024-01-01", "other/policies/fee/2025-01-01.enact"), ["fee 2024-01-01 / 2025-01-01"]);
}

#[test]
fn mistakes_are_said_with_the_next_step() {
    let town = Town::new();
    let mistake = |old: &str, new: &str| says(town.resolve(old, new).expect_err("a mistake"));
    let other = mistake("fee", "card");
    assert!(other.contains("a text of fee") && other.contains("of card") && other.contains("git:HEAD"), "{other}");
    assert!(mistake("fee@2023-01-01", "fee").contains("its versions start on 2024-01-01, 2025-01-01"));
    assert!(mistake("policies/common/people.enact", "fee").contains("E090"), "a library is no policy");
    town.copy("policies/fee/2024-01-01.enact", "elsewhere/broken.enact", "age >= 18", "agee >= 18");
    assert!(mistake("fee", "elsewhere/broken.enact").contains("`agee`"));
    town.write("elsewhere/notes.enact", "library notes\n");
    assert!(mistake("fee", "elsewhere/notes.enact").contains("no version of a policy"));
}
