//! An editor: it starts the program, sends messages and reads what comes back.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long an answer may take before the server counts as dead: far more than any takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// An editor with a server.
pub struct Client {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    /// What the server said by itself, in order.
    pub said: Vec<Value>,
    next: i64,
    version: i64,
    folder: PathBuf,
}

impl Client {
    /// Starts a server in a folder and greets it.
    pub fn start(folder: &Path, experimental: Value) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_enact"))
            .args(["lsp", "--stdio"])
            .current_dir(folder)
            .env_remove("ENACT_POLICIES")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let input = child.stdin.take().expect("a pipe");
        let output = child.stdout.take().expect("a pipe");
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let folder = folder.canonicalize().expect("a folder");
        let mut client = Client { child, input, messages, said: Vec::new(), next: 0, version: 1, folder };
        let answer = client.ask(
            "initialize",
            json!({ "processId": null, "rootUri": null, "capabilities": { "experimental": experimental } }),
        );
        assert_eq!(answer["serverInfo"]["name"], "enact");
        client.tell("initialized", json!({}));
        client
    }

    /// Sends a message.
    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
        self.input.flush().expect("the server reads");
    }

    /// Sends a notification.
    pub fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// Sends a request and waits for its answer: `Err` is the message of an error.
    pub fn try_ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.next += 1;
        let id = self.next;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    Some(error) => Err(error["message"].as_str().expect("a message").to_owned()),
                    None => Ok(message["result"].clone()),
                };
            }
            self.said.push(message);
        }
    }

    /// Sends a request that must be answered.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.try_ask(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn receive(&mut self) -> Value {
        self.messages.recv_timeout(PATIENCE).expect("the server answers")
    }

    /// Waits for a notification that fits.
    pub fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.said.iter().position(&fits) {
            return self.said.remove(at);
        }
        loop {
            let message = self.receive();
            if fits(&message) {
                return message;
            }
            self.said.push(message);
        }
    }

    /// The address of a file of the folder.
    pub fn uri(&self, path: &str) -> String {
        format!("file://{}/{path}", self.folder.display())
    }

    /// Opens a document and returns what is found in it.
    pub fn open(&mut self, path: &str, text: &str) -> Vec<Value> {
        let uri = self.uri(path);
        self.version += 1;
        let version = self.version;
        let document = json!({ "uri": uri, "languageId": "enact", "version": version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.found(path, version)
    }

    /// Replaces the text of a document and returns what is found in it.
    pub fn write(&mut self, path: &str, text: &str) -> Vec<Value> {
        self.change(path, json!([{ "text": text }]))
    }

    /// Changes a document and returns what is found in it.
    pub fn change(&mut self, path: &str, changes: Value) -> Vec<Value> {
        self.version += 1;
        let version = self.version;
        let document = json!({ "uri": self.uri(path), "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
        self.found(path, version)
    }

    /// What is found in a version of a document.
    fn found(&mut self, path: &str, version: i64) -> Vec<Value> {
        let uri = self.uri(path);
        let message = self.wait(|it| {
            it["method"] == "textDocument/publishDiagnostics"
                && it["params"]["uri"] == uri.as_str()
                && it["params"]["version"] == version
        });
        message["params"]["diagnostics"].as_array().expect("a list").clone()
    }

    /// Asks about a place in a document.
    pub fn at(&mut self, method: &str, path: &str, place: &Value) -> Value {
        let params = self.place(path, place);
        self.ask(method, params)
    }

    /// The parameters of a request about a place.
    pub fn place(&self, path: &str, place: &Value) -> Value {
        json!({ "textDocument": { "uri": self.uri(path) }, "position": place, "context": { "includeDeclaration": true } })
    }

    /// Asks about a whole document.
    pub fn about(&mut self, method: &str, path: &str) -> Value {
        let all = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 9999, "character": 0 } });
        let params = json!({
            "textDocument": { "uri": self.uri(path) }, "range": all, "context": { "diagnostics": [] },
            "options": { "tabSize": 4, "insertSpaces": true },
        });
        self.ask(method, params)
    }

    /// Takes leave and returns the exit code.
    pub fn leave(mut self) -> i32 {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.go()
    }

    /// Goes, and returns the exit code.
    pub fn go(mut self) -> i32 {
        self.tell("exit", Value::Null);
        self.child.wait().expect("it ends").code().expect("an exit code")
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that failed leaves no server behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads a message; nothing at the end.
fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((_, value)) => length = value.parse().ok()?,
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// Takes the mark `§` out of a text and returns its position in lines and UTF-16 units.
pub fn marked(text: &str) -> (String, Value) {
    let at = text.find('§').expect("a mark");
    let line = text[..at].matches('\n').count();
    let start = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let character = text[start..at].encode_utf16().count();
    (text.replace('§', ""), json!({ "line": line, "character": character }))
}

/// The text that a range covers.
pub fn slice<'t>(text: &'t str, range: &Value) -> &'t str {
    let offset = |place: &Value| {
        let line = place["line"].as_u64().expect("a line") as usize;
        let units = place["character"].as_u64().expect("a character") as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let mut left = units;
        let length: usize = text[start..]
            .chars()
            .take_while(|character| {
                let fits = left > 0;
                left = left.saturating_sub(character.len_utf16());
                fits
            })
            .map(char::len_utf8)
            .sum();
        start + length
    };
    &text[offset(&range["start"])..offset(&range["end"])]
}
