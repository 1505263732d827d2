//! `enact serve`: policies over HTTP.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::thread::available_parallelism;
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::exit::{Failure, Outcome};
use super::files::read_input;
use super::root::Selection;
use super::terminal::Terminal;
use crate::serve::{self, BODY_MIB, CONNECTIONS, DecisionLog, JSON_DEPTH, Limits, Options, REQUEST_SECONDS, Sync};

/// The largest file of a token, in bytes.
const MAX_TOKEN_BYTES: usize = 4096;
/// The shortest token: fewer letters can be guessed.
const MIN_TOKEN_LETTERS: usize = 16;

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
`/docs` lists what can be asked, `/openapi.json` for programs. Ends on Ctrl-C or SIGTERM, open requests first.

Examples:
  enact serve
  enact serve policies --addr 0.0.0.0:8080 --token-file /run/secrets/enact --decision-log decisions.jsonl
  curl -d '{\"policy\":\"flagpoling\",\"on\":\"2025-03-01\",\"facts\":{}}' -H 'Content-Type: application/json' \\
    http://127.0.0.1:8080/v1/decide")]
pub struct ServeArgs {
    /// The policies folder; that of `--policies` when it is left out.
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
    /// A file with the token that requests must carry (`Authorization: Bearer …`); else the variable `ENACT_TOKEN` holds it.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Serve other machines without a token: something in front of it decides who may ask.
    #[arg(long)]
    no_token: bool,
    /// Append each decision to this file, a line each; private facts are left out.
    #[arg(long, value_name = "FILE")]
    decision_log: Option<PathBuf>,
    /// When a line of the decision log must be on the disk.
    #[arg(long, value_name = "WHEN", value_enum, default_value_t = LogSync::Second)]
    log_sync: LogSync,
    /// Look for changed policies so often, in seconds; 0 never.
    #[arg(long, value_name = "SECONDS", default_value_t = 1)]
    reload: u32,
    /// The largest body of a request, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = BODY_MIB, value_parser = clap::value_parser!(u32).range(1..=1024))]
    max_body: u32,
    /// The longest time of a request, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = REQUEST_SECONDS, value_parser = clap::value_parser!(u32).range(1..=3600))]
    max_time: u32,
    /// How deep arrays and objects may stand inside each other in a request.
    #[arg(long, value_name = "N", default_value_t = JSON_DEPTH, value_parser = clap::value_parser!(u32).range(2..=100))]
    max_depth: u32,
    /// How many connections may be open at the same time; further ones wait.
    #[arg(long, value_name = "N", default_value_t = CONNECTIONS, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    max_connections: u32,
    /// How many requests are worked on at the same time: as many as there are cores when it is left out.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    jobs: Option<u32>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogSync {
    /// Before the answer is given.
    Always,
    /// A second later at most.
    Second,
    /// When the operating system writes it.
    Never,
}

/// Runs the command.
pub fn run(args: &ServeArgs, policies: Option<&Path>, terminal: &Terminal) -> Outcome {
    let root = match &args.folder {
        Some(folder) => folder.clone(),
        None => Selection::all(policies)?.root,
    };
    let token = token(args)?;
    if token.is_none() && !args.no_token && !args.addr.ip().is_loopback() {
        let message = format!("other machines reach {}, and there is no token", args.addr);
        let help =
            "give one with `--token-file FILE` or ENACT_TOKEN; `--no-token` if something in front decides who may ask";
        return Err(Failure::usage(message, Some(help.into())));
    }
    let sync = match args.log_sync {
        LogSync::Always => Sync::Always,
        LogSync::Second => Sync::Second,
        LogSync::Never => Sync::Never,
    };
    let open = |path: &PathBuf| DecisionLog::open(path, sync).map_err(|error| Failure::file("write", path, &error));
    let jobs = args.jobs.map_or_else(|| available_parallelism().map_or(1, usize::from), |jobs| jobs as usize);
    let options = Options {
        root,
        address: args.addr,
        token,
        limits: Limits {
            body: args.max_body as usize * 1024 * 1024,
            time: Duration::from_secs(args.max_time.into()),
            depth: args.max_depth as usize,
            connections: args.max_connections as usize,
            jobs,
        },
        reload: (args.reload > 0).then(|| Duration::from_secs(args.reload.into())),
        decisions: args.decision_log.as_ref().map(open).transpose()?,
    };
    serve::run(options, terminal)
}

/// Reads the token. It is no argument: other users of the machine see those.
fn token(args: &ServeArgs) -> Result<Option<String>, Failure> {
    let text = match &args.token_file {
        Some(path) => {
            let bytes = read_input(path, MAX_TOKEN_BYTES)?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        None => std::env::var("ENACT_TOKEN").ok(),
    };
    let Some(token) = text.map(|text| text.trim().to_owned()) else { return Ok(None) };
    if token.len() < MIN_TOKEN_LETTERS || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = format!("the token is no {MIN_TOKEN_LETTERS} or more letters, digits and signs without blanks");
        return Err(Failure::usage(message, Some("make one: `openssl rand -hex 32`".into())));
    }
    Ok(Some(token))
}
