//! What is counted, as Prometheus reads it (OpenMetrics text).

use std::fmt::Write;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Upper ends of the buckets of times, in seconds: from a compiled decision to an analysis.
const BUCKETS: [f64; 12] = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 10.0];

/// The media type of what [`Metrics::text`] returns.
pub const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    route: &'static str,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Decision {
    policy: String,
    decision: String,
    status: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

/// All that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    seconds: Family<Route, Histogram, fn() -> Histogram>,
    decisions: Family<Decision, Counter>,
    /// Lines of batches.
    pub rows: Counter,
    /// Connections that are open.
    pub connections: Gauge,
    /// Requests that are being answered.
    pub in_flight: Gauge,
    /// Times that policies were loaded.
    pub reloads: Counter,
    /// Times that policies could not be loaded.
    pub reload_failures: Counter,
    /// 1 while what is served is what lies in the folder, else 0.
    pub current: Gauge,
    /// Lines of the decision log that could not be written.
    pub log_failures: Counter,
}

impl Default for Metrics {
    fn default() -> Metrics {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let mut metrics = Metrics {
            registry: Registry::default(),
            requests: Family::default(),
            seconds: Family::new_with_constructor(histogram),
            decisions: Family::default(),
            rows: Counter::default(),
            connections: Gauge::default(),
            in_flight: Gauge::default(),
            reloads: Counter::default(),
            reload_failures: Counter::default(),
            current: Gauge::default(),
            log_failures: Counter::default(),
        };
        metrics.current.set(1);
        let mut registry = Registry::with_prefix("enact");
        registry.register("requests", "Requests by route and status", metrics.requests.clone());
        registry.register("request_seconds", "Time from a request to its answer", metrics.seconds.clone());
        registry.register("decisions", "Decisions by policy and status", metrics.decisions.clone());
        registry.register("batch_rows", "Lines of batches", metrics.rows.clone());
        registry.register("connections", "Connections that are open", metrics.connections.clone());
        registry.register("requests_in_flight", "Requests that are being answered", metrics.in_flight.clone());
        registry.register("reloads", "Times that policies were loaded", metrics.reloads.clone());
        registry.register(
            "reload_failures",
            "Times that policies could not be loaded",
            metrics.reload_failures.clone(),
        );
        registry.register("policies_current", "1 while the folder is served as it is, else 0", metrics.current.clone());
        registry.register(
            "decision_log_failures",
            "Lines of the log that were not written",
            metrics.log_failures.clone(),
        );
        metrics.registry = registry;
        metrics
    }
}

impl Metrics {
    /// Counts a request.
    pub fn request(&self, route: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&Request { route, status }).inc();
        self.seconds.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    /// Counts a decision.
    pub fn decision(&self, policy: &str, decision: &str, status: &'static str) {
        let label = Decision { policy: policy.to_owned(), decision: decision.to_owned(), status };
        self.decisions.get_or_create(&label).inc();
    }

    /// Returns all of it as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            // Nothing that is written to a text fails.
            let _ = writeln!(text, "# EOF");
        }
        text
    }
}
