//! `enact serve`: the program itself, asked over its own port on this machine.

mod answers;
mod example;
mod guard;
mod lasting;
mod lists;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::Value as Json;

const JSON: &str = "application/json";

const FIRST: &str = "policy p \"Fees\" effective from 2025-01-01\n\
    fact age \"age\": integer ask \"How old is the person?\" within 0..120 private\n\
    fact member \"a member\": yes/no\nfact name: text\n\
    decision fee \"A fee is due\": yes/no\n    no outranks yes\n    otherwise yes\n\
    rule young \"The young pay nothing\" fee is no when age < 18\n";
const SECOND: &str = "policy p effective from 2025-07-01 amends 2025-01-01\n\
    insert rule members \"Members pay nothing\" fee is no when member\n";
const TEST: &str = "test young on 2025-02-01\n    given age is 3\n    expect fee is no\n";

/// A policy with two versions, a private fact and a test.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "policies/p/2025-01-01.enact", FIRST);
    write(folder.path(), "policies/p/2025-07-01.enact", SECOND);
    folder
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("made");
    fs::write(path, text).expect("written");
}

/// A server, stopped when it goes out of sight.
struct Server {
    child: Child,
    url: String,
    address: String,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    token: Option<String>,
}

/// What came back.
struct Answer {
    status: u16,
    kind: String,
    headers: ureq::http::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A problem, with its status in both places.
    fn problem(&self) -> Json {
        let json = self.json();
        assert_eq!(self.kind, "application/problem+json", "{}", self.text);
        assert_eq!(json["status"], self.status, "{}", self.text);
        assert!(json["type"].is_string() && json["title"].is_string() && json["detail"].is_string(), "{}", self.text);
        json
    }
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Server {
        Server::with(folder, arguments, None)
    }

    fn with(folder: &Path, arguments: &[&str], token: Option<&str>) -> Server {
        let mut command = Command::new(env!("CARGO_BIN_EXE_enact"));
        command.args(["serve", "--addr", "127.0.0.1:0"]).args(arguments).current_dir(folder);
        command.env_remove("ENACT_POLICIES").env_remove("ENACT_TOKEN");
        if let Some(token) = token {
            command.env("ENACT_TOKEN", token);
        }
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program runs");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe"));
        let mut first = String::new();
        lines.read_line(&mut first).expect("a line");
        let Some(url) = first.trim().strip_prefix("listening on ") else {
            let mut rest = String::new();
            let _ = std::io::Read::read_to_string(&mut lines, &mut rest);
            panic!("it does not listen: {first}{rest}");
        };
        let log = Arc::new(Mutex::new(String::new()));
        let to = log.clone();
        let reader = std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut log = to.lock().expect("nobody panics");
                log.push_str(&line);
                log.push('\n');
            }
        });
        let address = url.trim_start_matches("http://").to_owned();
        Server { child, url: url.to_owned(), address, log, reader: Some(reader), token: token.map(str::to_owned) }
    }

    fn agent() -> ureq::Agent {
        ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build())
    }

    fn get(&self, path: &str) -> Answer {
        let mut request = Self::agent().get(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        answer(request.call().expect("an answer"))
    }

    fn send(&self, path: &str, kind: &str, body: &[u8]) -> Answer {
        let mut request = Self::agent().post(format!("{}{path}", self.url)).header("content-type", kind);
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        answer(request.send(body).expect("an answer"))
    }

    fn post(&self, path: &str, body: &Json) -> Answer {
        self.send(path, JSON, body.to_string().as_bytes())
    }

    /// Asks until an answer is as wanted: what happens by itself takes a moment.
    fn wait(&self, path: &str, wanted: impl Fn(&Json) -> bool) -> Json {
        for _ in 0..200 {
            let json = self.get(path).json();
            if wanted(&json) {
                return json;
            }
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        panic!("{path} never says what is wanted: {}", self.get(path).text)
    }

    /// Stops it in order, and returns its log.
    fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill runs").success());
        let status = self.child.wait().expect("it ends");
        self.reader.take().expect("a reader").join().expect("it ends");
        let log = self.log.lock().expect("nobody panics").clone();
        assert_eq!(status.code(), Some(0), "{log}");
        log
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let kind = response.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("").to_owned();
    Answer {
        status: response.status().as_u16(),
        kind,
        headers: response.headers().clone(),
        text: response.body_mut().read_to_string().expect("text"),
    }
}
