//! The short way from text to slots: plain spellings of plain types, each checked as [`crate::facts`] checks it.
//!
//! What is spelt otherwise, and everything that is wrong, is left to that module, which says what is wrong. So this one may
//! refuse much, and must accept nothing else than that one does, with the same meaning.

use std::collections::HashMap;
use std::fmt;

use chrono::NaiveDate;
use rustc_hash::FxBuildHasher;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::layout::{BEYOND, FIRST, Kind, Layout, Members, NONE, NOT_STATED, Row, UNKNOWN, day_number};
use crate::facts::{MAX_FACTS_BYTES, read_time};
use crate::program::{EnumType, Fact, Program};
use crate::value::{EnumId, Value};

/// The most digits of a number that is read here: those that fit 64 bits whatever they are.
const MAX_DIGITS: usize = 18;

/// A fact as it is spelt.
#[derive(Debug, Clone)]
struct Entry {
    /// Nothing for facts that the decision does not read: they are checked all the same.
    slot: Option<usize>,
    /// Nothing for types and bounds that have no cell.
    kind: Option<Kind>,
    optional: bool,
    least: i64,
    greatest: i64,
}

/// Reads the facts of a program into the rows of a layout.
#[derive(Debug, Clone)]
pub struct Reader {
    keys: HashMap<Box<str>, usize, FxBuildHasher>,
    entries: Vec<Entry>,
    /// By enum; empty for enums of no slot.
    members: Vec<Spelt>,
}

/// The longest text of an open enum that is read here, in bytes.
const MAX_OTHER_BYTES: usize = 64;

/// How data spells the values of an enum.
#[derive(Debug, Clone, Default)]
struct Spelt {
    members: HashMap<Box<str>, u32, FxBuildHasher>,
    /// Of an open enum: names of members that data spells otherwise, which no other value has.
    open: Option<Vec<Box<str>>>,
}

impl Spelt {
    fn new(ty: &EnumType) -> Spelt {
        let members = ty.members.values().zip(0..).map(|(member, index)| (member.written.as_str().into(), index));
        let otherwise = ty.members.iter().filter(|(name, member)| **name != member.written);
        Spelt {
            members: members.collect(),
            open: ty.open.then(|| otherwise.map(|(name, _)| name.as_str().into()).collect()),
        }
    }

    fn member(&self, text: &str) -> Option<u32> {
        self.members.get(text).copied()
    }

    /// The cell of a member, or that of a plain text that an open enum takes and no cell holds.
    fn cell(&self, text: &str) -> Option<i64> {
        let other = || {
            let plain = (1..=MAX_OTHER_BYTES).contains(&text.len())
                && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
            let names = self.open.as_ref()?;
            (plain && names.iter().all(|name| **name != *text)).then_some(BEYOND)
        };
        self.member(text).map(i64::from).or_else(other)
    }
}

impl Reader {
    /// Makes a reader for rows of a layout.
    pub fn new(program: &Program, layout: &Layout) -> Reader {
        let entries: Vec<Entry> = program
            .facts
            .iter()
            .enumerate()
            .map(|(index, fact)| {
                let slot = layout.slots.iter().position(|slot| slot.fact.index() == index);
                Entry::new(program, fact, slot)
            })
            .collect();
        let keys = program.facts.iter().enumerate().map(|(index, fact)| (fact.key.as_str().into(), index)).collect();
        let mut members = vec![Spelt::default(); program.enums.len()];
        for kind in entries.iter().filter_map(|entry| entry.kind) {
            if let Kind::Member(id) | Kind::Set(id) = kind {
                members[id.0 as usize] = Spelt::new(program.enum_type(id));
            }
        }
        Reader { keys, entries, members }
    }

    /// Returns the column of a fact by its key.
    pub fn column(&self, key: &str) -> Option<usize> {
        self.keys.get(key).copied()
    }

