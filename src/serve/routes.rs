//! All routes, each declared once: what is served and what `/openapi.json` says come from the same list.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{MatchedPath, Path, RawQuery, Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tokio::time::Instant;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate, SizeAbove};

use super::answer::{Answer, HTML, JSON, JSONL, MARKDOWN, TEXT};
use super::api::{self, Ask};
use super::body::{self, read_json};
use super::limits::QUICK_BYTES;
use super::members::{Member, Members};
use super::metrics::OPEN_METRICS;
use super::problem::Problem;
use super::{App, gate, openapi, pages};

/// The smallest body that is compressed for a client that asks for it, in bytes.
const COMPRESSED: u64 = 1024;

/// One route.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Its path.
    pub path: &'static str,
    /// What it gives, in one line.
    pub about: &'static str,
    /// Whether it answers without the token: it says nothing about policies.
    pub open: bool,
    /// What it takes and does.
    pub takes: Takes,
    /// What it answers with: media types, and a schema of `schemas/` for the first.
    pub gives: (&'static [&'static str], Option<&'static str>),
}

/// What a route takes, and what it does with it.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// Nothing.
    Nothing(fn(&App) -> Result<Answer, Problem>),
    /// Nothing, with a look at the headers: who asks without the token is told less.
    Look(fn(&App, bool) -> Answer),
    /// What its path names.
    Name(fn(&App, &str) -> Result<Answer, Problem>),
    /// Nothing, and gives what takes some time to write.
    Policies(fn(&App) -> Result<Answer, Problem>),
    /// A policy that its path names.
    Policy(fn(&App, &str) -> Result<Answer, Problem>),
    /// An object, worked on on a thread of its own.
    Object(&'static [Member], fn(&Ask) -> Result<Answer, Problem>),
    /// An object for which there may be a short way.
    Quick(&'static [Member], fn(&Ask) -> Option<Answer>, fn(&Ask) -> Result<Answer, Problem>),
    /// Lines, answered by lines while they come.
    Lines(&'static [Member]),
}

impl Route {
    /// Returns the method.
    pub fn method(&self) -> Method {
        match self.takes {
            Takes::Object(..) | Takes::Quick(..) | Takes::Lines(_) => Method::POST,
            Takes::Nothing(_) | Takes::Look(_) | Takes::Name(_) | Takes::Policies(_) | Takes::Policy(_) => Method::GET,
        }
    }

    fn handler(self) -> MethodRouter<Arc<App>> {
        match self.takes {
            Takes::Nothing(give) => get(async move |State(app): State<Arc<App>>| give(&app)),
            Takes::Look(give) => {
                get(async move |State(app): State<Arc<App>>, headers: HeaderMap| give(&app, app.auth.allows(&headers)))
            }
            Takes::Name(give) => get(async move |State(app): State<Arc<App>>, name: Name| give(&app, &named(name)?)),
            Takes::Policies(give) => get(async move |State(app): State<Arc<App>>| {
                let workshop = app.workshop.clone();
                workshop.run(workshop.until(), move || give(&app)).await
            }),
            Takes::Policy(give) => get(async move |State(app): State<Arc<App>>, name: Name| {
                let (workshop, name) = (app.workshop.clone(), named(name)?);
                workshop.run(workshop.until(), move || give(&app, &name)).await
            }),
            Takes::Object(members, work) => post(async move |State(app): State<Arc<App>>, request: Request| {
                let until = app.workshop.until();
                let body = read_json(request, &app.limits, until).await?;
                answer(app, until, members, body, work).await
            }),
            Takes::Quick(members, short, work) => post(async move |State(app): State<Arc<App>>, request: Request| {
                let until = app.workshop.until();
                let body = read_json(request, &app.limits, until).await?;
                if body.len() <= QUICK_BYTES {
                    let members = Members::read(body::text(&body)?, members)?;
                    if let Some(answer) = short(&Ask { app: &app, members }) {
                        return Ok(answer);
                    }
                }
                answer(app, until, members, body, work).await
            }),
            Takes::Lines(members) => {
                post(async move |State(app): State<Arc<App>>, RawQuery(query): RawQuery, request: Request| {
                    api::batch::run(app, members, query.as_deref().unwrap_or(""), request).await
                })
            }
        }
    }
}

/// What a path names, if it is text.
type Name = Result<Path<String>, PathRejection>;

fn named(name: Name) -> Result<String, Problem> {
    name.map(|Path(name)| name).map_err(|_| Problem::not_found("there is nothing here"))
}

/// Works on an object on a thread of its own.
async fn answer(
    app: Arc<App>,
    until: Instant,
    members: &'static [Member],
    body: Bytes,
    work: fn(&Ask) -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    let workshop = app.workshop.clone();
    workshop.run(until, move || work(&Ask { app: &app, members: Members::read(body::text(&body)?, members)? })).await
}

/// Finds a route by its path.
pub fn route_of(path: &str) -> Option<&'static Route> {
    ROUTES.iter().find(|route| route.path == path)
}

/// Returns what serves all routes.
pub fn router(app: Arc<App>) -> Router {
    let not_found = async || Problem::not_found("there is nothing here").help("`/openapi.json` lists all there is");
    let other_method = async |request: Request| {
        let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
        let takes = path.as_deref().and_then(route_of).map_or(Method::GET, Route::method);
        let detail = format!("this takes {takes}, not {}", request.method());
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
    };
    let all = ROUTES.iter().fold(Router::new(), |router, route| router.route(route.path, route.handler()));
    // What comes in lines goes out as it is made.
    let compression = SizeAbove::new(COMPRESSED).and(NotForContentType::const_new(JSONL));
    all.method_not_allowed_fallback(other_method)
        .fallback(not_found)
        .layer(CatchPanicLayer::custom(|_| -> Response { Problem::internal().into_response() }))
        .layer(CompressionLayer::new().compress_when(compression))
        .layer(middleware::from_fn_with_state(app.clone(), gate::pass))
        .with_state(app)
}

/// All routes, in the order of the document.
pub const ROUTES: &[Route] = &[
    Route {
        path: "/v1/decide",
        about: "Decides about one applicant",
        open: false,
        takes: Takes::Quick(api::decide::MEMBERS, api::decide::quick, api::decide::run),
        gives: (&[JSON], Some("enact.decision/1")),
    },
    Route {
        path: "/v1/explain",
        about: "Explains decisions about one applicant",
        open: false,
        takes: Takes::Object(api::explain::MEMBERS, api::explain::run),
        gives: (&[JSON, TEXT, MARKDOWN, HTML], Some("enact.trace/1")),
    },
    Route {
        path: "/v1/next-question",
        about: "Says what to ask next: only what can still change the answer, the most useful first",
        open: false,
        takes: Takes::Object(api::next_question::MEMBERS, api::next_question::run),
        gives: (&[JSON], None),
    },
    Route {
        path: "/v1/check",
        about: "Finds mistakes in policies",
        open: false,
        takes: Takes::Object(api::check::MEMBERS, api::check::run),
        gives: (&[JSON], Some("enact.finding/1")),
    },
    Route {
        path: "/v1/diff",
        about: "Compares two texts of a policy: what changed, and who is affected",
        open: false,
        takes: Takes::Object(api::diff::MEMBERS, api::diff::run),
        gives: (&[JSON, TEXT, MARKDOWN, HTML], Some("enact.diff/1")),
    },
    Route {
        path: "/v1/format",
        about: "Lays a text out in the one canonical way",
        open: false,
        takes: Takes::Object(api::format::MEMBERS, api::format::run),
        gives: (&[JSON], None),
    },
    Route {
        path: "/v1/batch",
        about: "Decides about every line of facts, in their order, while they come",
        open: false,
        takes: Takes::Lines(api::batch::MEMBERS),
        gives: (&[JSONL], None),
    },
    Route {
        path: "/v1/policies",
        about: "Lists the policies: versions, decisions, and the facts that they read",
        open: false,
        takes: Takes::Policies(api::policies::list),
        gives: (&[JSON], None),
    },
    Route {
        path: "/v1/policies/{id}/schema",
        about: "Gives the JSON Schema of the facts of a policy",
        open: false,
        takes: Takes::Policy(api::policies::schema),
        gives: (&[JSON], None),
    },
    Route {
        path: "/v1/write-test",
        about: "Writes a case down as a `test` that expects what is decided now",
        open: false,
        takes: Takes::Object(api::tests::MEMBERS, api::tests::write),
        gives: (&[JSON], None),
    },
    Route {
        path: "/v1/policies/{id}/tests",
        about: "Gives the declared tests of a policy as cases: facts and days",
        open: false,
        takes: Takes::Policy(api::tests::list),
        gives: (&[JSON], None),
    },
    Route {
        path: "/v1/policies/{id}/text",
        about: "Gives the files that a policy is made of",
        open: false,
        takes: Takes::Policy(api::policies::text),
        gives: (&[JSON], None),
    },
    Route {
        path: "/healthz",
        about: "Says that the server runs",
        open: true,
        takes: Takes::Nothing(|_| Ok(Answer::new(TEXT, "ok\n"))),
        gives: (&[TEXT], None),
    },
    Route {
        path: "/readyz",
        about: "Says what is served, and whether it is what lies in the folder; its hash and what is wrong, only with the token",
        open: true,
        takes: Takes::Look(super::reload::readiness),
        gives: (&[JSON], None),
    },
    Route {
        path: "/metrics",
        about: "Gives counts and times, as Prometheus reads them",
        open: false,
        takes: Takes::Nothing(|app| Ok(Answer::new(OPEN_METRICS, app.metrics.text()))),
        gives: (&[OPEN_METRICS], None),
    },
    Route {
        path: "/openapi.json",
        about: "Gives this document",
        open: true,
        takes: Takes::Nothing(|_| Ok(Answer::new(JSON, openapi::text()))),
        gives: (&[JSON], None),
    },
    Route {
        path: "/docs",
        about: "Shows this document as a page",
        open: true,
        takes: Takes::Nothing(|_| Ok(Answer::new(HTML, pages::docs()))),
        gives: (&[HTML], None),
    },
    Route {
        path: "/docs/errors/{code}",
        about: "Shows the page of an error code",
        open: true,
        takes: Takes::Name(pages::error_page),
        gives: (&[MARKDOWN], None),
    },
    Route {
        path: "/",
        about: "Shows the playground: a page to try policies on",
        open: true,
        takes: Takes::Nothing(|_| Ok(pages::playground())),
        gives: (&[HTML], None),
    },
    Route {
        path: "/assets/{name}",
        about: "Gives a part of a page",
        open: true,
        takes: Takes::Name(|_, name| pages::asset(name)),
        gives: (&["*/*"], None),
    },
];
