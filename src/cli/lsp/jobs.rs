//! What takes long, in threads of its own: tests, evaluation, comparison, analyses. The editor goes on meanwhile.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::thread;

use enact::check::analyse as analyses;
use enact::diagnostic::Diagnostic;
use enact::diagnostic::render::render_plain;
use enact::diff::text::{self as diff_text, Look};
use enact::diff::{Options, Text, compare};
use enact::editor::Project;
use enact::eval::Request as Question;
use enact::facts::{Facts, Slot};
use enact::load::Folder;
use enact::program::{EVALUATION_DATE, FamilyId, PolicyId};
use enact::run::{Ready, Run, World, find_asked};
use enact::trace::{Level, Trace, at_level, text as trace_text};
use enact::value::Value as EnactValue;
use lsp_server::{ErrorCode, Message, Notification, RequestId, Response};
use lsp_types::Uri;
use serde_json::{Value, json};

use super::findings;
use super::roots::Place;
use super::server::{Client, Event, Refusal};
use crate::cli::exit::Failure;
use crate::cli::{facts, git, test};

/// The request that runs a command.
pub const EXECUTE: &str = "workspace/executeCommand";
/// Runs a test: address and name.
pub const RUN_TEST: &str = "enact.runTest";
/// Decides on facts: address and decision.
pub const EVALUATE: &str = "enact.evaluate";
/// Compares with the committed text: address and policy.
pub const WHO_IS_AFFECTED: &str = "enact.whoIsAffected";
/// All commands.
pub const COMMANDS: [&str; 3] = [RUN_TEST, EVALUATE, WHO_IS_AFFECTED];

/// The facts on which a decision is evaluated, in the policy's folder or one above it.
const FACTS: &str = "enact.facts.json";
/// How wide reports are.
const WIDTH: usize = 100;

/// A command with what it is about.
#[derive(Debug, Clone)]
pub struct Command {
    name: String,
    uri: String,
    about: String,
}

impl Command {
    /// Reads a command.
    pub fn read(params: &Value) -> Result<Self, Refusal> {
        let name = params["command"].as_str().unwrap_or("").to_owned();
        if !COMMANDS.contains(&name.as_str()) {
            return Err(Refusal::failed(format!("there is no command `{name}`")));
        }
        let argument = |at: usize| params["arguments"][at].as_str().map(str::to_owned);
        let lacking = || Refusal::failed(format!("`{name}` takes the address of a file and a name"));
        Ok(Command { uri: argument(0).ok_or_else(lacking)?, about: argument(1).ok_or_else(lacking)?, name })
    }

    /// The document that it is about.
    pub fn uri(&self) -> &str {
        &self.uri
    }
}

/// A command with the texts it is run on.
#[derive(Debug)]
pub struct Job {
    /// What is run.
    pub command: Command,
    /// Where the document lies.
    pub place: Place,
    /// The files as they stand on the screen.
    pub folder: Folder,
    /// What could not be read.
    pub unread: Vec<Diagnostic>,
}

/// What came out.
struct Report {
    title: String,
    text: String,
    /// Whether it is as hoped for: a test that passed.
    good: bool,
}

impl Job {
    /// Runs it in a thread, and answers the request and shows what came out when it is done.
    pub fn run(self, id: RequestId, client: Client, out: Sender<Message>) {
        thread::spawn(move || {
            let report = catch_unwind(AssertUnwindSafe(|| self.report()));
            let messages: Vec<Message> = match report.unwrap_or_else(|_| Err("a mistake of enact".to_owned())) {
                Ok(report) => vec![report.shown(client), Response::new_ok(id, report.text).into()],
                Err(why) => vec![message(1, &why), Response::new_err(id, ErrorCode::RequestFailed as i32, why).into()],
            };
            for message in messages {
                // An editor that has gone reads nothing.
                let _ = out.send(message);
            }
        });
    }

    fn report(self) -> Result<Report, String> {
        let Job { command, place, folder, unread } = self;
        if command.name == WHO_IS_AFFECTED {
            return affected(&command.about, &place, folder, unread);
        }
        let ready = World::of(folder, unread).ready().map_err(said)?;
        match command.name.as_str() {
            RUN_TEST => run_test(&ready, &place, &command.about),
            _ => evaluate(&ready, &place, &command.about),
        }
    }
}

impl Report {
    fn shown(&self, client: Client) -> Message {
        if client.reports {
            let params = json!({ "title": self.title, "text": self.text });
            return Notification::new("enact/report".into(), params).into();
        }
        message(if self.good { 3 } else { 2 }, &format!("{}\n{}", self.title, self.text))
    }
}

/// A message to the author: 1 an error, 2 a warning, 3 an information.
fn message(kind: u8, text: &str) -> Message {
    Notification::new("window/showMessage".into(), json!({ "type": kind, "message": text })).into()
}

/// Says why something could not be done.
fn said(failure: impl Into<Failure>) -> String {
    match failure.into() {
        Failure::Errors(findings, sources) => render_plain(&findings, &sources).trim_end().to_owned(),
        Failure::ClosedPipe => "nobody listens".to_owned(),
    }
}

