//! Bodies of requests: bytes of the right kind, in bounds, as text.

use axum::body::{Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use tokio::time::{Instant, timeout_at};

use super::limits::Limits;
use super::problem::Problem;

/// Reads a body of JSON whole.
pub async fn read_json(request: Request, limits: &Limits, until: Instant) -> Result<Bytes, Problem> {
    check_kind(request.headers(), &["application/json"])?;
    let too_large = || {
        let detail = format!("the body has more than {} bytes, which is the limit", limits.body);
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, detail).help("`enact serve --max-body` sets it")
    };
    if request.body().size_hint().lower() > limits.body as u64 {
        return Err(too_large());
    }
    let body = Limited::new(request.into_body(), limits.body).collect();
    let body = match timeout_at(until, body).await {
        Ok(Ok(body)) => body.to_bytes(),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => return Err(too_large()),
        Ok(Err(_)) => return Err(Problem::new(StatusCode::BAD_REQUEST, "the body ends too early")),
        Err(_) => return Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "the body took too long to arrive")),
    };
    if !is_shallow(&body, limits.depth) {
        let detail = format!("arrays and objects stand more than {} deep inside each other", limits.depth);
        return Err(Problem::new(StatusCode::BAD_REQUEST, detail).help("`enact serve --max-depth` sets the limit"));
    }
    Ok(body)
}

/// Returns a body as text.
pub fn text(body: &[u8]) -> Result<&str, Problem> {
    std::str::from_utf8(body).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "the body is not UTF-8 text"))
}

/// Refuses a body of another kind. A page from elsewhere cannot send JSON here without asking first, which is not allowed.
pub fn check_kind(headers: &HeaderMap, kinds: &[&str]) -> Result<(), Problem> {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    let kind = sent.split(';').next().unwrap_or("").trim();
    if kinds.iter().any(|known| known.eq_ignore_ascii_case(kind)) {
        return Ok(());
    }
    let problem = Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "this takes a body of another media type");
    Err(problem.help(format!("send `Content-Type: {}`", kinds[0])))
}

/// Whether brackets stand at most so deep inside each other. What is no JSON is found later.
fn is_shallow(json: &[u8], most: usize) -> bool {
    // Most bodies have no more brackets than may stand inside each other.
    if memchr::memchr2_iter(b'[', b'{', json).nth(most).is_none() {
        return true;
    }
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for &byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => {
                depth += 1;
                if depth > most {
                    return false;
                }
            }
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::is_shallow;

    #[test]
    fn depth_is_counted_outside_texts() {
        for (json, shallow) in [
            (r#"{"a":[[1]]}"#, true),
            (r#"{"a":[[[1]]]}"#, false),
            (r#"["[[[[\"[[["]"#, true),
            (r#"[[],[],[[]]]"#, true),
            ("[[[[", false),
        ] {
            assert_eq!(is_shallow(json.as_bytes(), 3), shallow, "{json}");
        }
    }
}
