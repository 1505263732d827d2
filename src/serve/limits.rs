//! What one request, and all of them together, may take. Each limit is an option of `enact serve`.

use std::time::Duration;

/// The largest body of a request, in MiB: the texts of many policies, or the facts of one applicant several times over.
pub const BODY_MIB: u32 = 4;
/// The longest time of one request, in seconds: analyses of large policies take some.
pub const REQUEST_SECONDS: u32 = 30;
/// How deep arrays and objects may stand inside each other in a body. Facts themselves may be 32 deep.
pub const JSON_DEPTH: u32 = 40;
/// How many connections are open at the same time; further ones wait to be accepted.
pub const CONNECTIONS: u32 = 1024;

/// The longest time a client may take for the head of a request: from then on it is not one who is slow.
pub const HEAD_TIME: Duration = Duration::from_secs(10);
/// The largest head of a request, in bytes.
pub const HEAD_BYTES: usize = 16 * 1024;
/// How long open requests may take after the signal to stop.
pub const STOP_TIME: Duration = Duration::from_secs(10);
/// The largest body that is answered on the thread that reads it: above it other connections would wait.
pub const QUICK_BYTES: usize = 16 * 1024;
/// How many sets of texts sent in requests are kept checked: that of each of some people who edit.
pub const KEPT_OVERLAYS: usize = 8;
/// How many files a request may send.
pub const OVERLAY_FILES: usize = 1000;
/// How many ways to ask are kept compiled.
pub const KEPT_COMPILED: usize = 256;

/// The limits of one server.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest body, in bytes.
    pub body: usize,
    /// The longest time of a request.
    pub time: Duration,
    /// How deep JSON may nest.
    pub depth: usize,
    /// How many connections are open at the same time.
    pub connections: usize,
    /// How many requests are worked on at the same time.
    pub jobs: usize,
}
