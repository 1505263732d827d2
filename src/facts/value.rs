//! One text to one value of a known type: cells of data files, answers to questions, `--set fact=value`.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{NaiveDate, Utc};
use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

use super::error::ValueError;
use super::read::read_json_text;
use crate::diagnostic::did_you_mean;
use crate::load::time::{read_date, read_instant_at, shorten};
use crate::program::Program;
use crate::value::{EnumId, Type, Value};

/// Digits a number may have: those of `decimal` and `money`.
const MAX_DIGITS: usize = 28;

/// Reads a value of a type from plain text, blanks around it ignored.
///
/// - `yes` `no` `true` `false`; `42`, `-3.5` (no exponent, no separators), an amount without its currency;
/// - `2024-12-24`, a real day in 0001 to 9999; `09:30` to `24:00`; `2024-12-24T23:59:00Z`, with an offset;
/// - a member as `written` or by name, a weekday also as `mon`; any text of an open enum;
/// - a period as policies write it: `2024-01-01 until 2025-01-01`, `2024-01-01 through none`;
/// - a set as `{US, PM}` or JSON, lists and records as JSON;
/// - nothing at all: `none` where the type allows it. The word `none` is a text like any other here.
pub fn read_text(program: &Program, ty: &Type, text: &str) -> Result<Value, ValueError> {
    let text = text.trim();
    if text.is_empty() && ty.is_optional() {
        return Ok(Value::None);
    }
    let required = ty.required();
    match required {
        Type::Text => Ok(text_value(text)),
        Type::Enum(id) => read_member(program, *id, text),
        _ if text.is_empty() => {
            Err(ValueError::new(format!("nothing stands for a value of type `{}`", program.type_text(ty))))
        }
        Type::YesNo => match text {
            "yes" | "true" => Ok(Value::Bool(true)),
            "no" | "false" => Ok(Value::Bool(false)),
            _ => Err(ValueError::new(format!("`{}` is neither yes nor no", shorten(text))).help("write `yes` or `no`")),
        },
        Type::Integer | Type::Months | Type::Days | Type::Minutes | Type::Decimal | Type::Money(_) => {
            if text.contains(['e', 'E']) {
                return Err(no_number(text));
            }
            read_number(required, text)
        }
        Type::Date | Type::Time | Type::Instant | Type::Period => read_spelt(required, text),
        Type::Set(inner) => match text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(members) if **inner != Type::Text => read_members(program, inner, members.split(',')),
            _ => read_json_text(program, required, text),
        },
        Type::List(_) | Type::Record(_) => read_json_text(program, required, text),
        Type::Optional(_) => Err(ValueError::new("a type is `or none` at most once")),
    }
}

/// Reads the members of a set, each from its own text; none may be blank or repeated (V9).
pub fn read_members<'a>(
    program: &Program,
    inner: &Type,
    texts: impl Iterator<Item = &'a str>,
) -> Result<Value, ValueError> {
    let texts: Vec<&str> = texts.map(str::trim).collect();
    let mut members = BTreeSet::new();
    // `{}` and an empty cell hold nothing.
    for &text in texts.iter().filter(|_| texts != [""]) {
        let member = read_text(program, inner, text)?;
        let shown = shorten(text);
        if !members.insert(member) {
            return Err(ValueError::new(format!("`{shown}` stands twice in the set")));
        }
    }
    Ok(Value::Set(Arc::new(members)))
}

/// Makes a text value, in NFC (V11).
pub(super) fn text_value(text: &str) -> Value {
    Value::Text(text.nfc().collect::<String>().into())
}

/// Reads a member of an enum as data or policies spell it.
fn read_member(program: &Program, id: EnumId, text: &str) -> Result<Value, ValueError> {
    let members = &program.enum_type(id).members;
    // Most members are spelt by their name: the others are looked for one by one.
    let named = members.get_full(text).map(|(index, _, member)| (index, member));
    let written = match named {
        Some((index, member)) if member.written == text => Some(index),
        _ => members.values().position(|member| member.written == text),
    };
    let index = written.or_else(|| short_weekday(program, id, text)).or(named.map(|(index, _)| index));
    match index {
        Some(index) => Ok(Value::Member(id, index as u32)),
        None if program.enum_type(id).open && !text.is_empty() => Ok(text_value(text)),
        None => Err(no_member(program, id, text)),
    }
}

/// Finds a weekday by its first three letters: it is spelt `monday` or `mon`.
pub(super) fn short_weekday(program: &Program, id: EnumId, text: &str) -> Option<usize> {
    let members = (id == EnumId::WEEKDAY && text.len() == 3).then(|| &program.enum_type(id).members)?;
    members.keys().position(|day| day.starts_with(text))
}

