//! What is answered when nothing is wrong.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use enact::diagnostic::render::escape_json;
use serde_json::Value as Json;

/// The media type of records.
pub const JSON: &str = "application/json";
/// The media type of an object a line.
pub const JSONL: &str = "application/jsonl";
/// The media type of plain text.
pub const TEXT: &str = "text/plain; charset=utf-8";
/// The media type of Markdown.
pub const MARKDOWN: &str = "text/markdown; charset=utf-8";
/// The media type of pages.
pub const HTML: &str = "text/html; charset=utf-8";
/// The media type of scripts.
pub const SCRIPT: &str = "text/javascript; charset=utf-8";
/// The media type of pictures made of lines.
pub const PICTURE: &str = "image/svg+xml";
/// The media type of style sheets.
pub const STYLE: &str = "text/css; charset=utf-8";

/// A body and its media type.
#[derive(Debug)]
pub struct Answer {
    kind: &'static str,
    body: Bytes,
    lasting: bool,
}

impl Answer {
    /// A body of some kind.
    pub fn new(kind: &'static str, body: impl Into<Bytes>) -> Answer {
        Answer { kind, body: body.into(), lasting: false }
    }

    /// The same, kept by browsers for ever: it never changes under the name it is asked by.
    pub fn lasting(self) -> Answer {
        Answer { lasting: true, ..self }
    }

    /// A record that is text already.
    pub fn record(text: String) -> Answer {
        Answer::new(JSON, text)
    }

    /// A JSON document, on one line.
    pub fn json(json: &Json) -> Answer {
        Answer::record(escape_json(&json.to_string()) + "\n")
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(self.kind));
        if self.lasting {
            let kept = HeaderValue::from_static("public, max-age=31536000, immutable");
            response.headers_mut().insert(header::CACHE_CONTROL, kept);
        }
        response
    }
}
