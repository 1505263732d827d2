//! Who may ask: whoever has the token; without one, whoever reaches the address by its own name.

use std::net::IpAddr;

use axum::http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::problem::Problem;

/// The token, and where the server listens.
#[derive(Debug)]
pub struct Auth {
    /// The hash of the token: two hashes have one length, whatever was sent.
    token: Option<[u8; 32]>,
    /// Whether only this machine reaches the server.
    loopback: bool,
}

impl Auth {
    /// Asks for a token, if there is one.
    pub fn new(token: Option<&str>, address: IpAddr) -> Auth {
        Auth { token: token.map(|token| Sha256::digest(token).into()), loopback: address.is_loopback() }
    }

    /// Whether a request carries the token, or none is asked for.
    pub fn allows(&self, headers: &HeaderMap) -> bool {
        let Some(token) = &self.token else { return true };
        let sent = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let sent = sent.and_then(|value| value.split_once(' ')).filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer"));
        let sent: [u8; 32] = Sha256::digest(sent.map_or("", |(_, token)| token.trim())).into();
        sent.ct_eq(token).into()
    }

    /// Refuses a request without the token.
    pub fn check(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if self.allows(headers) {
            return Ok(());
        }
        let problem = Problem::new(StatusCode::UNAUTHORIZED, "this needs the token of the server");
        Err(problem.help("send the header `Authorization: Bearer TOKEN`"))
    }

    /// Refuses a request to another name than that of this machine, where nothing else protects the server: a page from elsewhere
    /// may have its own name point here (DNS rebinding), and would read the answers.
    pub fn check_host(&self, headers: &HeaderMap) -> Result<(), Problem> {
        if !self.loopback || self.token.is_some() {
            return Ok(());
        }
        let host = headers.get(header::HOST).and_then(|value| value.to_str().ok());
        if host.is_none_or(is_local) {
            return Ok(());
        }
        let problem =
            Problem::new(StatusCode::MISDIRECTED_REQUEST, "this server answers to `localhost` and `127.0.0.1`");
        Err(problem.help("set a token if other names lead here"))
    }
}

/// Whether a host, with or without a port, is a name of this machine.
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or(""),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_the_token_opens() {
        let auth = Auth::new(Some("secret"), [127, 0, 0, 1].into());
        let allows = |value: &'static str| {
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, HeaderValue::from_static(value))]);
            auth.allows(&headers)
        };
        assert!(allows("Bearer secret") && allows("bearer secret"));
        assert!(!allows("Bearer secre") && !allows("Basic secret") && !allows("secret") && !allows("Bearer "));
        assert!(!auth.allows(&HeaderMap::new()));
        assert!(Auth::new(None, [127, 0, 0, 1].into()).allows(&HeaderMap::new()));
    }

    #[test]
    fn names_of_this_machine() {
        for (host, local) in [
            ("localhost:8080", true),
            ("127.0.0.1:1", true),
            ("[::1]:80", true),
            ("127.0.0.1.evil.example", false),
            ("evil.example:8080", false),
            ("192.168.1.2", false),
        ] {
            assert_eq!(is_local(host), local, "{host}");
        }
    }
}