/// Says that a text is no member of an enum, and which is meant.
pub(super) fn no_member(program: &Program, id: EnumId, text: &str) -> ValueError {
    let enum_type = program.enum_type(id);
    let error = match enum_type.name.as_str() {
        name if name.starts_with('{') => ValueError::new(format!("`{}` is none of {name}", shorten(text))),
        name => ValueError::new(format!("`{}` is no `{name}`", shorten(text))),
    };
    let all = || enum_type.members.values().map(|member| member.written.as_str());
    if let Some(member) = enum_type.members.get(text) {
        error.help(format!("facts spell it `{}`", member.written))
    } else if id == EnumId::COUNTRY {
        error.help(crate::countries::hint(text))
    } else if let Some(near) = did_you_mean(text, all()) {
        error.help(format!("did you mean `{near}`?"))
    } else if enum_type.members.len() <= 12 {
        error.help(format!("write one of {}", all().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
    } else {
        error
    }
}

/// Reads a date, time, instant or period.
pub(super) fn read_spelt(ty: &Type, text: &str) -> Result<Value, ValueError> {
    match ty {
        Type::Date => read_date(text).map(Value::Date).map_err(ValueError::new),
        Type::Time => read_time(text).map(Value::Time),
        Type::Instant => {
            read_instant_at(text).map(|at| Value::Instant(at.with_timezone(&Utc))).map_err(ValueError::new)
        }
        _ => read_period(text),
    }
}

/// Reads a time of day, `00:00` to `24:00`, as minutes after midnight.
pub(crate) fn read_time(text: &str) -> Result<u16, ValueError> {
    let wrong = || ValueError::new(format!("`{}` is no time: write `HH:MM`, from 00:00 to 24:00", shorten(text)));
    let &[h, m, b':', n, o] = text.as_bytes() else { return Err(wrong()) };
    if ![h, m, n, o].iter().all(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let two = |a: u8, b: u8| u16::from(a - b'0') * 10 + u16::from(b - b'0');
    match (two(h, m), two(n, o)) {
        (hours @ 0..=23, minutes @ 0..=59) => Ok(hours * 60 + minutes),
        (24, 0) => Ok(24 * 60),
        _ => Err(wrong()),
    }
}

/// Reads a period as policies write it: `A until B` (B excluded), `A through B` (B included), with an end that may be `none`.
fn read_period(text: &str) -> Result<Value, ValueError> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [start, word @ ("until" | "through"), end] = words[..] else {
        let error = ValueError::new(format!("`{}` is no period", shorten(text)));
        return Err(error.help(
            "write `2024-01-01 until 2025-01-01` (the end excluded), `… through …` (included) or `… through none`",
        ));
    };
    let start = read_date(start).map_err(ValueError::new)?;
    let end =
        match end {
            "none" => None,
            end => {
                let end = read_date(end).map_err(ValueError::new)?;
                let after = if word == "until" { Some(end) } else { end.succ_opt().filter(|&day| day <= last_day()) };
                Some(after.ok_or_else(|| {
                    ValueError::new("a period that ends on the last day of 9999: write `through none`")
                })?)
            }
        };
    match end {
        Some(end) if end < start => {
            Err(ValueError::new(format!("the period `{}` ends before it starts", shorten(text))))
        }
        end => Ok(Value::Period { start, end }),
    }
}

fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX)
}

fn no_number(text: &str) -> ValueError {
    let error = ValueError::new(format!("`{}` is no number", shorten(text)));
    let plain: String = text.chars().filter(|c| c.is_ascii_digit() || matches!(c, '.' | '-')).collect();
    match plain.parse::<Decimal>() {
        Ok(_) => {
            error.help("write digits, with a point before decimals: no currency, separators, percent sign or exponent")
        }
        Err(_) => error,
    }
}

/// Reads a number of a type, exactly: JSON's form of it.
pub(super) fn read_number(ty: &Type, text: &str) -> Result<Value, ValueError> {
    let number = exact_decimal(text)?;
    let whole = matches!(ty, Type::Integer | Type::Months | Type::Days | Type::Minutes);
    if whole && !number.is_integer() {
        return Err(ValueError::new(format!("`{}` is no whole number", shorten(text))));
    }
    if whole && i64::try_from(number).is_err() {
        return Err(ValueError::new(format!("`{}` does not fit into 64 bits", shorten(text))));
    }
    Ok(Value::Number(if whole { number.normalize() } else { number }))
}

/// Reads `-12.50e3` without losing a digit. Errors: another form, more than [`MAX_DIGITS`] digits.
fn exact_decimal(text: &str) -> Result<Decimal, ValueError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (number, exponent) =
        unsigned.split_once(['e', 'E']).map_or((unsigned, "0"), |(number, exponent)| (number, exponent));
    let (whole, part) = number.split_once('.').map_or((number, None), |(whole, part)| (whole, Some(part)));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    let exponent_digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if !digits(whole) || part.is_some_and(|part| !digits(part)) || !digits(exponent_digits) || leading_zero {
        return Err(no_number(text));
    }
    let part = part.unwrap_or("");
    let mantissa = format!("{whole}{part}");
    let mut mantissa = mantissa.trim_start_matches('0');
    if mantissa.is_empty() {
        return Ok(Decimal::ZERO);
    }
    let too_long = || ValueError::new(format!("`{}` has more than {MAX_DIGITS} digits", shorten(text)));
    // An exponent of more than six digits is far outside, whatever the sign.
    let exponent: i64 = exponent.parse().ok().filter(|e: &i64| e.abs() <= 999_999).ok_or_else(too_long)?;
    let mut scale = i64::try_from(part.len()).map_err(|_| too_long())? - exponent;
    while (scale > MAX_DIGITS as i64 || mantissa.len() > MAX_DIGITS) && scale > 0 && mantissa.ends_with('0') {
        mantissa = &mantissa[..mantissa.len() - 1];
        scale -= 1;
    }
    let zeros = usize::try_from(-scale).unwrap_or(0);
    if scale > MAX_DIGITS as i64 || mantissa.len() + zeros > MAX_DIGITS {
        return Err(too_long());
    }
    let all = format!("{mantissa}{}", "0".repeat(zeros));
    let number: i128 = all.parse().map_err(|_| too_long())?;
    let scale = u32::try_from(scale.max(0)).map_err(|_| too_long())?;
    let number = Decimal::try_from_i128_with_scale(number, scale).map_err(|_| too_long())?;
    Ok(if text.starts_with('-') { -number } else { number })
}
