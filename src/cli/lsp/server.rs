//! The loop: documents, roots, and when to check.
//!
//! Changes come in bursts. A text is checked when the editor is quiet for a moment, or at once when it asks something.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use enact::editor::Project;
use lsp_server::{ErrorCode, Message, Notification, Request, Response};
use lsp_types::notification::{
    DidChangeTextDocument, DidChangeWatchedFiles, DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument,
    Notification as _, PublishDiagnostics,
};
use lsp_types::{
    DidChangeTextDocumentParams, DidChangeWatchedFilesParams, DidCloseTextDocumentParams, DidOpenTextDocumentParams,
    DidSaveTextDocumentParams, PublishDiagnosticsParams, Uri,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::documents::Document;
use super::roots::{Place, Root, address};
use super::{answers, findings, jobs, transport};

/// How long the editor must be quiet before a changed text is checked.
const QUIET: Duration = Duration::from_millis(10);
/// How long a changed text stays unchecked at most, however fast somebody types.
const AT_MOST: Duration = Duration::from_millis(150);

/// What the loop waits for.
pub enum Event {
    /// A message of the editor; nothing when it has gone.
    Message(Option<Message>),
    /// What the analyses of a root found, by file, and of which state of its text.
    Analysed(PathBuf, u64, BTreeMap<String, Vec<lsp_types::Diagnostic>>),
}

/// What the editor can do.
#[derive(Debug, Clone, Copy, Default)]
pub struct Client {
    /// It shows reports in a place of their own: `enact/report`.
    pub reports: bool,
    /// It watches files for us.
    watches: bool,
}

/// Everything that is known.
pub struct Server {
    out: Sender<Message>,
    events: Sender<Event>,
    policies: Option<PathBuf>,
    /// Open documents by their address.
    pub documents: BTreeMap<String, Document>,
    roots: BTreeMap<PathBuf, Root>,
    client: Client,
    /// When the oldest unchecked change came.
    changed: Option<Instant>,
    ended: bool,
}

/// An error of a request.
#[derive(Debug)]
pub struct Refusal {
    code: ErrorCode,
    message: String,
}

impl Refusal {
    /// What is asked cannot be done, and why.
    pub fn failed(message: impl Into<String>) -> Self {
        Refusal { code: ErrorCode::RequestFailed, message: message.into() }
    }

    /// What should not happen has happened.
    fn mistake(method: &str) -> Self {
        Refusal { code: ErrorCode::InternalError, message: format!("`{method}` failed: a mistake of enact") }
    }
}

/// Serves one editor; whether it took its leave as it should.
pub fn serve(policies: Option<PathBuf>) -> bool {
    let (events, waiting) = channel();
    let out = transport::writer();
    transport::reader(events.clone(), Event::Message);
    let mut server = Server {
        out,
        events,
        policies,
        documents: BTreeMap::new(),
        roots: BTreeMap::new(),
        client: Client::default(),
        changed: None,
        ended: false,
    };
    server.run(&waiting)
}

impl Server {
    fn run(&mut self, waiting: &Receiver<Event>) -> bool {
        loop {
            let event = match self.changed {
                None => waiting.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(since) => {
                    let left = AT_MOST.saturating_sub(since.elapsed());
                    waiting.recv_timeout(QUIET.min(left))
                }
            };
            match event {
                Ok(Event::Message(Some(Message::Notification(it)))) if it.method == "exit" => return self.ended,
                Ok(Event::Message(Some(message))) => self.message(message),
                Ok(Event::Analysed(root, generation, found)) => {
                    guarded(|| self.analysed(&root, generation, found));
                }
                Err(RecvTimeoutError::Timeout) => self.show(),
                Ok(Event::Message(None)) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// Sends a message; an editor that has gone reads nothing.
    fn send(&self, message: impl Into<Message>) {
        let _ = self.out.send(message.into());
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Request(request) => self.request(request),
            Message::Notification(notification) => {
                // A notification has no answer; what is wrong with one changes nothing.
                guarded(|| self.notification(notification));
            }
            Message::Response(_) => {}
        }
    }

    fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if method == jobs::EXECUTE && !self.ended {
            match guarded(|| self.job(&params)).unwrap_or_else(|| Err(Refusal::mistake(&method))) {
                Ok(job) => job.run(id, self.client, self.out.clone()),
                Err(Refusal { code, message }) => self.send(Response::new_err(id, code as i32, message)),
            }
            return;
        }
        let answer = guarded(|| self.answer(&method, params));
        self.send(match answer.unwrap_or_else(|| Err(Refusal::mistake(&method))) {
            Ok(value) => Response::new_ok(id, value),
            Err(Refusal { code, message }) => Response::new_err(id, code as i32, message),
        });
    }

    fn answer(&mut self, method: &str, params: Value) -> Result<Value, Refusal> {
        match method {
            "initialize" => {
                let params: lsp_types::InitializeParams = read(params)?;
                let workspace = params.capabilities.workspace.as_ref();
                let watched = workspace.and_then(|it| it.did_change_watched_files.as_ref());
                self.client.watches = watched.is_some_and(|it| it.dynamic_registration == Some(true));
                let more = params.capabilities.experimental.as_ref();
                self.client.reports = more.is_some_and(|it| it["enactReport"] == true);
                Ok(answers::initialized())
            }
            _ if self.ended => {
                Err(Refusal { code: ErrorCode::InvalidRequest, message: "the server is shut down".into() })
            }
            "shutdown" => {
                self.ended = true;
                Ok(Value::Null)
            }
            _ => answers::answer(self, method, params),
        }
    }

    fn notification(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            "initialized" => self.watch(),
            DidOpenTextDocument::METHOD => {
                let Ok(params) = read::<DidOpenTextDocumentParams>(params) else { return };
                let document = params.text_document;
                let place = Place::of(&document.uri, self.policies.as_deref());
                let key = document.uri.as_str().to_owned();
                let opened = Document {
                    uri: document.uri,
                    version: document.version,
                    text: document.text,
                    place: place.clone(),
                };
                self.documents.insert(key, opened);
                self.root(&place).read(&place);
                self.touched();
                self.show();
                self.analyse(&place.root);
            }
            DidChangeTextDocument::METHOD => {
                let Ok(params) = read::<DidChangeTextDocumentParams>(params) else { return };
                self.change(params);
            }
            DidSaveTextDocument::METHOD => {
                let Ok(params) = read::<DidSaveTextDocumentParams>(params) else { return };
                let Some(document) = self.documents.get(params.text_document.uri.as_str()) else { return };
                let place = document.place.clone();
                self.root(&place).read(&place);
                self.touched();
                self.show();
                self.analyse(&place.root);
            }
            DidCloseTextDocument::METHOD => {
                let Ok(params) = read::<DidCloseTextDocumentParams>(params) else { return };
                let Some(document) = self.documents.remove(params.text_document.uri.as_str()) else { return };
                let place = document.place;
                if !self.documents.values().any(|it| it.place.root == place.root) {
                    self.forget(&place.root);
                    return;
                }
                self.root(&place).read(&place);
                self.touched();
            }
            DidChangeWatchedFiles::METHOD => {
                let Ok(params) = read::<DidChangeWatchedFilesParams>(params) else { return };
                // A root is read once, however many of its files changed.
                let mut places: BTreeMap<PathBuf, Place> = BTreeMap::new();
                for change in params.changes {
                    let place = Place::of(&change.uri, self.policies.as_deref());
                    places.insert(place.root.clone(), place);
                }
                for place in places.into_values().filter(|it| it.is_file) {
                    if let Some(root) = self.roots.get_mut(&place.root) {
                        root.read(&place);
                        self.touched();
                    }
                }
            }
            _ => {}
        }
    }

    /// Asks the editor to say when files change that it has not open.
    fn watch(&self) {
        if !self.client.watches {
            return;
        }
        let watchers = json!([{ "globPattern": "**/*.enact" }, { "globPattern": "**/*.csv" }]);
        let registration = json!({
            "id": "files", "method": DidChangeWatchedFiles::METHOD, "registerOptions": { "watchers": watchers },
        });
        let params = json!({ "registrations": [registration] });
        self.send(Request::new("files".to_owned().into(), "client/registerCapability".into(), params));
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let Some(document) = self.documents.get_mut(params.text_document.uri.as_str()) else { return };
        document.version = params.text_document.version;
        params.content_changes.into_iter().for_each(|change| document.change(change));
        let place = document.place.clone();
        let root = self.root(&place);
        root.analysed.remove(&place.path);
        root.changed();
        self.touched();
    }

    fn touched(&mut self) {
        self.changed.get_or_insert_with(Instant::now);
    }

    fn root(&mut self, place: &Place) -> &mut Root {
        self.roots.entry(place.root.clone()).or_default()
    }

    /// Returns a root as it stands on the screen, with its address.
    pub fn project(&mut self, root: &Path) -> &Project {
        let of = |document: &&Document| document.place.root == *root;
        let open = self.documents.values().filter(of).map(|it| (it.place.path.as_str(), it.text.as_str()));
        self.roots.entry(root.to_owned()).or_default().project(open)
    }

    /// Returns a root that was made since the last change.
    pub fn made(&self, root: &Path) -> Option<&Project> {
        self.roots.get(root)?.made()
    }

    /// Returns the address of a file of a root: that of the open document if there is one.
    pub fn address(&self, root: &Path, path: &str) -> Option<Uri> {
        let open = self.documents.values().find(|it| it.place.root == *root && it.place.path == path);
        open.map(|it| it.uri.clone()).or_else(|| address(root, path))
    }

    /// Checks what has changed and shows what is found.
    fn show(&mut self) {
        self.changed = None;
        let stale: Vec<PathBuf> =
            self.roots.iter().filter(|(_, root)| root.stale).map(|(path, _)| path.clone()).collect();
        for path in stale {
            guarded(|| self.show_root(&path));
        }
    }

    fn show_root(&mut self, path: &Path) {
        self.project(path);
        let found = self.roots.get(path).map(|root| self.show_findings(path, root));
        if let (Some(root), Some(found)) = (self.roots.get_mut(path), found) {
            root.stale = false;
            root.shown = found;
        }
    }

    fn show_findings(&self, path: &Path, root: &Root) -> BTreeMap<String, Vec<lsp_types::Diagnostic>> {
        let Some(project) = root.made() else { return BTreeMap::new() };
        let mut found = findings::by_file(project, &project.findings, |file| self.address(path, file));
        for (file, more) in &root.analysed {
            found.entry(file.clone()).or_default().extend(more.iter().cloned());
        }
        let gone = root.shown.keys().filter(|file| !found.contains_key(*file)).cloned().collect::<Vec<_>>();
        for file in gone {
            self.publish(path, &file, Vec::new());
        }
        for (file, list) in &found {
            let open = self.documents.values().any(|it| it.place.root == *path && it.place.path == *file);
            if open || root.shown.get(file) != Some(list) {
                self.publish(path, file, list.clone());
            }
        }
        // An open document without findings is told so, that an editor can rely on an answer to each change.
        for document in self.documents.values().filter(|it| it.place.root == *path) {
            if !found.contains_key(&document.place.path) && !root.shown.contains_key(&document.place.path) {
                self.publish(path, &document.place.path, Vec::new());
            }
        }
        found
    }

    fn publish(&self, root: &Path, file: &str, diagnostics: Vec<lsp_types::Diagnostic>) {
        let Some(uri) = self.address(root, file) else { return };
        let version = self.documents.get(uri.as_str()).map(|document| document.version);
        let params = PublishDiagnosticsParams { uri, diagnostics, version };
        self.send(Notification::new(PublishDiagnostics::METHOD.into(), params));
    }

    /// Takes back what is shown of a root of which nothing is open.
    fn forget(&mut self, path: &Path) {
        let Some(root) = self.roots.remove(path) else { return };
        for file in root.shown.keys() {
            self.publish(path, file, Vec::new());
        }
    }

    // -- what takes longer

    /// Asks about everybody, in a thread, one at a time: rules that conflict, never apply, leave a gap.
    fn analyse(&mut self, path: &Path) {
        let project = self.project(path);
        if project.program.is_none() {
            return;
        }
        let folder = project.folder.clone();
        let addresses: BTreeMap<String, Uri> =
            folder.files.keys().filter_map(|file| Some((file.clone(), self.address(path, file)?))).collect();
        let Some(root) = self.roots.get_mut(path) else { return };
        if root.analysing {
            root.analyse_again = true;
            return;
        }
        root.analysing = true;
        jobs::analyse(path.to_owned(), root.generation, folder, addresses, self.events.clone());
    }

    fn analysed(&mut self, path: &Path, generation: u64, found: BTreeMap<String, Vec<lsp_types::Diagnostic>>) {
        let Some(root) = self.roots.get_mut(path) else { return };
        root.analysing = false;
        if std::mem::take(&mut root.analyse_again) {
            self.analyse(path);
            return;
        }
        if root.generation == generation {
            root.analysed = found;
            root.stale = true;
            self.show();
        }
    }

    /// Makes a job of a command.
    fn job(&mut self, params: &Value) -> Result<jobs::Job, Refusal> {
        let command = jobs::Command::read(params)?;
        let document = self.documents.get(command.uri()).ok_or_else(|| Refusal::failed("the file is not open"))?;
        let place = document.place.clone();
        let folder = self.project(&place.root).folder.clone();
        let unread = self.root(&place).unread.clone();
        Ok(jobs::Job { command, place, folder, unread })
    }
}

/// Does something that must not end the server, whatever happens in it; nothing where it stopped halfway.
fn guarded<T>(what: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(what)).ok()
}

/// Reads what a message says.
pub fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refusal> {
    serde_json::from_value(params)
        .map_err(|error| Refusal { code: ErrorCode::InvalidParams, message: format!("not understood: {error}") })
}

/// Says that a request is not known.
pub fn unknown(method: &str) -> Refusal {
    Refusal { code: ErrorCode::MethodNotFound, message: format!("`{method}` is not known") }
}
