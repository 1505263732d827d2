//! What is wrong, as RFC 9457 has it: `application/problem+json`.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use enact::batch;
use enact::diagnostic::render::{Findings, escape_json};
use enact::diagnostic::{Code, Diagnostic};
use enact::facts::FactsError;
use enact::run::Refused;
use serde::Serialize;
use serde_json::{Value as Json, json};

use crate::cli::exit::Failure;

/// The media type.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a request is not answered.
#[derive(Debug)]
pub struct Problem {
    /// The status of the response.
    pub status: StatusCode,
    code: Option<Code>,
    detail: String,
    help: Option<String>,
    /// All that is wrong with the request, by place.
    errors: Vec<Wrong>,
    /// What is wrong with policies: an `enact.finding/1`.
    findings: Option<Box<Json>>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The code, if it has one: `E083`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<&'static str>,
    /// The place in the body as a JSON pointer (RFC 6901), `/facts/age_years`; empty for all of it.
    pub pointer: String,
    /// What is wrong there. It may quote the request.
    pub detail: String,
    /// What to write instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl Wrong {
    /// Says what is wrong at a place.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Wrong {
        Wrong { code: None, pointer: pointer.into(), detail: detail.into(), help: None }
    }

    /// Says what to write instead.
    pub fn help(self, help: Option<String>) -> Wrong {
        Wrong { help, ..self }
    }
}

impl Problem {
    /// A problem that its status and one sentence tell.
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        Problem { status, code: None, detail: detail.into(), help: None, errors: Vec::new(), findings: None }
    }

    /// Something that is named and is not there.
    pub fn not_found(detail: impl Into<String>) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, detail)
    }

    /// A fault of ours.
    pub fn internal() -> Problem {
        let detail = "a fault of the program: its log says where";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail)
    }

    /// A request whose members are wrong.
    pub fn members(errors: Vec<Wrong>) -> Problem {
        let detail = match errors.as_slice() {
            [one] => one.detail.clone(),
            all => format!("{} things are wrong with the request", all.len()),
        };
        Problem { errors, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// Facts that cannot be read. `place` is where they stand in the request.
    pub fn facts(place: &str, errors: &[FactsError]) -> Problem {
        let wrong = |error: &FactsError| Wrong {
            code: Some(error.code().number),
            pointer: format!("{place}{}", error.pointer().unwrap_or("")),
            detail: error.to_string(),
            help: error.help().map(str::to_owned),
        };
        let code = errors.first().map(FactsError::code);
        Problem { code, ..Problem::members(errors.iter().map(wrong).collect()) }
    }

    /// Columns or options of a table that cannot be used.
    pub fn rows(problems: Vec<batch::Problem>) -> Problem {
        let wrong = |problem: batch::Problem| Wrong {
            code: Some(problem.code),
            pointer: problem.pointer,
            detail: problem.message,
            help: problem.help,
        };
        Problem::members(problems.into_iter().map(wrong).collect())
    }

    /// Gives it another status.
    pub fn status(self, status: StatusCode) -> Problem {
        Problem { status, ..self }
    }

    /// Says what to do about it.
    pub fn help(self, help: impl Into<String>) -> Problem {
        Problem { help: Some(help.into()), ..self }
    }

    fn json(&self) -> Json {
        let title = match self.code {
            Some(code) => code.name.replace('-', " "),
            None => self.status.canonical_reason().unwrap_or("Problem").to_owned(),
        };
        let mut record = json!({
            "type": self.code.map_or_else(|| "about:blank".to_owned(), |code| format!("/docs/errors/{}", code.number)),
            "title": title,
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(code) = self.code {
            record["code"] = code.number.into();
        }
        if let Some(help) = &self.help {
            record["help"] = help.as_str().into();
        }
        if !self.errors.is_empty() {
            record["errors"] = json!(self.errors);
        }
        if let Some(findings) = &self.findings {
            record["findings"] = Json::clone(findings);
        }
        record
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Problem {
        Failure::from(refused).into()
    }
}

impl From<Failure> for Problem {
    /// What commands say on a terminal: without a place in a text it is the request that is wrong, with one the policies are.
    fn from(failure: Failure) -> Problem {
        let Failure::Errors(mut found, sources) = failure else { return Problem::internal() };
        match found.as_mut_slice() {
            [] => Problem::internal(),
            [Diagnostic { labels, message, help, code, .. }] if labels.is_empty() => {
                let code = Some(*code).filter(|&code| code != Code::USAGE);
                let (detail, help) = (std::mem::take(message), help.take());
                Problem { code, help, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
            }
            all => {
                // Strings, numbers and lists always serialise.
                let findings = serde_json::to_value(Findings::new(all, &sources, None)).unwrap_or_default();
                let count = enact::diagnostic::render::count_text(all);
                let detail = format!("the policies cannot be used: {count}");
                Problem { findings: Some(Box::new(findings)), ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = escape_json(&format!("{:#}", self.json())) + "\n";
        let mut response = Response::new(Body::from(text));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            // The rest of the body is not read.
            StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }
}
