//! What is answered: the records that the commands print, byte for byte.

use std::fs;
use std::path::Path;

use serde_json::json;

use super::{SECOND, Server, TEST, folder, write};
use crate::cli::{enact, out};
use crate::literate::root;

/// What a command prints.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    out(&enact(folder, arguments))
}

#[test]
fn records_are_those_of_the_commands() {
    let folder = folder();
    write(folder.path(), "facts.json", r#"{"age": 30, "member": true}"#);
    let server = Server::start(folder.path(), &[]);
    let case = |more: serde_json::Value| {
        let mut case = json!({ "policy": "p", "on": "2025-08-01", "facts": { "age": 30, "member": true } });
        case.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        case
    };
    let facts = ["p", "--facts", "facts.json", "--on", "2025-08-01"];
    let with = |command: &str, more: &[&str]| printed(folder.path(), &[&[command], &facts[..], more].concat());

    let answer = server.post("/v1/decide", &case(json!({})));
    assert_eq!((answer.status, answer.kind.as_str()), (200, "application/json"));
    assert_eq!(answer.text, with("eval", &["--format", "json"]));
    for (format, option, kind) in [
        ("json", "json", "application/json"),
        ("text", "human", "text/plain; charset=utf-8"),
        ("md", "md", "text/markdown; charset=utf-8"),
        ("html", "html", "text/html; charset=utf-8"),
        ("dot", "dot", "text/plain; charset=utf-8"),
    ] {
        let answer = server.post("/v1/explain", &case(json!({ "format": format, "level": "full" })));
        assert_eq!((answer.status, answer.kind.as_str()), (200, kind));
        assert_eq!(answer.text, with("explain", &["--level", "full", "--format", option]), "{format}");
    }
    let why_not = server.post("/v1/explain", &case(json!({ "why_not": "young" })));
    assert_eq!(why_not.text, with("explain", &["--why-not", "young", "--format", "json"]));
    for (format, option) in [("json", "json"), ("text", "human"), ("md", "md"), ("html", "html")] {
        let sides = json!({ "old": "p@2025-01-01", "new": "p@2025-07-01", "format": format });
        let command = ["diff", "p@2025-01-01", "p@2025-07-01", "--format", option];
        assert_eq!(server.post("/v1/diff", &sides).text, printed(folder.path(), &command), "{format}");
    }
    assert_eq!(server.post("/v1/check", &json!({})).text, printed(folder.path(), &["check", "--format", "json"]));
    let schema = server.get("/v1/policies/p/schema").json();
    assert_eq!(Ok(schema), serde_json::from_str(&printed(folder.path(), &["schema", "p"])).map_err(|_| ()));
    let format = server.post("/v1/format", &json!({ "text": "policy  q effective from 2025-01-01" })).json();
    assert_eq!(format, json!({ "text": "policy q effective from 2025-01-01\n", "changed": true }));
}

#[test]
fn the_shipped_policy_flips_on_the_day_flagpoling_ended() {
    let server = Server::start(&root(), &["--reload", "0"]);
    let facts = fs::read_to_string(root().join("policies/flagpoling/facts/returning_worker.json")).expect("facts");
    let facts: serde_json::Value = serde_json::from_str(&facts).expect("JSON");
    let value = |on: &str| {
        let case = json!({ "policy": "flagpoling", "on": on, "facts": facts, "decisions": ["flagpoling_bar_applies"] });
        let full = server.post("/v1/decide", &case).json()["decisions"][0]["value"].clone();
        let mut short = case;
        short["detail"] = "value".into();
        // Once to compile, once by the short way.
        for _ in 0..2 {
            assert_eq!(server.post("/v1/decide", &short).json()["flagpoling_bar_applies"]["value"], full);
        }
        full
    };
    assert_eq!((value("2024-12-23"), value("2024-12-24")), ("no".into(), "yes".into()));
}

#[test]
fn values_are_lines_of_a_batch() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    // Settled, left to the interpreter, spelt in another way, stated unknown.
    let rows =
        [r#"{"age":30,"member":false}"#, r#"{"age":30}"#, r#"{"age":3.0e0,"name":"Å"}"#, r#"{"age":{"unknown":true}}"#];
    for row in rows {
        write(folder.path(), "row.jsonl", row);
        let line = printed(folder.path(), &["batch", "p", "row.jsonl", "--on", "2025-08-01"]);
        let body = format!(r#"{{"policy":"p","on":"2025-08-01","detail":"value","facts":{row}}}"#);
        for _ in 0..2 {
            let answer = server.send("/v1/decide", "application/json", body.as_bytes());
            if answer.status == 200 {
                assert_eq!(answer.text, line, "{row}");
            } else {
                assert_eq!(
                    (answer.problem()["errors"][0]["pointer"].clone(), line.as_str()),
                    ("/facts/age".into(), "")
                );
            }
        }
    }
}

#[test]
fn lines_come_out_in_the_order_they_go_in() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--max-body", "1"]);
    // More than a body of another route may have: it is answered while it comes.
    let rows: String = (0..60_000)
        .map(|row| match row % 1000 {
            7 => "{\"age\": \"old\"}\n".to_owned(),
            _ => format!("{{\"id\": {row}, \"age\": {}, \"note\": \"x\"}}\n", row % 121),
        })
        .collect();
    write(folder.path(), "rows.jsonl", &rows);
    let query = "/v1/batch?policy=p&on=2025-02-01&ignore=note&keep=age&decisions=fee";
    let answer = server.send(query, "application/jsonl", rows.as_bytes());
    assert_eq!((answer.status, answer.kind.as_str()), (200, "application/jsonl"));
    let lines: Vec<&str> = answer.text.lines().collect();
    assert_eq!(lines.len(), 60_000);
    for (row, line) in lines.iter().enumerate() {
        let begin = match row % 1000 {
            7 => format!("{{\"row\":{0},\"line\":{0},\"problems\":[{{\"code\":", row + 1),
            _ => format!("{{\"id\":{row},\"age\":{},\"fee\":{{\"value\":", row % 121),
        };
        assert!(line.starts_with(&begin), "{row}: {line}");
    }
    let command = ["batch", "p", "rows.jsonl", "--on", "2025-02-01", "--ignore", "note", "--keep", "age", "-q"];
    let good: String =
        lines.iter().filter(|line| line.starts_with("{\"id\"")).map(|line| format!("{line}\n")).collect();
    assert!(good == printed(folder.path(), &command));
    let refused = server.send("/v1/batch?policy=p&keep=fee", "application/jsonl", b"{}").problem();
    assert_eq!(refused["status"], 422);
    // What is said of a key that is no fact names what a query has.
    let answer = server.send("/v1/batch?policy=p&on=2025-02-01", "application/jsonl", b"{\"note\": \"x\"}");
    assert!(answer.text.contains("name it under `keep`") && !answer.text.contains("--keep"), "{}", answer.text);
}

#[test]
fn texts_are_tried_on_top_of_what_is_served() {
    let folder = folder();
    write(folder.path(), "policies/p/tests/young.enact", TEST);
    let server = Server::start(folder.path(), &[]);
    let edited = super::FIRST.replace("age < 18", "age < 65");
    let overlay = json!({ "p/2025-01-01.enact": edited });
    let mut case = json!({ "policy": "p", "on": "2025-02-01", "facts": { "age": 30 }, "detail": "value" });
    let value = |case: &serde_json::Value| server.post("/v1/decide", case).json()["fee"]["value"].clone();
    assert_eq!(value(&case), "yes");
    case["policies"] = overlay.clone();
    assert_eq!(value(&case), "no");
    // Nothing of it stays.
    case.as_object_mut().expect("an object").remove("policies");
    assert_eq!(value(&case), "yes");
    // Who is affected by it.
    let diff = server.post("/v1/diff", &json!({ "old": "p", "new": "p", "policies": overlay })).json();
    assert_eq!(diff["schema"], "enact.diff/1");
    assert_ne!(diff["groups"].as_array().map(Vec::len), Some(0), "{diff}");
    // A text that breaks a test is tried all the same, and checked with it.
    let renamed = json!({ "p/2025-01-01.enact": super::FIRST.replace("age", "winters"), "p/2025-07-01.enact": SECOND });
    let case = json!({ "policy": "p", "on": "2025-02-01", "facts": { "winters": 3 }, "policies": renamed });
    assert_eq!(server.post("/v1/decide", &case).json()["decisions"][0]["value"], "no");
    let check = server.post("/v1/check", &json!({ "policies": renamed, "level": "errors" })).json();
    assert_eq!(check["errors"], 1, "{check}");
    // One that is wrong is told with its places.
    let broken = json!({ "policy": "p", "facts": {}, "policies": { "p/2025-07-01.enact": "policy p" } });
    let problem = server.post("/v1/decide", &broken).problem();
    assert_eq!(problem["status"], 422);
    assert_eq!(problem["findings"]["findings"][0]["at"]["file"], "policies/p/2025-07-01.enact");
    // Taken away, the amendment is no more.
    let gone = json!({ "policy": "p", "on": "2025-08-01", "facts": { "age": 30, "member": true }, "detail": "value",
        "policies": { "p/2025-07-01.enact": null } });
    assert_eq!(value(&gone), "yes");
    for path in ["../x.enact", "/x.enact", "p/x.txt"] {
        let outside = json!({ "policy": "p", "facts": {}, "policies": { path: "" } });
        assert_eq!(server.post("/v1/decide", &outside).problem()["status"], 422, "{path}");
    }
}
