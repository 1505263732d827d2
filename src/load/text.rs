//! Bytes to text: UTF-8 within a size, a byte-order mark ignored.

use crate::diagnostic::{Code, Diagnostic, Severity};

/// The largest `.enact` file, in bytes: far above the longest act, far below what makes messages slow.
pub const MAX_FILE_BYTES: usize = 8 * 1024 * 1024;
/// The longest line of an `.enact` file, in bytes: nobody reads one, so it is data or an attack.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// Returns the text of an `.enact` file.
///
/// Errors, without a place as there is no text: E002 for bytes that are not UTF-8, with their line; E005 for a file or line
/// over [`MAX_FILE_BYTES`] or [`MAX_LINE_BYTES`].
pub(super) fn decode_file(bytes: &[u8], name: &str) -> Result<String, Diagnostic> {
    let too_large = |message| Err(Diagnostic::new(Severity::Error, Code::TOO_LARGE, message));
    if bytes.len() > MAX_FILE_BYTES {
        return too_large(format!("`{name}` has {} bytes; a file has at most {MAX_FILE_BYTES}", bytes.len()));
    }
    let text = decode(bytes, name)?;
    if let Some((index, line)) = text.lines().enumerate().find(|(_, line)| line.len() > MAX_LINE_BYTES) {
        let line = format!("`{name}`: line {} has {} bytes; a line has at most {MAX_LINE_BYTES}", index + 1, line.len());
        return too_large(line);
    }
    Ok(text)
}

/// Returns the text of bytes without their byte-order mark. Errors: E002, without a place as there is no text.
pub(super) fn decode(bytes: &[u8], name: &str) -> Result<String, Diagnostic> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let (good, bad) = bytes.split_at(error.valid_up_to());
            let line = good.iter().filter(|&&byte| byte == b'\n').count() + 1;
            let byte = bad.first().copied().unwrap_or(0);
            let message = format!("`{name}` is not UTF-8 text: byte 0x{byte:02X} on line {line}, {} bytes in", good.len());
            let help = match bytes {
                [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16: save it as UTF-8",
                _ => "save the file as UTF-8",
            };
            Err(Diagnostic::new(Severity::Error, Code::NOT_UTF8, message).help(help))
        }
    }
}
