//! Arrow values to texts: those that cells of CSV hold, or JSON inside lists and records.
//!
//! **Invariant:** a text says exactly the value, or the type is refused: no number is rounded, no moment is given a zone.

use std::fmt::Display;
use std::io::Write;

use arrow_array::cast::AsArray;
use arrow_array::types::*;
use arrow_array::{Array, ArrowPrimitiveType, OffsetSizeTrait, new_empty_array};
use arrow_schema::{DataType, TimeUnit};
use chrono::{DateTime, Datelike, NaiveDate, SecondsFormat};

/// Writes the text of one row of a column, or says what is wrong with it.
pub type Speller<'a> = Box<dyn Fn(usize, &mut Vec<u8>) -> Result<(), String> + 'a>;

/// What texts are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// Facts: exact values only.
    Facts,
    /// Columns that are copied: floating-point numbers and times without a zone too.
    Copy,
}

/// Why a type has no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// Floating-point numbers.
    Inexact(DataType),
    /// A moment of which it is not said where.
    NoZone,
    /// Anything else.
    NoText(DataType),
}

/// Nesting of lists and records that is read.
const MAX_DEPTH: usize = 16;

/// Says whether columns of a type have texts.
pub fn check(ty: &DataType, purpose: For) -> Result<(), Unfit> {
    speller(&*new_empty_array(ty), purpose).map(drop)
}

/// Makes the speller of a column: a null has no text.
pub fn speller(array: &dyn Array, purpose: For) -> Result<Speller<'_>, Unfit> {
    nullable(array, Manner { purpose, json: false, depth: 0 })
}

#[derive(Debug, Clone, Copy)]
struct Manner {
    purpose: For,
    /// Inside a list or record.
    json: bool,
    depth: usize,
}

fn nullable(array: &dyn Array, manner: Manner) -> Result<Speller<'_>, Unfit> {
    let spell = present(array, manner)?;
    let Some(nulls) = array.logical_nulls() else { return Ok(spell) };
    let null: &[u8] = if manner.json { b"null" } else { b"" };
    Ok(Box::new(move |row, out| {
        if nulls.is_null(row) {
            out.extend_from_slice(null);
            return Ok(());
        }
        spell(row, out)
    }))
}