    /// Reads a cell of a table, blanks around it taken away, into a row. Returns false where it must be read otherwise.
    pub fn cell(&self, column: usize, text: &str, row: &mut Row) -> bool {
        let entry = &self.entries[column];
        let Some(kind) = entry.kind else { return text.is_empty() };
        let read = match (kind, text) {
            (_, "") => Some((NOT_STATED, None)),
            (Kind::YesNo, "yes" | "true") => Some((1, None)),
            (Kind::YesNo, "no" | "false") => Some((0, None)),
            (Kind::Set(_), "{}") => Some((0, Some(Members::default()))),
            (Kind::Set(_), text) if text.starts_with('[') => {
                let mut json = serde_json::Deserializer::from_str(text);
                let read = Stated { reader: self, kind, optional: false }.deserialize(&mut json).ok();
                read.filter(|_| json.end().is_ok())
            }
            (Kind::Set(id), text) => {
                let mut members = Members::default();
                let mut inserted = 0;
                let known = text.split(';').all(|member| {
                    inserted += 1;
                    self.spelt(id).member(member.trim()).map(|member| members.insert(member)).is_some()
                });
                (known && members.count() == inserted).then_some((0, Some(members)))
            }
            (kind, text) => match (self.scalar(kind, text), text) {
                // Where any text may stand, these words are read with care.
                (Some(BEYOND), text) if matches!(text, "none" | "unknown") || text.starts_with(['{', '[', '"']) => None,
                (Some(cell), _) => Some((cell, None)),
                // A member may be named so.
                (None, _) if matches!(kind, Kind::Member(_)) => None,
                (None, "none") if entry.optional => Some((NONE, None)),
                (None, "unknown") => Some((UNKNOWN, None)),
                (None, _) => None,
            },
        };
        entry.put(read, row)
    }

    /// Reads an object of facts into a row. Returns false where it must be read otherwise; the row then holds anything.
    pub fn json(&self, text: &str, row: &mut Row) -> bool {
        self.json_beside(text, row, &mut |_, _| false)
    }

    /// Reads an object of facts as [`Reader::json`] does, with more in it: each key that is no fact goes to `beside` with what
    /// stands for it, which says whether it may stand there.
    pub fn json_beside<'t>(&self, text: &'t str, row: &mut Row, beside: &mut Beside<'_, 't>) -> bool {
        row.cells.fill(NOT_STATED);
        if text.len() > MAX_FACTS_BYTES {
            return false;
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Object { reader: self, row, beside, seen: [0; SEEN_WORDS] }.deserialize(&mut json);
        read.and_then(|()| json.end()).is_ok()
    }

    fn spelt(&self, id: EnumId) -> &Spelt {
        &self.members[id.0 as usize]
    }

    fn scalar(&self, kind: Kind, text: &str) -> Option<i64> {
        match kind {
            Kind::Member(id) => self.spelt(id).cell(text),
            Kind::Date => day(text),
            Kind::Number(scale) => number(text, scale),
            Kind::Time => read_time(text).ok().map(i64::from),
            Kind::YesNo | Kind::Set(_) => None,
        }
    }
}

impl Entry {
    fn new(program: &Program, fact: &Fact, slot: Option<usize>) -> Entry {
        let kind = Kind::of(program, &fact.ty);
        let bound = |kind: Kind, value: &Value| Some(kind.cell(value)).filter(|&cell| cell >= FIRST);
        let (kind, least, greatest) = match (kind, &fact.within) {
            (Some(kind), Some((least, greatest))) => match (bound(kind, least), bound(kind, greatest)) {
                (Some(least), Some(greatest)) => (Some(kind), least, greatest),
                _ => (None, FIRST, i64::MAX),
            },
            (kind, _) => (kind, FIRST, i64::MAX),
        };
        Entry { slot, kind, optional: fact.ty.is_optional(), least, greatest }
    }

    fn put(&self, read: Option<(i64, Option<Members>)>, row: &mut Row) -> bool {
        let Some((cell, members)) = read else { return false };
        if cell >= FIRST && !(self.least..=self.greatest).contains(&cell) {
            return false;
        }
        if let Some(slot) = self.slot {
            row.cells[slot] = cell;
            members.into_iter().for_each(|members| row.sets[slot] = members);
        }
        true
    }
}

/// `2024-12-24` as a number of days.
fn day(text: &str) -> Option<i64> {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else { return None };
    let number = |digits: &[u8]| {
        digits
            .iter()
            .try_fold(0, |number, digit| Some(number * 10 + u32::from(digit.is_ascii_digit().then_some(digit - b'0')?)))
    };
    let year = number(&[y1, y2, y3, y4]).filter(|&year| year > 0)?;
    let date = NaiveDate::from_ymd_opt(year as i32, number(&[m1, m2])?, number(&[d1, d2])?)?;
    Some(day_number(date))
}

