//! Characters that hide what a text says: bidirectional controls, invisible blanks, letters that look like others.
//!
//! Evidence: CVE-2021-42574 and CVE-2021-42694 (*Trojan Source*): text that reads one way and runs another.

use super::scan::text_end;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{SourceId, Span};

/// How many hidden characters of one file are reported.
const MOST_REPORTED: usize = 20;

/// Reports hidden characters. Returns the text with blanks in their place, as long as before, if there were any.
pub(super) fn clean(source: SourceId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<String> {
    let mut cleaned: Option<Vec<u8>> = None;
    let bytes = text.as_bytes();
    // Bytes before this one are inside a text or a comment.
    let mut quoted_until = 0;
    let mut reported = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        if at >= quoted_until {
            match c {
                '"' => quoted_until = text_end(bytes, at),
                '#' => {
                    quoted_until = at + bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at)
                }
                '“' | '„' | '‘' => {
                    quoted_until = at + bytes[at..].iter().position(|&byte| byte == b'\n').unwrap_or(bytes.len() - at)
                }
                _ => {}
            }
        }
        if c.is_ascii() || at == 0 && c == '\u{feff}' {
            continue;
        }
        let quoted = at < quoted_until;
        let length = c.len_utf8();
        let mut end = at + length;
        let diagnostic = if let Some(name) = control(c) {
            Diagnostic::error(
                Code::HIDDEN_CHARACTER,
                Span::new(source, at, end),
                format!("a {name} (U+{:04X}) hides what this says", c as u32),
            )
            .help("remove it")
        } else if let Some(name) = invisible(c, quoted) {
            Diagnostic::error(
                Code::HIDDEN_CHARACTER,
                Span::new(source, at, end),
                format!("a {name} (U+{:04X}) stands here", c as u32),
            )
            .help("write a plain blank, or remove it")
        } else if !quoted && c.is_alphabetic() {
            // A word with foreign letters is one finding.
            let start =
                at - bytes[..at].iter().rev().take_while(|&&byte| byte.is_ascii_alphanumeric() || byte == b'_').count();
            while let Some(&(next, c)) = chars.peek() {
                if !(c.is_alphanumeric() || c == '_') {
                    break;
                }
                end = next + c.len_utf8();
                chars.next();
            }
            letters(source, text, start, end)
        } else {
            continue;
        };
        reported += 1;
        if reported <= MOST_REPORTED {
            diagnostics.push(diagnostic);
        }
        let cleaned = cleaned.get_or_insert_with(|| bytes.to_vec());
        for (index, byte) in cleaned[at..end].iter_mut().enumerate() {
            if control(c).is_some() || invisible(c, quoted).is_some() {
                *byte = b' ';
            } else if !byte.is_ascii() {
                *byte = if index == 0 { b'x' } else { b'_' };
            }
        }
    }
    cleaned.and_then(|bytes| String::from_utf8(bytes).ok())
}

/// Reports a word with letters outside `a`-`z`: look-alikes first.
fn letters(source: SourceId, text: &str, start: usize, end: usize) -> Diagnostic {
    let word = &text[start..end];
    let plain: String = word.chars().map(|c| look_alike(c).unwrap_or(c)).collect();
    let span = Span::new(source, start, end);
    if let (true, Some(c)) = (plain.is_ascii(), word.chars().find(|&c| look_alike(c).is_some())) {
        let like = look_alike(c).unwrap_or(c);
        return Diagnostic::error(Code::HIDDEN_CHARACTER, span, format!("`{word}` is not `{plain}`"))
            .found(format!("U+{:04X} only looks like `{like}`", c as u32))
            .help(format!("write `{plain}` with plain letters"));
    }
    let plain = unaccented(word);
    let help = match plain {
        Some(plain) => format!("write `{plain}`; any letter may stand in labels and texts"),
        None => "names are made of `a`-`z`, digits and `_`; any letter may stand in labels and texts".to_owned(),
    };
    Diagnostic::error(Code::SYNTAX, span, format!("`{word}` cannot be a name")).help(help)
}

/// Returns a word without accents, if that makes it a name.
fn unaccented(word: &str) -> Option<String> {
    use unicode_normalization::UnicodeNormalization as _;
    let plain: String = word.nfkd().filter(|c| !unicode_normalization::char::is_combining_mark(*c)).collect();
    plain.is_ascii().then_some(plain)
}

/// Names the controls that reorder text.
fn control(c: char) -> Option<&'static str> {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        .then_some("bidirectional control")
}

/// Names characters without a shape. Joiners are right inside texts: some scripts and emoji need them.
fn invisible(c: char, quoted: bool) -> Option<&'static str> {
    match c {
        '\u{200b}' | '\u{2060}' | '\u{feff}' => Some("zero-width blank"),
        '\u{ad}' => Some("soft hyphen"),
        '\u{180e}'
        | '\u{2061}'..='\u{2064}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{3164}'
        | '\u{ffa0}'
        | '\u{e0000}'..='\u{e007f}' => Some("invisible character"),
        '\u{200c}' | '\u{200d}' if !quoted => Some("zero-width joiner"),
        '\u{fe00}'..='\u{fe0f}' if !quoted => Some("variation selector"),
        '\u{a0}' | '\u{202f}' | '\u{2007}' if !quoted => Some("no-break blank"),
        '\u{1680}' | '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200a}' | '\u{205f}' | '\u{3000}' if !quoted => {
            Some("blank of another width")
        }
        '\u{85}' | '\u{2028}' | '\u{2029}' => Some("line separator"),
        _ => None,
    }
}

/// Returns the plain letter that a Cyrillic, Greek or full-width one looks like.
///
/// Source: Unicode Technical Standard 39, `confusables.txt`, the single letters that map to ASCII in those scripts.
fn look_alike(c: char) -> Option<char> {
    const PAIRS: &str = "аaеeоoрpсcуyхxіiјjѕsԁdԛqԝwһhɡgбbгrкkмmнhтtпnвbАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSԌGαaοoρpνvυuιiκkτtγyηnωwχxΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧXıiℓlɑaցgոnսuօo";
    if ('\u{ff01}'..='\u{ff5e}').contains(&c) {
        return char::from_u32(c as u32 - 0xfee0);
    }
    let mut pairs = PAIRS.chars();
    while let (Some(like), Some(plain)) = (pairs.next(), pairs.next()) {
        if like == c {
            return Some(plain);
        }
    }
    None
}