fn present(array: &dyn Array, manner: Manner) -> Result<Speller<'_>, Unfit> {
    use DataType as T;
    Ok(match array.data_type() {
        T::Null => Box::new(|_, _| Ok(())),
        T::Boolean => {
            let array = array.as_boolean();
            let words = if manner.json { ["false", "true"] } else { ["no", "yes"] };
            Box::new(move |row, out| put(out, words[usize::from(array.value(row))]))
        }
        T::Int8 => shown::<Int8Type>(array),
        T::Int16 => shown::<Int16Type>(array),
        T::Int32 => shown::<Int32Type>(array),
        T::Int64 => shown::<Int64Type>(array),
        T::UInt8 => shown::<UInt8Type>(array),
        T::UInt16 => shown::<UInt16Type>(array),
        T::UInt32 => shown::<UInt32Type>(array),
        T::UInt64 => shown::<UInt64Type>(array),
        T::Float16 if manner.purpose == For::Copy => shown::<Float16Type>(array),
        T::Float32 if manner.purpose == For::Copy => shown::<Float32Type>(array),
        T::Float64 if manner.purpose == For::Copy => shown::<Float64Type>(array),
        T::Float16 | T::Float32 | T::Float64 => return Err(Unfit::Inexact(array.data_type().clone())),
        T::Decimal32(..) => decimals::<Decimal32Type>(array),
        T::Decimal64(..) => decimals::<Decimal64Type>(array),
        T::Decimal128(..) => decimals::<Decimal128Type>(array),
        T::Decimal256(..) => decimals::<Decimal256Type>(array),
        T::Date32 => {
            let array = array.as_primitive::<Date32Type>();
            quoted(manner, move |row, out| date(array.value(row), out))
        }
        T::Time32(TimeUnit::Second) => times::<Time32SecondType>(array, manner, 1),
        T::Time32(TimeUnit::Millisecond) => times::<Time32MillisecondType>(array, manner, 1_000),
        T::Time64(TimeUnit::Microsecond) => times::<Time64MicrosecondType>(array, manner, 1_000_000),
        T::Time64(TimeUnit::Nanosecond) => times::<Time64NanosecondType>(array, manner, 1_000_000_000),
        T::Timestamp(_, None) if manner.purpose == For::Facts => return Err(Unfit::NoZone),
        T::Timestamp(unit, zone) => {
            let zoned = zone.is_some();
            match unit {
                TimeUnit::Second => moments::<TimestampSecondType>(array, manner, zoned, 1),
                TimeUnit::Millisecond => moments::<TimestampMillisecondType>(array, manner, zoned, 1_000),
                TimeUnit::Microsecond => moments::<TimestampMicrosecondType>(array, manner, zoned, 1_000_000),
                TimeUnit::Nanosecond => moments::<TimestampNanosecondType>(array, manner, zoned, 1_000_000_000),
            }
        }
        T::Utf8 => {
            let array = array.as_string::<i32>();
            text(manner, move |row| array.value(row))
        }
        T::LargeUtf8 => {
            let array = array.as_string::<i64>();
            text(manner, move |row| array.value(row))
        }
        T::Utf8View => {
            let array = array.as_string_view();
            text(manner, move |row| array.value(row))
        }
        T::Dictionary(..) => {
            let array = array.as_any_dictionary();
            let spell = nullable(array.values(), manner)?;
            // Without values all rows are null.
            let keys = if array.values().is_empty() { Vec::new() } else { array.normalized_keys() };
            Box::new(move |row, out| keys.get(row).map_or(Ok(()), |&key| spell(key, out)))
        }
        T::List(_) | T::LargeList(_) | T::FixedSizeList(..) | T::Struct(_) if manner.depth < MAX_DEPTH => {
            nested(array, Manner { json: true, depth: manner.depth + 1, ..manner })?
        }
        other => return Err(Unfit::NoText(other.clone())),
    })
}

fn nested(array: &dyn Array, manner: Manner) -> Result<Speller<'_>, Unfit> {
    match array.data_type() {
        DataType::List(_) => list::<i32>(array, manner),
        DataType::LargeList(_) => list::<i64>(array, manner),
        DataType::FixedSizeList(_, length) => {
            let length = usize::try_from(*length).unwrap_or(0);
            let member = nullable(array.as_fixed_size_list().values(), manner)?;
            Ok(Box::new(move |row, out| members(row * length..(row + 1) * length, &member, out)))
        }
        _ => record(array, manner),
    }
}

fn list<O: OffsetSizeTrait>(array: &dyn Array, manner: Manner) -> Result<Speller<'_>, Unfit> {
    let array = array.as_list::<O>();
    let member = nullable(array.values(), manner)?;
    let offsets = array.value_offsets();
    Ok(Box::new(move |row, out| members(offsets[row].as_usize()..offsets[row + 1].as_usize(), &member, out)))
}

fn members(range: std::ops::Range<usize>, member: &Speller<'_>, out: &mut Vec<u8>) -> Result<(), String> {
    out.push(b'[');
    for (place, row) in range.enumerate() {
        if place > 0 {
            out.push(b',');
        }
        member(row, out)?;
    }
    out.push(b']');
    Ok(())
}

