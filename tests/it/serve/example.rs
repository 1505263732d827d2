//! `examples/ask_server.sh`, as a reader runs it.

use std::path::Path;
use std::process::Command;

use super::Server;

#[test]
fn the_example_with_curl_gets_its_answers() {
    if Command::new("curl").arg("--version").output().is_err() {
        println!("SKIPPED: the example with curl is not run, curl is missing");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let server = Server::start(root, &[]);
    let ran = Command::new("bash").arg(root.join("examples/ask_server.sh")).arg(&server.url).output().expect("bash");
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    for wanted in [
        "\"flagpoling_bar_applies\":{\"value\":\"yes\"",
        "No permit service for flagpolers",
        "\"question\"",
        "{\"id\":\"a\",",
        "{\"id\":\"b\",",
        "flagpoling_bar_applies",
    ] {
        assert!(said.contains(wanted), "{wanted}: {said}");
    }
}