fn run_test(ready: &Ready, place: &Place, name: &str) -> Result<Report, String> {
    let result = test::run_one(ready, &place.path, name).ok_or_else(|| format!("there is no test `{name}` here"))?;
    let good = result.mismatches.is_empty();
    let title = format!("{} {name}", if good { "Passed" } else { "Failed" });
    Ok(Report { title, text: test::report_of(&result), good })
}

/// Decides on the facts of a file, or of each test of the decision.
fn evaluate(ready: &Ready, place: &Place, decision: &str) -> Result<Report, String> {
    let program = &ready.program;
    let version = program.versions.iter().find(|it| ready.loaded.path(it.source) == place.path);
    let version = version.ok_or("the file is no version of a policy")?;
    let family = find_asked(program, version.policy, decision).map_err(said)?;
    let request = Question { policy: version.policy, pinned: None, asked: vec![family] };
    let root = if place.is_file { place.root.as_path() } else { std::path::Path::new("") };
    let own = root.join(&place.path);
    let file =
        own.ancestors().skip(1).take_while(|it| it.starts_with(root)).map(|it| it.join(FACTS)).find(|it| it.is_file());
    let file = file.or_else(|| root.parent().map(|it| it.join(FACTS)).filter(|it| it.is_file()));
    let Some(file) = file else { return Ok(by_tests(ready, &request, family, decision)) };
    let mut stated = facts::read(program, &file).map_err(said)?;
    if matches!(stated.get(EVALUATION_DATE), Slot::NotStated) {
        // A file of facts rarely says the day; the first day of the version at hand is one on which it decides.
        stated.set(EVALUATION_DATE, Slot::Given(EnactValue::Date(version.start.date)));
    }
    let run = Run::new(ready, request, &stated, false);
    let shown = |trace: &Trace| trace_text::render(&at_level(trace, Level::Why), WIDTH).to_string();
    let text = run.traces().iter().map(shown).collect::<Vec<_>>().join("\n");
    Ok(Report { title: format!("{decision} on {}", file.display()), text, good: true })
}

/// What the decision comes to on the facts of each test that expects something of it.
fn by_tests(ready: &Ready, request: &Question, family: FamilyId, decision: &str) -> Report {
    let program = &ready.program;
    let mut lines = Vec::new();
    for declared in program.tests.iter().filter(|it| it.expects.iter().any(|expect| expect.family == family)) {
        let origin = program.origin(declared.origin);
        let given = test::facts(ready, declared);
        lines.push(format!("{}  {}", outcome(ready, request, &given), origin.label.as_ref().unwrap_or(&origin.name)));
    }
    if lines.is_empty() {
        lines.push(format!("{}  nothing stated", outcome(ready, request, &Facts::new(program))));
    }
    lines.push(format!("For the reasons, put facts into `{FACTS}` beside the policy (`enact schema` lists them)."));
    Report { title: format!("{decision} on the facts of its tests"), text: lines.join("\n"), good: true }
}

fn outcome(ready: &Ready, request: &Question, facts: &Facts) -> String {
    let run = Run::new(ready, request.clone(), facts, false);
    let Some(answer) = run.evaluation.answers.first() else { return "nothing".into() };
    match &answer.value {
        Some(value) => ready.program.value_text(value, &answer.ty),
        None => answer.status.text().to_owned(),
    }
}

/// Compares a policy with its committed text.
fn affected(policy: &str, place: &Place, folder: Folder, unread: Vec<Diagnostic>) -> Result<Report, String> {
    if !place.is_file {
        return Err("save the file first: nothing is committed of it".into());
    }
    let committed = git::read_folder_at(&place.root, "HEAD", "").map_err(said)?;
    let old = World::of(committed, Vec::new()).ready().map_err(said)?;
    let new = World::beside(folder, unread, Some(&old.loaded.sources), &BTreeMap::new()).ready().map_err(said)?;
    let side = |ready: &Ready| ready.program.find_policy(policy);
    let (Some(before), Some(after)) = (side(&old), side(&new)) else {
        return Err(format!("the last commit has no policy `{policy}`: everybody is affected"));
    };
    let comparison =
        compare(&whole("HEAD", &old, before), &whole("this text", &new, after), &Options { on: None, reasons: false });
    let look = Look { width: WIDTH, all_regions: false, full: false, only: None };
    let shown = diff_text::render(&comparison.diff, &new.loaded.sources, &look).to_string();
    Ok(Report { title: format!("{policy}: who is affected by my edit"), text: shown, good: true })
}

/// All versions of a policy.
fn whole<'a>(name: &'a str, ready: &'a Ready, policy: PolicyId) -> Text<'a> {
    Text { name, loaded: &ready.loaded, program: &ready.program, policy, pinned: None }
}

/// Asks about everybody in a thread, and reports what is found.
pub fn analyse(
    root: PathBuf,
    generation: u64,
    folder: Folder,
    addresses: BTreeMap<String, Uri>,
    events: Sender<Event>,
) {
    thread::spawn(move || {
        let found = catch_unwind(AssertUnwindSafe(|| {
            let project = Project::new(folder);
            let program = project.program.as_ref()?;
            let analysis = analyses(&project.loaded, program);
            Some(findings::by_file(&project, &analysis.findings, |file| addresses.get(file).cloned()))
        }));
        // The loop may have ended.
        let _ = events.send(Event::Analysed(root, generation, found.ok().flatten().unwrap_or_default()));
    });
}