/// `-12.50` in units of ten to the power of minus `scale`: no leading zeros, and no more decimals than that but zeros.
fn number(text: &str, scale: u32) -> Option<i64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').map_or((unsigned, None), |(whole, part)| (whole, Some(part)));
    if whole.is_empty() || part.is_some_and(str::is_empty) {
        return None;
    }
    // Columns of decimals have as many as their widest number.
    let part = part.map(|part| if part.len() > scale as usize { part.trim_end_matches('0') } else { part });
    let decimals = part.map_or(0, str::len);
    if whole.len() + scale as usize > MAX_DIGITS
        || (whole.len() > 1 && whole.starts_with('0'))
        || decimals > scale as usize
    {
        return None;
    }
    let digit = |number: i64, byte: u8| {
        let digit = byte.wrapping_sub(b'0');
        (digit <= 9).then_some(number * 10 + i64::from(digit))
    };
    let number = whole.bytes().chain(part.unwrap_or("").bytes()).try_fold(0, digit)?;
    let number = number * 10i64.pow(scale - decimals as u32);
    Some(if unsigned.len() < text.len() { -number } else { number })
}

/// Facts seen in an object are bits of so many words; a program with more facts is read otherwise.
const SEEN_WORDS: usize = 16;

/// Takes a key that is no fact, and the JSON that stands for it.
pub type Beside<'b, 't> = dyn FnMut(&'t str, &'t str) -> bool + 'b;

struct Object<'r, 'b, 'de> {
    reader: &'r Reader,
    row: &'r mut Row,
    beside: &'r mut Beside<'b, 'de>,
    seen: [u64; SEEN_WORDS],
}

impl<'de> DeserializeSeed<'de> for Object<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of facts")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&str>()? {
            let otherwise = || A::Error::custom("read otherwise");
            let Some(column) = self.reader.column(key) else {
                let json: &RawValue = map.next_value()?;
                if (self.beside)(key, json.get()) {
                    continue;
                }
                return Err(otherwise());
            };
            let word = self.seen.get_mut(column / 64).ok_or_else(otherwise)?;
            if std::mem::replace(word, *word | 1 << (column % 64)) >> (column % 64) & 1 == 1 {
                return Err(otherwise());
            }
            let entry = &self.reader.entries[column];
            let kind = entry.kind.ok_or_else(otherwise)?;
            let read = map.next_value_seed(Stated { reader: self.reader, kind, optional: entry.optional })?;
            if !entry.put(Some(read), self.row) {
                return Err(otherwise());
            }
        }
        Ok(())
    }
}

struct Stated<'r> {
    reader: &'r Reader,
    kind: Kind,
    optional: bool,
}

impl<'de> DeserializeSeed<'de> for Stated<'_> {
    type Value = (i64, Option<Members>);

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        match self.kind {
            // Numbers are read from their digits; amounts and decimals may stand in quotes.
            Kind::Number(scale) => {
                let text = <&RawValue as serde::Deserialize>::deserialize(json)?.get();
                let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|_| scale > 0);
                let cell = match text {
                    "null" if self.optional => Some(NONE),
                    text => number(quoted.unwrap_or(text), scale),
                };
                cell.map(|cell| (cell, None)).ok_or_else(|| D::Error::custom("read otherwise"))
            }
            _ => json.deserialize_any(self),
        }
    }
}

impl<'de> Visitor<'de> for Stated<'_> {
    type Value = (i64, Option<Members>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fact")
    }

    fn visit_bool<E: Error>(self, yes: bool) -> Result<Self::Value, E> {
        match self.kind {
            Kind::YesNo => Ok((i64::from(yes), None)),
            _ => Err(E::custom("read otherwise")),
        }
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        match self.kind {
            Kind::Member(_) | Kind::Date | Kind::Time => {
                let cell = self.reader.scalar(self.kind, text);
                cell.map(|cell| (cell, None)).ok_or_else(|| E::custom("read otherwise"))
            }
            _ => Err(E::custom("read otherwise")),
        }
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        if self.optional { Ok((NONE, None)) } else { Err(E::custom("read otherwise")) }
    }

    /// `{"unknown": true}`.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        match (map.next_entry::<&str, bool>()?, map.next_key::<&str>()?) {
            (Some(("unknown", true)), None) => Ok((UNKNOWN, None)),
            _ => Err(A::Error::custom("read otherwise")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let otherwise = || A::Error::custom("read otherwise");
        let Kind::Set(id) = self.kind else { return Err(otherwise()) };
        let (mut members, mut count) = (Members::default(), 0);
        while let Some(text) = seq.next_element::<&str>()? {
            members.insert(self.reader.spelt(id).member(text).ok_or_else(otherwise)?);
            count += 1;
        }
        if members.count() == count { Ok((0, Some(members))) } else { Err(otherwise()) }
    }
}
