//! `enact serve`: policies over HTTP.
//!
//! ```text
//! connections ──▶ gate ──▶ routes ──▶ body, members ──▶ api ──▶ answer
//!                  │                                     │        or problem
//!          auth, metrics, logging            state, shortcut, work, decisions
//! ```
//!
//! - `limits`: what a request may take; `connections`: how many, how slow; `work`: on which thread, for how long;
//! - `gate`: what every request passes; `auth`: who may ask; `logging`, `metrics`: what is told of it;
//! - `routes`: the one list of what there is; `openapi` and `pages` are made from it;
//! - `body`, `members`: what a request says; `answer`, `problem`: what is said to it;
//! - `state`: the policies as they are; `reload`: as they change; `shortcut`: compiled decisions;
//! - `decisions`: the decision log; `api`: what the routes under `/v1` do, one file each.
//!
//! **Invariant:** an answer is the record that the command of the same name prints; nothing here decides anything.
//! **Invariant:** no log of the server holds what a request says; the decision log leaves private facts out.
//! **Invariant:** no file but those under the root is read because a request says so, and none is written but the decision log.

mod answer;
mod api;
mod auth;
mod body;
mod connections;
mod decisions;
mod gate;
mod limits;
mod logging;
mod members;
mod metrics;
mod openapi;
mod pages;
mod problem;
mod reload;
mod routes;
mod state;
mod work;

use enact::run::Ready;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal;

use crate::cli::check::watch::state as look_at;
use crate::cli::exit::{Exit, Failure, Outcome};
use crate::cli::terminal::Terminal;

pub use decisions::{DecisionLog, Sync};
pub use limits::{BODY_MIB, CONNECTIONS, JSON_DEPTH, Limits, REQUEST_SECONDS};

/// The stack of a thread that decides: that of the program itself.
const STACK_BYTES: usize = 8 * 1024 * 1024;
/// How often the decision log is brought to the disk, where it is not at once.
const SYNC_EVERY: Duration = Duration::from_secs(1);

/// How to serve.
#[derive(Debug)]
pub struct Options {
    /// The policies.
    pub root: PathBuf,
    /// Where to listen.
    pub address: SocketAddr,
    /// What must be sent to be answered.
    pub token: Option<String>,
    /// What a request may take.
    pub limits: Limits,
    /// How often the folder is looked at; nothing for never.
    pub reload: Option<Duration>,
    /// Where decisions are put on record.
    pub decisions: Option<DecisionLog>,
}

/// A server: what its requests share.
#[derive(Debug)]
pub struct App {
    current: state::Current,
    trouble: reload::Trouble,
    auth: auth::Auth,
    limits: Limits,
    workshop: work::Workshop,
    metrics: metrics::Metrics,
    decisions: Option<DecisionLog>,
}

/// Serves until SIGINT or SIGTERM.
pub fn run(options: Options, terminal: &Terminal) -> Outcome {
    // Looked at before it is read: what changes in between is read again.
    let seen = look_at(&options.root);
    let ready = Ready::read(&options.root)?;
    let policies = ready.program.policies.len();
    let app = Arc::new(App {
        current: state::Current::new(ready),
        trouble: reload::Trouble::default(),
        auth: auth::Auth::new(options.token.as_deref(), options.address.ip()),
        limits: options.limits,
        workshop: work::Workshop::new(options.limits.jobs, options.limits.time),
        metrics: metrics::Metrics::default(),
        decisions: options.decisions,
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_BYTES).build();
    let runtime = runtime.map_err(|error| Failure::usage(format!("cannot start threads: {error}"), None))?;
    let served = runtime.block_on(async {
        let listener = TcpListener::bind(options.address).await;
        let listener = listener.map_err(|error| cannot_listen(options.address, &error))?;
        let address = listener.local_addr().map_err(|error| cannot_listen(options.address, &error))?;
        let stop = stop_signal().map_err(|error| Failure::usage(format!("cannot wait for signals: {error}"), None))?;
        terminal.say(&format!("listening on http://{address}"));
        logging::start(terminal);
        tracing::info!(policies, address = %address, "started");
        if let Some(every) = options.reload {
            tokio::spawn(reload::watch(app.clone(), options.root, seen, every));
        }
        if app.decisions.is_some() {
            tokio::spawn(sync_decisions(app.clone()));
        }
        connections::serve(&app, listener, routes::router(app.clone()), stop).await;
        Ok(Exit::Done)
    });
    // Work that has begun is not waited for.
    runtime.shutdown_background();
    if let Some(log) = &app.decisions {
        log.sync().map_err(|error| Failure::file("write", "the decision log".as_ref(), &error))?;
    }
    if served.is_ok() {
        tracing::info!("stopped");
    }
    served
}

fn cannot_listen(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::usage(format!("cannot listen on {address}: {}", enact::files::io_text(error)), None)
}

/// Returns what ends when the program is asked to stop.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    let mut terminate = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    Ok(async move {
        #[cfg(unix)]
        tokio::select! {
            _ = signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        #[cfg(not(unix))]
        let _ = signal::ctrl_c().await;
        tracing::info!("stopping");
    })
}

/// Brings the decision log to the disk now and then.
async fn sync_decisions(app: Arc<App>) {
    let mut ticks = tokio::time::interval(SYNC_EVERY);
    loop {
        ticks.tick().await;
        let app = app.clone();
        let synced = tokio::task::spawn_blocking(move || app.decisions.as_ref().map_or(Ok(()), DecisionLog::sync));
        if let Ok(Err(error)) = synced.await {
            tracing::error!(reason = ?error.kind(), "the decision log cannot be brought to the disk");
        }
    }
}
