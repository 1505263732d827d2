//! What lasts longer than a request: policies that change, connections, logs, the end.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value as Json, json};

use super::{FIRST, Server, folder, write};
use crate::cli::{code, enact, err, out};
use crate::literate::root;

#[test]
fn the_last_good_policies_are_served_until_there_are_better_ones() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let case = json!({ "policy": "p", "on": "2025-02-01", "facts": { "age": 30 }, "detail": "value" });
    let fee = || server.post("/v1/decide", &case).json()["fee"]["value"].clone();
    assert_eq!((fee(), server.get("/readyz").json()["current"].clone()), ("yes".into(), true.into()));
    let hash = |path: &str| server.get(path).json()["hash"].as_str().expect("a hash").to_owned();
    let first_hash = hash("/readyz");
    assert_eq!(hash("/v1/policies"), first_hash);
    write(folder.path(), "policies/p/2025-01-01.enact", &FIRST.replace("age < 18", "agee < 18"));
    let wrong = server.wait("/readyz", |ready| ready["current"] == false);
    assert_eq!((&wrong["ready"], &wrong["wrong"]["errors"]), (&true.into(), &1.into()));
    assert_eq!(wrong["hash"], first_hash);
    let first = wrong["wrong"]["first"].as_str().expect("what is wrong");
    assert!(first.contains("policies/p/2025-01-01.enact:8:") && first.contains("agee"), "{first}");
    assert_eq!(fee(), "yes");
    assert!(server.get("/metrics").text.contains("enact_policies_current 0"));
    write(folder.path(), "policies/p/2025-01-01.enact", &FIRST.replace("age < 18", "age < 65"));
    server.wait("/readyz", |ready| ready["current"] == true);
    assert_eq!(fee(), "no");
    assert_eq!(hash("/readyz"), hash("/v1/policies"));
    assert_ne!(hash("/readyz"), first_hash);
    let metrics = server.get("/metrics").text;
    for line in ["enact_policies_current 1", "enact_reloads_total 1", "enact_reload_failures_total 1", "# EOF"] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert!(metrics.contains(r#"enact_decisions_total{policy="p",decision="fee",status="decided"} 3"#), "{metrics}");
    let log = server.stop();
    assert!(log.contains("the last good ones are served") && log.contains("policies were loaded again"), "{log}");
}

#[test]
fn policies_that_are_wrong_are_not_served_at_all() {
    let folder = folder();
    write(folder.path(), "policies/p/2025-07-01.enact", "policy p");
    let output = enact(folder.path(), &["serve", "--addr", "127.0.0.1:0"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("2025-07-01.enact"), "{}", err(&output));
}

#[test]
fn connections_over_the_limit_wait() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--max-connections", "1"]);
    let ask = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let connect = || {
        let mut stream = TcpStream::connect(&server.address).expect("connected");
        stream.write_all(ask).expect("written");
        stream
    };
    let read = |stream: &mut TcpStream, seconds: u64| {
        stream.set_read_timeout(Some(Duration::from_secs(seconds))).expect("set");
        let mut some = [0; 64];
        stream.read(&mut some)
    };
    let mut first = connect();
    assert!(read(&mut first, 20).is_ok_and(|bytes| bytes > 0));
    let mut second = connect();
    assert!(read(&mut second, 1).is_err(), "it is not accepted yet");
    drop(first);
    assert!(read(&mut second, 20).is_ok_and(|bytes| bytes > 0));
    // One that is open and asks nothing keeps nobody from stopping.
    server.stop();
}

#[test]
fn decisions_go_on_record_and_come_out_the_same() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--decision-log", "log.jsonl", "--log-sync", "always"]);
    let facts = json!({ "age": 113, "member": true, "name": "Zaphod" });
    let case = |more: Json| {
        let mut case = json!({ "policy": "p", "on": "2025-08-01", "facts": facts });
        case.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        case
    };
    assert_eq!(server.post("/v1/decide", &case(json!({}))).status, 200);
    assert_eq!(server.post("/v1/decide", &case(json!({ "detail": "value", "policy": "p@2025-07-01" }))).status, 200);
    let rows = "{\"id\":\"a\",\"age\":113,\"member\":false}\n{\"age\":-1}\n{\"member\":true}\n";
    assert_eq!(server.send("/v1/batch?policy=p&on=2025-08-01", "application/jsonl", rows.as_bytes()).status, 200);
    // What is refused, tried or only explained is no decision.
    assert_eq!(server.post("/v1/decide", &case(json!({ "facts": { "age": 1130 } }))).status, 422);
    assert_eq!(server.post("/v1/decide", &case(json!({ "policies": {} }))).status, 200);
    assert_eq!(server.post("/v1/explain", &case(json!({}))).status, 200);
    let told = server.stop();
    for secret in ["113", "Zaphod", "1130"] {
        assert!(!told.contains(secret), "{told}");
    }
    let log = fs::read_to_string(folder.path().join("log.jsonl")).expect("a log");
    assert!(!log.contains("113"), "{log}");
    let schema = fs::read_to_string(root().join("schemas/enact.log.1.json")).expect("a schema");
    let schema: Json = serde_json::from_str(&schema).expect("JSON");
    let entries: Vec<Json> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    entries.iter().for_each(|entry| jsonschema::validate(&schema, entry).expect("fits"));
    assert_eq!(entries.len(), 4, "{log}");
    assert_eq!(entries[0]["facts"], json!({ "evaluation_date": "2025-08-01", "member": true, "name": "Zaphod" }));
    assert_eq!((&entries[0]["redacted"], &entries[1]["pinned"]), (&json!(["age"]), &"2025-07-01".into()));
    assert_eq!(entries[0]["decisions"]["fee"]["rules"], json!(["members"]));

    // Whatever the age is, members pay nothing; who is none may be young.
    let replay = enact(folder.path(), &["replay", "log.jsonl"]);
    assert_eq!(code(&replay), 3, "{}", err(&replay));
    let said = "line 3, p: fee can hang on age\n\
        4 lines: 3 the same, 0 different, 1 open, as private facts can matter; private facts are left out in 3\n";
    assert_eq!(out(&replay), said);
}
