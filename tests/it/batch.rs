//! `batch`: files, streams, threads, exit codes. What rows come to is tested where they are decided.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::cli::{code, enact, err, out, unread};

const POLICY: &str = "policy p effective from 2025-01-01\nfact age: integer within 0..120\n\
    decision old: yes/no otherwise no\nrule r old is yes when age >= 18\n";

fn fresh() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("policies/p")).expect("made");
    fs::write(folder.path().join("policies/p/2025-01-01.enact"), POLICY).expect("written");
    folder
}

/// Rows with the ids 0, 1, 2, …
fn many(folder: &Path, rows: usize) {
    let mut text = String::from("id,age\n");
    (0..rows).for_each(|id| text += &format!("{id},{}\n", id % 121));
    fs::write(folder.join("many.csv"), text).expect("written");
}

fn piped(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("written");
    child.wait_with_output().expect("it ends")
}

#[test]
fn the_order_of_the_input_is_kept_whatever_the_workers() {
    let folder = fresh();
    many(folder.path(), 120_000);
    let run = |jobs: &str| {
        let output = enact(folder.path(), &["batch", "p", "many.csv", "--on", "2025-02-01", "--jobs", jobs]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        out(&output)
    };
    let one = run("1");
    let ids =
        one.lines().skip(1).map(|line| line.split(',').next().expect("an id").parse::<usize>().expect("a number"));
    assert!(ids.eq(0..120_000));
    assert!(one == run("2") && one == run("5"));
}

#[test]
fn a_file_is_there_when_all_is_done_and_else_not_at_all() {
    let folder = fresh();
    fs::write(folder.path().join("rows.csv"), "age\n18\nold\n17\n").expect("written");
    let files = || {
        let entries = fs::read_dir(folder.path()).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    };
    let arguments = ["batch", "p", "rows.csv", "--on", "2025-02-01", "-o", "out.jsonl", "--errors", "bad.jsonl"];
    let output = enact(folder.path(), &[&arguments[..], &["--strict"]].concat());
    assert_eq!((code(&output), out(&output).as_str()), (2, ""));
    assert!(err(&output).contains("row 2, line 3"), "{}", err(&output));
    assert_eq!(files(), ["policies", "rows.csv"]);
    let output = enact(folder.path(), &[&arguments[..], &["--summary"]].concat());
    assert_eq!(code(&output), 1, "{}", err(&output));
    assert_eq!(files(), ["bad.jsonl", "out.jsonl", "policies", "rows.csv"]);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("read");
    assert_eq!(read("out.jsonl").lines().count(), 2);
    let refused: serde_json::Value = serde_json::from_str(&read("bad.jsonl")).expect("one line of JSON");
    assert_eq!((&refused["row"], &refused["line"]), (&2.into(), &3.into()));
    assert_eq!(refused["problems"][0]["pointer"], "/age");
    let summary: serde_json::Value = serde_json::from_str(&out(&output)).expect("JSON");
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../../schemas/enact.batch.1.json")).expect("a schema");
    jsonschema::validate(&schema, &summary).expect("fits");
    assert_eq!(summary["refused"], 1);
}

#[test]
fn rows_come_from_and_go_to_streams() {
    let folder = fresh();
    let arguments = ["batch", "p", "-", "--in-format", "jsonl", "--out-format", "csv", "--on", "2025-02-01", "-q"];
    let output = piped(folder.path(), &arguments, b"{\"age\": 18}\n{\"id\": \"b\", \"age\": 17}\n");
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
    assert!(out(&output).ends_with("\n1,yes,decided,r,,2025-01-01\nb,no,decided,otherwise,,2025-01-01\n"));
    assert_eq!(code(&piped(folder.path(), &["batch", "p", "-"], b"")), 2);
    assert_eq!(code(&enact(folder.path(), &["batch", "p", "nowhere.csv"])), 2);
    assert_eq!(code(&piped(folder.path(), &["batch", "p", "-", "--in-format", "csv"], b"")), 2);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let folder = fresh();
    many(folder.path(), 200_000);
    let output = unread(folder.path(), &["batch", "p", "many.csv", "--on", "2025-02-01"]);
    assert_eq!((code(&output), err(&output).as_str()), (0, ""));
}
