//! What is refused, and how that is said.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::{JSON, Server, folder, write};
use crate::cli::{code, enact, err};

const TOKEN: &str = "0123456789abcdef0123";

/// Sends bytes as they are, and reads until the other side closes.
fn raw(server: &Server, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(&server.address).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    stream.write_all(bytes).expect("written");
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn every_mistake_is_a_problem_with_its_place() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--max-body", "1", "--max-depth", "8"]);
    let sent = |body: &str| server.send("/v1/decide", JSON, body.as_bytes());
    for (body, status) in [
        ("{", 400),
        ("[]", 400),
        ("{\"policy\": \"p\", \"facts\": {}} x", 400),
        ("{\"policy\": \"p\", \"facts\": [[[[[[[[[]]]]]]]]]}", 400),
        ("{\"policy\": \"q\", \"facts\": {}}", 422),
        ("{\"policy\": \"p@2025-13-01\", \"facts\": {}}", 422),
        ("{\"policy\": \"p@2024-01-01\", \"facts\": {}}", 422),
        ("{\"policy\": \"policies/p\", \"facts\": {}}", 422),
        ("{\"policy\": \"git:HEAD:policies/p\", \"facts\": {}}", 422),
        ("{\"policy\": \"p\", \"facts\": {}, \"decisions\": [\"fees\"]}", 422),
        ("{\"policy\": \"p\", \"facts\": {}, \"on\": \"tomorrow\"}", 422),
    ] {
        assert_eq!(sent(body).problem()["status"], status, "{body}");
    }
    assert_eq!(server.send("/v1/decide", JSON, b"\xff").problem()["status"], 400);
    // All at once, each with its place.
    let problem = sent(r#"{"polcy": "p", "facts": 3, "detail": "some"}"#).problem();
    let pointers: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|error| error["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/polcy", "/facts", "/detail", "/policy"]);
    let problem = sent(r#"{"policy": "p", "facts": {"age": "30", "agee": 1, "member": null, "age": 2}}"#).problem();
    let codes: Vec<(&str, &str)> = problem["errors"]
        .as_array()
        .expect("errors")
        .iter()
        .filter_map(|error| Some((error["code"].as_str()?, error["pointer"].as_str()?)))
        .collect();
    assert_eq!(
        codes,
        [("E083", "/facts/age"), ("E081", "/facts/agee"), ("E084", "/facts/member"), ("E082", "/facts/age")]
    );
    assert!(server.get(problem["type"].as_str().expect("a page")).text.contains("E083"));
    assert_eq!(server.get("/nothing").problem()["status"], 404);
    assert_eq!(server.get("/v1/decide").problem()["status"], 405);
    assert_eq!(server.send("/v1/decide", "text/plain", b"{}").problem()["status"], 415);
    assert_eq!(server.send("/v1/batch?policy=p", JSON, b"{}").problem()["status"], 415);
    assert_eq!(server.send("/v1/batch", "application/jsonl", b"{}").problem()["errors"][0]["pointer"], "/policy");
    let large = vec![b' '; 1024 * 1024 + 1];
    let head = format!("POST /v1/decide HTTP/1.1\r\nhost: localhost\r\ncontent-type: {JSON}\r\n");
    let declared = raw(&server, format!("{head}content-length: {}\r\n\r\n", large.len()).as_bytes());
    assert!(declared.starts_with("HTTP/1.1 413 ") && declared.contains("application/problem+json"), "{declared}");
    let log = server.stop();
    assert!(!log.contains("panicked"), "{log}");
}

#[test]
fn a_body_that_does_not_arrive_is_not_waited_for() {
    let folder = folder();
    let server = Server::start(folder.path(), &["--max-time", "1"]);
    let text = raw(
        &server,
        b"POST /v1/decide HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{",
    );
    assert!(text.starts_with("HTTP/1.1 408 ") && text.contains("application/problem+json"), "{text}");
    // One that takes no head, or too large a head, is no request.
    let head = format!("GET / HTTP/1.1\r\nhost: localhost\r\nx: {}\r\n\r\n", "x".repeat(20_000));
    assert!(raw(&server, head.as_bytes()).starts_with("HTTP/1.1 431 "));
}

#[test]
fn the_token_opens_and_nothing_else_does() {
    let folder = folder();
    write(folder.path(), "token", &format!("{TOKEN}\n"));
    let server = Server::with(folder.path(), &[], Some(TOKEN));
    assert_eq!(server.get("/v1/policies").status, 200);
    assert_eq!(server.get("/metrics").status, 200);
    let mut stranger = Server::start(folder.path(), &["--token-file", "token"]);
    for path in ["/v1/policies", "/metrics", "/v1/policies/p/text", "/nothing"] {
        let answer = stranger.get(path);
        assert_eq!(answer.problem()["status"], 401, "{path}");
        assert_eq!(answer.headers.get("www-authenticate").expect("a header"), "Bearer");
    }
    for path in ["/healthz", "/readyz", "/docs", "/openapi.json", "/"] {
        assert_eq!(stranger.get(path).status, 200, "{path}");
    }
    stranger.token = Some(format!("{TOKEN}0"));
    assert_eq!(stranger.get("/v1/policies").status, 401);
    assert_eq!(stranger.get("/readyz").json()["hash"], json!(null));
    stranger.token = Some(TOKEN.to_owned());
    assert!(stranger.get("/readyz").json()["hash"].is_string());
    assert_eq!(stranger.get("/v1/policies").status, 200);
    assert!(!server.stop().contains(TOKEN) && !stranger.stop().contains(TOKEN));
}

#[test]
fn other_machines_need_a_token() {
    let folder = folder();
    let output = enact(folder.path(), &["serve", "--addr", "0.0.0.0:0"]);
    assert_eq!(code(&output), 2);
    assert!(err(&output).contains("there is no token"), "{}", err(&output));
    write(folder.path(), "token", "short");
    let output = enact(folder.path(), &["serve", "--addr", "127.0.0.1:0", "--token-file", "token"]);
    assert_eq!(code(&output), 2, "{}", err(&output));
    // A page from elsewhere that lets its own name lead here gets nothing.
    let server = Server::start(folder.path(), &[]);
    let ask = |host: &str| {
        raw(&server, format!("GET /v1/policies HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").as_bytes())
    };
    assert!(ask("evil.example").starts_with("HTTP/1.1 421 "));
    assert!(ask("localhost:1").starts_with("HTTP/1.1 200 "));
}

#[test]
fn answers_are_kept_by_nobody_and_pages_load_nothing_from_elsewhere() {
    let folder = folder();
    let server = Server::start(folder.path(), &[]);
    let case = json!({ "policy": "p", "facts": {} });
    for answer in [server.post("/v1/decide", &case), server.get("/docs"), server.get("/"), server.get("/nothing")] {
        let header =
            |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").to_owned();
        assert_eq!((header("x-content-type-options"), header("cache-control")), ("nosniff".into(), "no-store".into()));
        let policy = header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"), "{policy}");
        assert!(!answer.text.contains("://") || answer.text.contains("schema"), "{}", answer.text);
    }
}
