//! Bytes to messages, and back.
//!
//! Messages are read here and not by `lsp-server`: it reads numbers of untagged messages straight from text, which fails where
//! `serde_json` keeps every digit, as facts need. By way of a JSON value it works.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use lsp_server::Message;

/// The largest message, in bytes: the largest file with every character escaped.
const MAX_MESSAGE_BYTES: usize = 96 << 20;

/// Reads one message; nothing at the end of the input.
///
/// # Errors
/// A head that is none, or a body that is no message: then `InvalidData`, and reading can go on.
pub fn read(input: &mut impl BufRead) -> io::Result<Option<Message>> {
    let Some(length) = read_head(input)? else { return Ok(None) };
    let mut body = vec![0; length];
    input.read_exact(&mut body)?;
    let invalid = |error: serde_json::Error| io::Error::new(io::ErrorKind::InvalidData, error);
    let value: serde_json::Value = serde_json::from_slice(&body).map_err(invalid)?;
    serde_json::from_value(value).map(Some).map_err(invalid)
}

/// Reads the head of a message and returns how long its body is.
fn read_head(input: &mut impl BufRead) -> io::Result<Option<usize>> {
    let broken = || io::Error::new(io::ErrorKind::UnexpectedEof, "a message without its length");
    let mut length = None;
    loop {
        let mut line = String::new();
        // No line of a head is long.
        if input.by_ref().take(4096).read_line(&mut line)? == 0 {
            return if length.is_some() { Err(broken()) } else { Ok(None) };
        }
        let line = line.trim_end();
        if line.is_empty() {
            let length = length.ok_or_else(broken)?;
            return if length > MAX_MESSAGE_BYTES { Err(broken()) } else { Ok(Some(length)) };
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("Content-Length")
        {
            length = value.trim().parse::<usize>().ok();
        }
    }
}

/// Reads messages in a thread; `make` puts them among other events. The input ends with the last.
pub fn reader<E: Send + 'static>(events: Sender<E>, make: fn(Option<Message>) -> E) {
    thread::spawn(move || {
        let mut input = io::stdin().lock();
        loop {
            let message = match read(&mut input) {
                Ok(Some(message)) => Some(message),
                // The next message begins where this one should have ended.
                Err(error) if error.kind() == io::ErrorKind::InvalidData => continue,
                Ok(None) | Err(_) => None,
            };
            let last = matches!(&message, Some(Message::Notification(it)) if it.method == "exit") || message.is_none();
            if events.send(make(message)).is_err() || last {
                return;
            }
        }
    });
}

/// Writes messages in a thread, until nobody can send any more.
pub fn writer() -> Sender<Message> {
    let (sender, messages): (_, Receiver<Message>) = channel();
    thread::spawn(move || {
        let mut output = io::stdout().lock();
        for message in messages {
            // An editor that has gone reads nothing more.
            if message.write(&mut output).is_err() {
                return;
            }
        }
    });
    sender
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: &str) -> Vec<u8> {
        format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    #[test]
    fn a_message_with_a_number_is_read() {
        let bytes = text(r#"{"jsonrpc":"2.0","id":7,"method":"shutdown"}"#);
        let message = read(&mut bytes.as_slice()).expect("read").expect("there");
        assert!(matches!(message, Message::Request(it) if it.id == 7.into() && it.method == "shutdown"));
    }

    #[test]
    fn what_is_no_message_is_an_error_and_the_next_is_read() {
        let mut bytes = text("{");
        bytes.extend(text(r#"{"jsonrpc":"2.0","method":"exit"}"#));
        let mut input = bytes.as_slice();
        assert_eq!(read(&mut input).map_err(|error| error.kind()).err(), Some(io::ErrorKind::InvalidData));
        assert!(matches!(read(&mut input), Ok(Some(Message::Notification(_)))));
        assert!(matches!(read(&mut input), Ok(None)));
        assert!(read(&mut &b"Content-Length: 99999999999\r\n\r\n"[..]).is_err());
        assert!(read(&mut &b"\r\n"[..]).is_err());
    }
}
