//! The log of the server: a line of JSON an event, on standard error.
//!
//! **Invariant:** no line holds what a request says: no fact, no text, no token. Events name routes, statuses, codes and times;
//! a panic its place alone, as its message may quote a value.

use std::io;

use tracing::Level;

use crate::cli::terminal::Terminal;

/// Begins to log.
pub fn start(terminal: &Terminal) {
    let level = match (terminal.quiet, terminal.verbose) {
        (true, _) => Level::WARN,
        (_, true) => Level::DEBUG,
        _ => Level::INFO,
    };
    let log = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .with_max_level(level)
        .with_writer(io::stderr);
    // A second server in one process logs to the first log.
    let _ = log.try_init();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "panicked: this is a fault of the program");
    }));
}
