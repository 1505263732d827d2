//! Facts in typed slots: what a compiled decision reads instead of values.
//!
//! A slot is a *cell*, a 64-bit number: a member's index, days since 1970-01-01, minutes after midnight, a number scaled to
//! whole hundredths or millionths. Four cells below all others say that there is no number ([`NOT_STATED`], [`UNKNOWN`],
//! [`BEYOND`], [`NONE`]). A set of members of an enum is a row of bits beside its cell.
//!
//! **Invariant:** a value that a slot cannot hold (a text, more decimals than its scale) is [`BEYOND`] it, and taken as unknown.
//! That is sound: what is known of the other facts holds whatever it is (V7), and what is then not decided goes to the
//! interpreter.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::facts::{Facts, Slot};
use crate::program::{FactId, Program};
use crate::value::{EnumId, Type, Value};

/// Nothing is stated: an assumption may fill it in.
pub const NOT_STATED: i64 = i64::MIN;
/// Stated unknown, or a step came to nothing known.
pub const UNKNOWN: i64 = i64::MIN + 1;
/// A value that no cell of this kind holds: as good as unknown here.
pub const BEYOND: i64 = i64::MIN + 2;
/// `none`.
pub const NONE: i64 = i64::MIN + 3;
/// The least cell that is a number.
pub const FIRST: i64 = i64::MIN + 4;

/// Decimals of an amount.
const MONEY_SCALE: u32 = 2;
/// Decimals of a `decimal` fact that a slot holds.
const DECIMAL_SCALE: u32 = 6;
/// The most members of an enum whose sets are kept as bits; countries are 249.
pub const MAX_SET_MEMBERS: usize = 256;

/// Members of an enum, by index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Members(pub(crate) [u64; MAX_SET_MEMBERS / 64]);

impl Members {
    /// Adds a member.
    pub fn insert(&mut self, member: u32) {
        self.0[member as usize / 64] |= 1 << (member % 64);
    }

    pub(crate) fn contains(&self, member: i64) -> bool {
        usize::try_from(member)
            .ok()
            .and_then(|member| self.0.get(member / 64).map(|word| word >> (member % 64) & 1 == 1))
            == Some(true)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(crate) fn count(&self) -> i64 {
        self.0.iter().map(|word| i64::from(word.count_ones())).sum()
    }

    pub(crate) fn overlaps(&self, other: &Members) -> bool {
        self.0.iter().zip(&other.0).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn within(&self, other: &Members) -> bool {
        self.0.iter().zip(&other.0).all(|(a, b)| a & !b == 0)
    }

    pub(crate) fn with(mut self, other: &Members) -> Members {
        self.0.iter_mut().zip(&other.0).for_each(|(a, b)| *a |= b);
        self
    }

    /// Returns the member, if there is just one.
    pub(crate) fn only(self) -> Option<u32> {
        let mut members = self.iter();
        members.next().filter(|_| members.next().is_none())
    }

    fn iter(self) -> impl Iterator<Item = u32> {
        (0..MAX_SET_MEMBERS as u32).filter(move |&member| self.contains(i64::from(member)))
    }
}

/// What the cells of a slot or of a computed value stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 0 is no, 1 is yes.
    YesNo,
    /// The index of a member.
    Member(EnumId),
    /// Days since 1970-01-01.
    Date,
    /// Minutes after midnight.
    Time,
    /// A number times ten to the power of this: integers, months, days 0, amounts 2, decimals 6.
    Number(u32),
    /// A set of members: the cell is 0, the members stand beside it.
    Set(EnumId),
}

impl Kind {
    /// Returns how values of a type are kept, if they can be.
    pub(crate) fn of(program: &Program, ty: &Type) -> Option<Kind> {
        match ty {
            Type::YesNo => Some(Kind::YesNo),
            Type::Integer | Type::Months | Type::Days | Type::Minutes => Some(Kind::Number(0)),
            Type::Money(_) => Some(Kind::Number(MONEY_SCALE)),
            Type::Decimal => Some(Kind::Number(DECIMAL_SCALE)),
            Type::Date => Some(Kind::Date),
            Type::Time => Some(Kind::Time),
            Type::Enum(id) => Some(Kind::Member(*id)),
            Type::Set(inner) => match **inner {
                Type::Enum(id) if program.enum_type(id).members.len() <= MAX_SET_MEMBERS => Some(Kind::Set(id)),
                _ => None,
            },
            // A yes/no that may be none has three values; few policies have one, and they go to the interpreter.
            Type::Optional(inner) if **inner == Type::YesNo => None,
            Type::Optional(inner) => Kind::of(program, inner).filter(|kind| !matches!(kind, Kind::Set(_))),
            Type::Instant | Type::Period | Type::Text | Type::List(_) | Type::Record(_) => None,
        }
    }

