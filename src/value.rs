//! Types and values: what facts, expressions and decisions are.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use unicode_normalization::UnicodeNormalization;

/// Index of an enum in a program; the built-in ones come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnumId(pub u32);

impl EnumId {
    /// `country`: ISO 3166-1 alpha-2.
    pub const COUNTRY: EnumId = EnumId(0);
    /// `weekday`: monday to sunday.
    pub const WEEKDAY: EnumId = EnumId(1);
}

/// Index of a record type in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub u32);

/// A currency: three capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(pub [u8; 3]);

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|&byte| write!(f, "{}", byte as char))
    }
}

/// A static type.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Type {
    /// `yes/no`.
    YesNo,
    /// `integer`, 64 bits.
    Integer,
    /// `decimal`, exact to 28 digits.
    Decimal,
    /// `money CAD`.
    Money(Currency),
    /// A civil date.
    Date,
    /// A time of day.
    Time,
    /// A moment.
    Instant,
    /// A number of calendar months.
    Months,
    /// A number of days.
    Days,
    /// Hours and minutes: added to instants only.
    Minutes,
    /// Whole days from a first to an end that may be open.
    Period,
    /// Text, compared by code point after NFC.
    Text,
    /// An enum.
    Enum(EnumId),
    /// A set of a type that is no set, list, record or optional.
    Set(Box<Type>),
    /// A list of records.
    List(RecordId),
    /// A record.
    Record(RecordId),
    /// `T or none`.
    Optional(Box<Type>),
}

impl Type {
    /// Returns the type without `or none`.
    pub fn required(&self) -> &Type {
        match self {
            Type::Optional(inner) => inner,
            other => other,
        }
    }

    /// Whether it is `… or none`.
    pub fn is_optional(&self) -> bool {
        matches!(self, Type::Optional(_))
    }

    /// Returns the type with `or none`.
    pub fn optional(self) -> Type {
        match self {
            Type::Optional(_) => self,
            other => Type::Optional(Box::new(other)),
        }
    }

    /// Whether `<` orders its values.
    pub fn is_ordered(&self) -> bool {
        matches!(
            self,
            Type::Integer
                | Type::Decimal
                | Type::Money(_)
                | Type::Date
                | Type::Time
                | Type::Instant
                | Type::Months
                | Type::Days
                | Type::Minutes
        )
    }
}

/// A value. Its type is known from where it stands: an amount does not carry its currency.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Value {
    /// Absent, of a `T or none`.
    None,
    /// `yes`, `no`.
    Bool(bool),
    /// An integer, decimal, amount, or a number of months, days or minutes. Equal by value: 1.0 is 1.
    Number(Decimal),
    /// A civil date.
    Date(NaiveDate),
    /// Minutes after midnight, 0 to 1440.
    Time(u16),
    /// A moment.
    Instant(DateTime<Utc>),
    /// Text in NFC; also the value of an open enum that is no member.
    Text(Arc<str>),
    /// A member of an enum by its index.
    Member(EnumId, u32),
    /// A set.
    Set(Arc<BTreeSet<Value>>),
    /// Whole days from `start` up to `end`, which is excluded; `None` is open.
    Period {
        /// The first day.
        start: NaiveDate,
        /// The first day after it.
        end: Option<NaiveDate>,
    },
    /// A record: its fields in declared order. A field that is not stated is unknown.
    Record(Arc<[Evaluated]>),
    /// A list of records (or, from `collect`, of outputs).
    List(Arc<[Value]>),
}

impl Value {
    /// Makes a set.
    pub fn set(members: impl IntoIterator<Item = Value>) -> Value {
        Value::Set(Arc::new(members.into_iter().collect()))
    }

    /// Makes a text, in NFC: texts are compared by code point (V11).
    pub fn text(text: &str) -> Value {
        Value::Text(text.nfc().collect::<String>().into())
    }

    /// Makes a whole number.
    pub fn integer(number: i64) -> Value {
        Value::Number(Decimal::from(number))
    }
}

/// What an expression comes to: `y n` and other values, `?`, or `!` (SEMANTICS of V1 to V6).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Evaluated {
    /// A value.
    Value(Value),
    /// Not known: it depends on facts that are not stated.
    Unknown,
    /// An error value: it counts only where the result depends on it.
    Error(Fault),
}

impl Evaluated {
    /// `y`.
    pub const YES: Evaluated = Evaluated::Value(Value::Bool(true));
    /// `n`.
    pub const NO: Evaluated = Evaluated::Value(Value::Bool(false));

    /// Whether it is `y`.
    pub fn is_yes(&self) -> bool {
        matches!(self, Evaluated::Value(Value::Bool(true)))
    }

    /// Whether it is `n`.
    pub fn is_no(&self) -> bool {
        matches!(self, Evaluated::Value(Value::Bool(false)))
    }

    /// Returns the value, if there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            Evaluated::Value(value) => Some(value),
            _ => None,
        }
    }
}

impl From<bool> for Evaluated {
    fn from(yes: bool) -> Self {
        Evaluated::Value(Value::Bool(yes))
    }
}

/// An error value: what went wrong and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fault {
    /// What went wrong.
    pub kind: FaultKind,
    /// The innermost clause, definition or rule around it ([`crate::program::OriginId`] as a number), if known.
    pub origin: Option<u32>,
}

/// What can go wrong while evaluating.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FaultKind {
    /// A number needs more than 28 digits, or an integer more than 64 bits.
    Overflow,
    /// Division by zero.
    DivisionByZero,
    /// A date outside 0001-01-01 to 9999-12-31.
    DateRange,
    /// A parameter, scale or dated set without a value on that day.
    NoValue,
    /// A calendar does not cover that day.
    NoCalendar,
    /// No row of a table matches and it has no `otherwise`.
    NoRow,
    /// Rows of a table match that may not match together.
    RowsDisagree,
    /// `min`, `max`, `earliest` or `latest` of nothing.
    Empty,
    /// A period that ends before it starts.
    Period,
    /// An outcome with parts of a cent.
    PartOfCent,
    /// A used decision whose rules conflict.
    Conflict,
    /// A used decision that no rule decides and that has no `otherwise`.
    NoRule,
    /// A used decision outside its time.
    NotInForce,
    /// A value that is `none` is used: a guard beside it decides (V5), so this never counts.
    Absent,
    /// The moment inside a boundary's day is needed for a day other than that of the run.
    Moment,
}

impl FaultKind {
    /// Returns what went wrong, in words, lower case and without a full stop.
    pub fn text(self) -> &'static str {
        match self {
            FaultKind::Overflow => "the number is too large",
            FaultKind::DivisionByZero => "division by zero",
            FaultKind::DateRange => "the date is outside 0001-01-01 to 9999-12-31",
            FaultKind::NoValue => "there is no value on that day",
            FaultKind::NoCalendar => "the calendar does not cover that day",
            FaultKind::NoRow => "no row of the table matches",
            FaultKind::RowsDisagree => "rows of the table that may not match together do",
            FaultKind::Empty => "nothing to choose from",
            FaultKind::Period => "the period ends before it starts",
            FaultKind::PartOfCent => "an outcome has parts of a cent: round it first",
            FaultKind::Conflict => "rules conflict",
            FaultKind::NoRule => "no rule decides",
            FaultKind::NotInForce => "the used decision has no value outside its time",
            FaultKind::Absent => "a value that is none is used",
            FaultKind::Moment => "the moment inside that day is not known",
        }
    }
}
