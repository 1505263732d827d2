//! Ordered types as whole numbers, so that cuts can be searched for by halving.

use chrono::{DateTime, Datelike, NaiveDate};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::value::{Type, Value};

/// How a value of an ordered type is a whole number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Days from year 1.
    Day,
    /// Minutes after midnight.
    Minute,
    /// Seconds of an instant.
    Second,
    /// A number with this many decimals.
    Number(u32),
}

/// The values an unknown fact of an ordered type can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Axis {
    pub(crate) unit: Unit,
    pub(crate) least: i128,
    pub(crate) greatest: i128,
}

/// Decimals told apart in unknown decimal numbers. Facts may have more, but constants that do are not met.
const DECIMALS: u32 = 8;

/// Ends for numbers without bounds: large enough for any amount in a policy, small enough that sums and products of two
/// stay far from 28 digits.
const FAR: i128 = 1_000_000_000_000;

/// Ends for numbers of months, days or minutes that are added to dates: 10,000 years, which the calendar holds.
const FAR_MONTHS: i128 = 120_000;
const FAR_DAYS: i128 = 3_652_059;

impl Axis {
    /// Returns the axis of a type; nothing for types without order. `added` says that it counts months or days added to a
    /// date, whose result must stay within the calendar.
    pub(crate) fn new(ty: &Type, within: Option<&(Value, Value)>, added: bool) -> Option<Axis> {
        let (unit, least, greatest) = match ty.required() {
            Type::Date => {
                let ends = (NaiveDate::from_ymd_opt(1, 1, 1)?, NaiveDate::from_ymd_opt(9999, 12, 31)?);
                (Unit::Day, ends.0.num_days_from_ce().into(), ends.1.num_days_from_ce().into())
            }
            Type::Time => (Unit::Minute, 0, 1440),
            Type::Instant => {
                let ends = (NaiveDate::from_ymd_opt(1, 1, 1)?, NaiveDate::from_ymd_opt(9999, 12, 31)?);
                let second = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
                (Unit::Second, second(ends.0).into(), second(ends.1).into())
            }
            Type::Integer if added => (Unit::Number(0), -FAR_MONTHS, FAR_MONTHS),
            Type::Integer => (Unit::Number(0), -FAR, FAR),
            Type::Months => (Unit::Number(0), -FAR_MONTHS, FAR_MONTHS),
            Type::Days => (Unit::Number(0), -FAR_DAYS, FAR_DAYS),
            Type::Minutes => (Unit::Number(0), -FAR_DAYS * 1440, FAR_DAYS * 1440),
            Type::Money(_) => (Unit::Number(2), -FAR * 100, FAR * 100),
            Type::Decimal => {
                let scale = 10i128.pow(DECIMALS);
                (Unit::Number(DECIMALS), -FAR * scale, FAR * scale)
            }
            _ => return None,
        };
        let mut axis = Axis { unit, least, greatest };
        if let Some((low, high)) = within {
            axis.least = axis.place(low).unwrap_or(least);
            axis.greatest = axis.place(high).unwrap_or(greatest);
        }
        Some(axis)
    }

    /// Returns the value at a place on the axis.
    pub(crate) fn value(&self, place: i128) -> Value {
        match self.unit {
            Unit::Day => {
                let date = i32::try_from(place).ok().and_then(NaiveDate::from_num_days_from_ce_opt);
                date.map_or(Value::None, Value::Date)
            }
            Unit::Minute => Value::Time(place.clamp(0, 1440) as u16),
            Unit::Second => {
                let instant = i64::try_from(place).ok().and_then(|second| DateTime::from_timestamp(second, 0));
                instant.map_or(Value::None, Value::Instant)
            }
            Unit::Number(scale) => {
                Value::Number(Decimal::try_from_i128_with_scale(place, scale).unwrap_or(Decimal::MAX).normalize())
            }
        }
    }

    /// Returns the place of a value, rounded down to one on the axis.
    pub(crate) fn place(&self, value: &Value) -> Option<i128> {
        match (self.unit, value) {
            (Unit::Day, Value::Date(date)) => Some(date.num_days_from_ce().into()),
            (Unit::Minute, Value::Time(minutes)) => Some((*minutes).into()),
            (Unit::Second, Value::Instant(instant)) => Some(instant.timestamp().into()),
            (Unit::Number(scale), Value::Number(number)) => {
                number.checked_mul(Decimal::from(10u64.pow(scale)))?.floor().to_i128()
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_values_belong_to_each_other() {
        let date = Axis::new(&Type::Date, None, false).unwrap();
        assert_eq!(date.value(date.least), Value::Date("0001-01-01".parse().unwrap()));
        assert_eq!(date.value(date.greatest), Value::Date("9999-12-31".parse().unwrap()));
        let bounds = (Value::integer(0), Value::integer(120));
        let age = Axis::new(&Type::Integer, Some(&bounds), false).unwrap();
        assert_eq!((age.least, age.greatest), (0, 120));
        let decimal = Axis::new(&Type::Decimal, None, false).unwrap();
        let half = Value::Number("0.5".parse().unwrap());
        assert_eq!(decimal.value(decimal.place(&half).unwrap()), half);
        assert_eq!(Axis::new(&Type::Text, None, false), None);
    }
}
