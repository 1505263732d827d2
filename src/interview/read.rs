//! A text to a reply.

use super::blank;
use super::question::{Question, enum_of};
use crate::facts::{ValueError, read_members, read_text, within};
use crate::program::Program;
use crate::value::{RecordId, Type, Value};

/// How many entries a list may have that is asked about entry by entry.
pub const MAX_ENTRIES: u32 = 100;

/// What was said to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A value.
    Value(Value),
    /// It is not known: `-`, `unknown`, `I don't know`.
    Unknown,
    /// Why is it asked? `?`, `why`.
    Why,
    /// The last answer was wrong: `back`.
    Back,
    /// Enough: `quit`.
    Quit,
}

/// Reads what was said, blanks around it ignored. A member spelt as a wish is meant before the wish; a text spelt so is written in
/// quotation marks.
pub(super) fn read(program: &Program, question: &Question, text: &str) -> Result<Reply, ValueError> {
    let text = text.trim();
    let is_member = question.members.iter().any(|member| member.written == text);
    match text {
        "" => return Err(ValueError::new("nothing was answered").help("write `-` if it is not known, `?` for help")),
        "?" => return Ok(Reply::Why),
        "-" => return Ok(Reply::Unknown),
        _ if is_member => {}
        _ => {
            let words = text.to_lowercase().replace('\u{2019}', "'");
            match words.trim_end_matches(['.', '!']) {
                "unknown" | "not known" | "don't know" | "i don't know" | "dont know" => return Ok(Reply::Unknown),
                "why" | "why?" | "help" => return Ok(Reply::Why),
                "back" | "undo" => return Ok(Reply::Back),
                "quit" | "exit" => return Ok(Reply::Quit),
                _ => {}
            }
        }
    }
    let value = value(program, question, text)?;
    let value = match &question.within {
        Some(_) => within(program, program.fact(question.missing.fact), value)?,
        None => value,
    };
    Ok(Reply::Value(value))
}

fn value(program: &Program, question: &Question, text: &str) -> Result<Value, ValueError> {
    let ty = &question.ty;
    let named = |text: &str| question.members.iter().any(|member| member.written == text);
    let is_record = matches!(ty.required(), Type::Record(_));
    if ty.is_optional() && !named(text) && (matches!(text, "none" | "null") || is_record && is_no(text)) {
        return Ok(Value::None);
    }
    match ty.required() {
        Type::YesNo if is_yes(text) => Ok(Value::Bool(true)),
        Type::YesNo if is_no(text) => Ok(Value::Bool(false)),
        Type::Enum(_) => read_text(program, ty.required(), &member(question, text)),
        Type::Text => read_text(program, ty.required(), &unquoted(text)),
        Type::Set(_) if text.starts_with('[') => read_text(program, ty.required(), text),
        Type::Set(inner) => {
            let text = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text).trim();
            let text = if text == "none" && !named("none") { "" } else { text };
            let parts: Vec<String> = text.split(',').map(|part| member(question, part.trim())).collect();
            read_members(program, inner, parts.iter().map(String::as_str))
        }
        Type::List(id) if !text.starts_with('[') => entries(program, *id, text),
        Type::Record(id) if is_yes(text) => Ok(blank(program, *id)),
        required => read_text(program, required, text),
    }
}

fn is_yes(text: &str) -> bool {
    ["yes", "y", "true"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn is_no(text: &str) -> bool {
    ["no", "n", "false"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Returns how facts spell the member that is meant: by number, or in other capitals.
fn member(question: &Question, text: &str) -> String {
    let members = &question.members;
    if members.iter().any(|member| member.written == text) || enum_of(&question.ty).is_none() {
        return unquoted(text);
    }
    let by_number = text.parse::<usize>().ok().filter(|_| question.numbered).and_then(|number| number.checked_sub(1));
    if let Some(member) = by_number.and_then(|index| members.get(index)) {
        return member.written.clone();
    }
    let mut alike = members.iter().filter(|member| member.written.eq_ignore_ascii_case(text));
    match (alike.next(), alike.next()) {
        (Some(member), None) => member.written.clone(),
        _ => unquoted(text),
    }
}

/// Returns a text without the quotation marks around it.
fn unquoted(text: &str) -> String {
    if text.len() >= 2 && text.starts_with('"') && text.ends_with('"') {
        return serde_json::from_str(text).unwrap_or_else(|_| text.to_owned());
    }
    text.to_owned()
}

/// Makes a list of so many entries of which nothing is known yet.
fn entries(program: &Program, id: RecordId, text: &str) -> Result<Value, ValueError> {
    let count = match text {
        "none" => Some(0),
        text => text.parse::<u32>().ok(),
    };
    match count {
        Some(count) if count <= MAX_ENTRIES => {
            Ok(Value::List((0..count).map(|_| blank(program, id)).collect::<Vec<_>>().into()))
        }
        Some(count) => Err(ValueError::new(format!("{count} entries are too many to be asked about one by one"))
            .help(format!("at most {MAX_ENTRIES} are; give more as JSON in a facts file"))),
        None => Err(ValueError::new(format!("`{}` is no number of entries", crate::load::time::shorten(text)))
            .help("write how many there are: `0`, `2`; or all of them as JSON")),
    }
}
