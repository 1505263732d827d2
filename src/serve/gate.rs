//! What every request passes on its way in and out: who asks, what is counted, what is logged, what headers say.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::metrics::gauge::Gauge;

use super::App;
use super::routes::route_of;

/// What a page from here may load: its own scripts, styles and pictures, nothing else, inside no other page.
const CONTENT_SECURITY_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

/// Lets a request through, or not.
pub async fn pass(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let (method, route) = (request.method().clone(), path.and_then(route_of));
    let in_flight = InFlight::begin(&app.metrics.in_flight);
    let allowed = app.auth.check_host(request.headers()).and_then(|()| match route {
        Some(route) if route.open => Ok(()),
        _ => app.auth.check(request.headers()),
    });
    let mut response = match allowed {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    };
    drop(in_flight);
    protect(response.headers_mut());
    let (took, status) = (begun.elapsed(), response.status().as_u16());
    let route = route.map_or("none", |route| route.path);
    app.metrics.request(route, status, took);
    let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    match status {
        500.. => tracing::error!(method = method.as_str(), route, status, micros, "request"),
        _ => tracing::info!(method = method.as_str(), route, status, micros, "request"),
    }
    response
}

/// A request that is being answered, or whose client has gone.
struct InFlight<'a>(&'a Gauge);

impl<'a> InFlight<'a> {
    fn begin(gauge: &'a Gauge) -> Self {
        gauge.inc();
        InFlight(gauge)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn protect(headers: &mut HeaderMap) {
    let fixed: [(HeaderName, HeaderValue); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    headers.extend(fixed);
    // What is said about a person is kept by no cache; assets may say otherwise.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