/// A record: a field that is null is not stated.
fn record(array: &dyn Array, manner: Manner) -> Result<Speller<'_>, Unfit> {
    let array = array.as_struct();
    let mut fields = Vec::new();
    for (field, column) in array.fields().iter().zip(array.columns()) {
        let key = serde_json::Value::from(field.name().as_str()).to_string() + ":";
        fields.push((key, column.logical_nulls(), present(column, manner)?));
    }
    Ok(Box::new(move |row, out| {
        out.push(b'{');
        let mut first = true;
        for (key, nulls, spell) in &fields {
            if nulls.as_ref().is_some_and(|nulls| nulls.is_null(row)) {
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            put(out, key)?;
            spell(row, out)?;
        }
        out.push(b'}');
        Ok(())
    }))
}

/// Numbers as they are shown.
fn shown<T: ArrowPrimitiveType<Native: Display>>(array: &dyn Array) -> Speller<'_> {
    let array = array.as_primitive::<T>();
    Box::new(move |row, out| put(out, array.value(row)))
}

fn decimals<T: DecimalType>(array: &dyn Array) -> Speller<'_> {
    let array = array.as_primitive::<T>();
    Box::new(move |row, out| put(out, array.value_as_string(row)))
}

/// Times of day: whole minutes, as policies know them.
fn times<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, manner: Manner, second: i64) -> Speller<'_> {
    let array = array.as_primitive::<T>();
    quoted(manner, move |row, out| {
        let time: i64 = array.value(row).into();
        let minutes = time.div_euclid(60 * second);
        put(out, format_args!("{:02}:{:02}", minutes.div_euclid(60), minutes.rem_euclid(60)))?;
        match (time.rem_euclid(60 * second), manner.purpose) {
            (0, _) => Ok(()),
            (rest, For::Copy) => put(out, format_args!(":{:02}", rest / second)),
            (_, For::Facts) => Err("a time of day has no seconds".to_owned()),
        }
    })
}

/// Moments, in RFC 3339; those without a zone without an offset.
fn moments<T: ArrowPrimitiveType<Native = i64>>(
    array: &dyn Array,
    manner: Manner,
    zoned: bool,
    second: i64,
) -> Speller<'_> {
    let array = array.as_primitive::<T>();
    quoted(manner, move |row, out| {
        let (seconds, rest) = (array.value(row).div_euclid(second), array.value(row).rem_euclid(second));
        let nanoseconds = u32::try_from(rest * (1_000_000_000 / second)).unwrap_or(0);
        let Some(moment) = DateTime::from_timestamp(seconds, nanoseconds) else {
            return Err("the moment is outside the years 0001 to 9999".to_owned());
        };
        let text = moment.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        put(out, if zoned { &text } else { text.trim_end_matches('Z') })
    })
}

/// A date by its days since 1970-01-01.
fn date(days: i32, out: &mut Vec<u8>) -> Result<(), String> {
    let epoch = NaiveDate::default();
    let Some(date) = epoch.checked_add_signed(chrono::TimeDelta::days(i64::from(days))) else {
        return Err("the date is outside the years 0001 to 9999".to_owned());
    };
    put(out, format_args!("{:04}-{:02}-{:02}", date.year(), date.month(), date.day()))
}

fn text<'a>(manner: Manner, value: impl Fn(usize) -> &'a str + 'a) -> Speller<'a> {
    if manner.json {
        return Box::new(move |row, out| serde_json::to_writer(out, value(row)).map_err(|error| error.to_string()));
    }
    Box::new(move |row, out| {
        out.extend_from_slice(value(row).as_bytes());
        Ok(())
    })
}

/// A text without anything to escape, in quotes inside JSON.
fn quoted<'a>(manner: Manner, spell: impl Fn(usize, &mut Vec<u8>) -> Result<(), String> + 'a) -> Speller<'a> {
    if !manner.json {
        return Box::new(spell);
    }
    Box::new(move |row, out| {
        out.push(b'"');
        spell(row, out)?;
        out.push(b'"');
        Ok(())
    })
}

fn put(out: &mut Vec<u8>, text: impl Display) -> Result<(), String> {
    write!(out, "{text}").map_err(|error| error.to_string())
}
