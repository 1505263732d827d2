//! `replay`: exit codes and what is said. What an entry comes to is tested where it is decided again.

use std::fs;
use std::path::Path;

use serde_json::Value as Json;

use super::cli::{code, enact, err, out};
use super::literate::root;

const POLICY: &str = "policy p effective from 2025-01-01\nfact age: integer within 0..120\n\
    decision old: yes/no otherwise no\nrule r old is yes when age >= 18\n";

/// An entry as `enact serve` writes it.
fn entry(age: u32, value: &str, rule: &str) -> String {
    format!(
        "{{\"schema\":\"enact.log/1\",\"time\":\"2025-02-01T09:00:00.000Z\",\"policy\":\"p\",\"pinned\":null,\"engine\":\"0.1.0\",\
         \"hashes\":{{\"policy\":\"sha256:a\",\"data\":\"sha256:b\",\"facts\":null}},\
         \"facts\":{{\"evaluation_date\":\"2025-02-01\",\"age\":{age}}},\"redacted\":[],\
         \"decisions\":{{\"old\":{{\"value\":\"{value}\",\"status\":\"decided\",\"rules\":[\"{rule}\"],\"missing\":[],\
         \"version\":\"2025-01-01\"}}}}}}\n"
    )
}

fn folder(policy: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("policies/p")).expect("made");
    fs::write(folder.path().join("policies/p/2025-01-01.enact"), policy).expect("written");
    folder
}

fn replay(folder: &Path, log: &str, more: &[&str]) -> (i32, String, String) {
    fs::write(folder.join("log.jsonl"), log).expect("written");
    let output = enact(folder, &[&["replay", "log.jsonl"], more].concat());
    (code(&output), out(&output), err(&output))
}

#[test]
fn the_end_says_what_came_of_all_lines() {
    let log = entry(17, "no", "otherwise") + "\n" + &entry(40, "yes", "r");
    let same = folder(POLICY);
    assert_eq!(replay(same.path(), &log, &[]), (0, "2 lines: 2 the same, 0 different\n".into(), String::new()));
    let (end, said, _) = replay(same.path(), &(log.clone() + "{}\nno json\n"), &[]);
    assert_eq!(end, 2);
    assert!(said.starts_with("line 4: this is no entry of a decision log\nline 5: this is no JSON: "), "{said}");
    let edited = folder(&POLICY.replace(">= 18", ">= 65"));
    let (end, said, _) = replay(edited.path(), &log, &[]);
    assert_eq!(end, 1);
    assert_eq!(
        said,
        "line 3, p: old: yes [r], 2025-01-01 -> no [otherwise], 2025-01-01\n2 lines: 1 the same, 1 different\n"
    );
    let renamed = folder(&POLICY.replace("rule r", "rule s"));
    assert_eq!((replay(renamed.path(), &log, &[]).0, replay(renamed.path(), &log, &["--ignore-reasons"]).0), (1, 0));
    let gone = folder(&POLICY.replace("age", "winters"));
    let (end, said, _) = replay(gone.path(), &log, &[]);
    assert_eq!(end, 1);
    assert!(said.contains("2 that cannot be decided any more"), "{said}");
    assert_eq!(code(&enact(same.path(), &["replay", "nowhere.jsonl"])), 2);
}

#[test]
fn the_report_fits_its_schema() {
    let folder = folder(&POLICY.replace(">= 18", ">= 65"));
    let log = entry(17, "no", "otherwise") + &entry(40, "yes", "r") + "{}\n" + &entry(400, "yes", "r");
    let (end, said, _) = replay(folder.path(), &log, &["--format", "json"]);
    let report: Json = serde_json::from_str(&said).expect("JSON");
    let schema = fs::read_to_string(root().join("schemas/enact.replay.1.json")).expect("a schema");
    jsonschema::validate(&serde_json::from_str(&schema).expect("JSON"), &report).expect("fits");
    let counts = ["entries", "same", "different", "impossible", "bad"].map(|name| report[name].as_u64());
    assert_eq!((end, counts), (2, [4, 1, 1, 1, 1].map(Some)));
    assert_eq!(report["lines"][0]["about"][0]["after"]["value"], "no");
}
