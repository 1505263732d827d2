//! `POST /v1/batch`: facts a line in, answers a line out, in their order, while they come.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use enact::batch::{Beside, Chunk, Decided, Form, ID, Job, Layout, Refused, Rows, Side};
use enact::diagnostic::render::escape_json;
use enact::facts::{Facts, read_facts_beside, set_on};
use serde_json::{Map, Value as Json};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{DECISIONS, POLICY, asked};
use crate::serve::App;
use crate::serve::answer::JSONL;
use crate::serve::body::check_kind;
use crate::serve::decisions::DecisionLog;
use crate::serve::members::{Kind, Member, Members, optional};
use crate::serve::problem::Problem;
use crate::serve::state::Served;

/// What its query takes.
pub const MEMBERS: &[Member] = &[
    POLICY,
    DECISIONS,
    optional("on", Kind::Day, "the day or moment on which every line is asked"),
    optional("keep", Kind::Texts, "what stands beside the facts of a line and is copied to its answer"),
    optional("ignore", Kind::Texts, "what stands beside the facts of a line and is passed over"),
];

/// Blocks of answers that may wait for a client that reads slowly: then nothing more is decided for it.
const WAITING: usize = 2;

/// Answers once the request as a whole is known to be right; what is wrong with a line stands in its place.
pub async fn run(
    app: Arc<App>,
    declared: &'static [Member],
    query: &str,
    request: Request,
) -> Result<Response, Problem> {
    check_kind(request.headers(), &[JSONL, "application/x-ndjson", "application/jsonlines"])?;
    // Held as long as lines come: that is work too.
    let place = app.workshop.place(app.workshop.until()).await?;
    let (begin, begun) = oneshot::channel();
    let (out, lines) = channel(WAITING);
    let (query, limit) = (query.to_owned(), app.limits.time);
    let input = request.into_body().into_data_stream().timeout(limit).map(|part| match part {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(io::ErrorKind::UnexpectedEof.into()),
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
    });
    spawn_blocking(move || {
        let _place = place;
        let table = match Members::query(&query, declared).and_then(|members| Table::new(&app, &members)) {
            Ok(table) => table,
            // Nobody waits for it any more if it cannot be sent.
            Err(problem) => return drop(begin.send(Err(problem))),
        };
        match table.job() {
            Ok(job) => {
                if begin.send(Ok(())).is_ok() {
                    work(&app, &table, &job, Box::pin(input), &out);
                }
            }
            Err(problem) => drop(begin.send(Err(problem))),
        }
    });
    begun.await.map_err(|_| Problem::internal())??;
    let mut response = Response::new(Body::from_stream(ReceiverStream::new(lines)));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSONL));
    Ok(response)
}

/// What is asked of every line.
struct Table {
    served: Arc<Served>,
    request: enact::eval::Request,
    stated: Facts,
    beside: Beside,
}

impl Table {
    fn new(app: &App, members: &Members<'_>) -> Result<Table, Problem> {
        let served = app.current.get();
        let program = &served.ready.program;
        let (policy, pinned) = served.find(members.text("policy").unwrap_or(""))?;
        let asked = asked(program, policy, members.texts("decisions"))?;
        let mut stated = Facts::new(program);
        if let Some(on) = members.day("on") {
            set_on(&mut stated, on);
        }
        let beside = Beside { keep: members.texts("keep").to_vec(), ignore: members.texts("ignore").to_vec() };
        Ok(Table { request: enact::eval::Request { policy, pinned, asked }, stated, beside, served })
    }

    /// Puts one line and its answer on record.
    fn note(&self, app: &App, log: &DecisionLog, text: &str, answer: &[u8]) -> io::Result<()> {
        let program = &self.served.ready.program;
        let Beside { keep, ignore } = &self.beside;
        let beside = |key: &str| key == ID || keep.iter().chain(ignore).any(|beside| beside == key);
        // The line was read before: it is good.
        let Ok(mut facts) = read_facts_beside(program, text, beside) else { return Ok(()) };
        for (fact, slot) in self.stated.iter() {
            facts.set(fact, slot.clone());
        }
        let mut decisions: Map<String, Json> = serde_json::from_slice(answer)?;
        let asked = |name: &str| self.request.asked.iter().any(|&id| program.family(id).name == name);
        decisions.retain(|name, _| asked(name));
        let noted = log.write(app, &self.served, &self.request, &facts, decisions);
        noted.map_err(|_| io::Error::other("the decision log cannot be written"))
    }

    fn job(&self) -> Result<Job<'_>, Problem> {
        let side = Side::new(&self.served.ready.program, self.request.clone(), self.stated.clone());
        Job::new(Form::Jsonl, &[], self.beside.clone(), side, None, Layout::Jsonl).map_err(Problem::rows)
    }
}

type Out = Sender<io::Result<Bytes>>;

/// Decides line after line until there are no more, or nobody reads the answers.
fn work(app: &App, table: &Table, job: &Job, input: impl Stream<Item = io::Result<Bytes>> + Unpin, out: &Out) {
    let runtime = Handle::current();
    // A client that reads nothing for as long as a request may last has gone.
    let send = |lines: io::Result<Bytes>| {
        let sent = runtime.block_on(async { timeout(app.limits.time, out.send(lines)).await });
        matches!(sent, Ok(Ok(())))
    };
    let mut worker = job.worker();
    let mut rows = Rows::new(SyncIoBridge::new(StreamReader::new(input)), Form::Jsonl);
    loop {
        let chunk = match rows.next_chunk() {
            Ok(Some(chunk)) => chunk,
            Ok(None) => return,
            // Answers that end before their lines do say by themselves that something went wrong.
            Err(error) => {
                tracing::warn!(reason = ?error.kind(), "the lines of a batch ended too early");
                send(Err(error));
                return;
            }
        };
        let decided = worker.decide(&chunk);
        app.metrics.rows.inc_by(decided.rows);
        let lines = match in_order(app, table, &chunk, &decided) {
            Ok(lines) => lines,
            Err(error) => {
                send(Err(error));
                return;
            }
        };
        if !send(Ok(lines.into())) {
            return;
        }
    }
}

/// Puts answers, and what is wrong with lines that have none, into the order of the lines; answers go on record.
fn in_order(app: &App, table: &Table, chunk: &Chunk, decided: &Decided) -> io::Result<Vec<u8>> {
    let mut lines = Vec::with_capacity(decided.out.len());
    let mut answers = decided.out.split_inclusive(|&byte| byte == b'\n');
    let mut refused = decided.refused.iter().peekable();
    for (number, text) in chunk.texts() {
        match refused.next_if(|refused| refused.row == number) {
            Some(refused) => lines.extend_from_slice(refusal(refused).as_bytes()),
            None => {
                let Some(answer) = answers.next() else { break };
                if let (Some(log), Some(text)) = (&app.decisions, text) {
                    table.note(app, log, text, answer)?;
                }
                lines.extend_from_slice(answer);
            }
        }
    }
    Ok(lines)
}

/// The line of what is not decided: `row`, `line` and `problems`, as the file of errors of `enact batch` has it.
fn refusal(refused: &Refused) -> String {
    // Strings, numbers and lists always serialise.
    escape_json(&serde_json::to_string(refused).unwrap_or_default()) + "\n"
}