    /// Returns the cell of a value, [`BEYOND`] for one it cannot hold.
    pub(crate) fn cell(self, value: &Value) -> i64 {
        match (self, value) {
            (_, Value::None) => NONE,
            (Kind::YesNo, Value::Bool(yes)) => i64::from(*yes),
            (Kind::Member(id), Value::Member(of, index)) if *of == id => i64::from(*index),
            (Kind::Date, Value::Date(date)) => day_number(*date),
            (Kind::Time, Value::Time(minutes)) => i64::from(*minutes),
            (Kind::Number(scale), Value::Number(number)) => scaled(*number, scale).unwrap_or(BEYOND),
            _ => BEYOND,
        }
    }

    /// Returns the value of a cell that is one.
    pub(crate) fn value(self, cell: i64, members: &Members) -> Option<Value> {
        match (self, cell) {
            (_, NONE) => Some(Value::None),
            (_, NOT_STATED | UNKNOWN | BEYOND) => None,
            (Kind::YesNo, cell) => Some(Value::Bool(cell == 1)),
            (Kind::Member(id), cell) => Some(Value::Member(id, u32::try_from(cell).ok()?)),
            (Kind::Date, cell) => date_of(cell).map(Value::Date),
            (Kind::Time, cell) => Some(Value::Time(u16::try_from(cell).ok()?)),
            (Kind::Number(scale), cell) => Some(Value::Number(Decimal::new(cell, scale).normalize())),
            (Kind::Set(id), _) => Some(Value::set(members.iter().map(|member| Value::Member(id, member)))),
        }
    }
}

/// Returns the bits of a set of members of an enum.
pub(crate) fn members_of(id: EnumId, value: &Value) -> Option<Members> {
    let Value::Set(all) = value else { return None };
    let mut members = Members::default();
    for member in all.iter() {
        match member {
            Value::Member(of, index) if *of == id && (*index as usize) < MAX_SET_MEMBERS => members.insert(*index),
            _ => return None,
        }
    }
    Some(members)
}

/// Days since 1970-01-01.
pub fn day_number(date: NaiveDate) -> i64 {
    i64::from(date.to_epoch_days())
}

/// The date of a number of days since 1970-01-01, if chrono has it.
pub(crate) fn date_of(day: i64) -> Option<NaiveDate> {
    NaiveDate::from_epoch_days(i32::try_from(day).ok()?)
}

/// Returns a number in units of ten to the power of minus `scale`, if it has no more decimals and fits.
pub(crate) fn scaled(number: Decimal, scale: u32) -> Option<i64> {
    let factor = Decimal::from(10i64.checked_pow(scale)?);
    let scaled = number.checked_mul(factor)?;
    let cell = if scaled.fract().is_zero() { scaled.to_i64()? } else { return None };
    (cell >= FIRST).then_some(cell)
}

/// A fact in its slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Typed {
    /// The fact.
    pub fact: FactId,
    /// What its cell stands for.
    pub kind: Kind,
    /// Whether its bounds, or its kind, keep its cells within 32 bits.
    pub narrow: bool,
}

impl Typed {
    /// Returns the slot of a fact, if a slot can hold it.
    pub(crate) fn of(program: &Program, id: FactId) -> Option<Typed> {
        let fact = program.fact(id);
        let kind = Kind::of(program, &fact.ty)?;
        let fits = |value: &Value| i32::try_from(kind.cell(value)).is_ok();
        let narrow = match kind {
            Kind::Number(_) => fact.within.as_ref().is_some_and(|(least, greatest)| fits(least) && fits(greatest)),
            _ => true,
        };
        Some(Typed { fact: id, kind, narrow })
    }
}

/// The facts that compiled decisions read, each in its slot. Facts that no slot can hold, lists and texts, are not here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Layout {
    /// By slot.
    pub slots: Vec<Typed>,
}

impl Layout {
    /// Returns the slot of a fact.
    pub fn slot(&self, fact: FactId) -> Option<usize> {
        self.slots.iter().position(|slot| slot.fact == fact)
    }

    /// Makes a row about which nothing is stated.
    pub fn row(&self) -> Row {
        Row { cells: vec![NOT_STATED; self.slots.len()], sets: vec![Members::default(); self.slots.len()] }
    }
}

/// One applicant in typed slots.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Row {
    /// By slot.
    pub cells: Vec<i64>,
    /// By slot; only those of sets count.
    pub sets: Vec<Members>,
}

impl Row {
    /// States what is stated of an applicant; what was there is gone.
    pub fn read(&mut self, layout: &Layout, facts: &Facts) {
        for (slot, typed) in layout.slots.iter().enumerate() {
            self.state(slot, typed.kind, facts.get(typed.fact));
        }
    }

    /// States one fact.
    pub fn state(&mut self, slot: usize, kind: Kind, stated: &Slot) {
        self.cells[slot] = match (stated, kind) {
            (Slot::NotStated, _) => NOT_STATED,
            (Slot::StatedUnknown, _) => UNKNOWN,
            (Slot::Given(value), Kind::Set(id)) => match members_of(id, value) {
                Some(members) => {
                    self.sets[slot] = members;
                    0
                }
                None => BEYOND,
            },
            (Slot::Given(value), kind) => kind.cell(value),
        };
    }
}
