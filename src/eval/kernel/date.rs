//! Calendar arithmetic on civil dates and instants.
//!
//! Dates may leave the years 1 to 9999 inside an expression, within what chrono holds; outcomes may not
//! ([`super::outcome`]).

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Applied;
use super::number::whole;
use crate::program::Calendar;
use crate::syntax::ast::Rounding;
use crate::value::{EnumId, FaultKind, Value};

/// Returns the date in a value.
pub(crate) fn date(value: &Value) -> Result<NaiveDate, FaultKind> {
    match value {
        Value::Date(date) => Ok(*date),
        _ => Err(FaultKind::NoValue),
    }
}

fn instant(value: &Value) -> Result<DateTime<Utc>, FaultKind> {
    match value {
        Value::Instant(instant) => Ok(*instant),
        _ => Err(FaultKind::NoValue),
    }
}

fn in_range<T>(result: Option<T>) -> Result<T, FaultKind> {
    result.ok_or(FaultKind::DateRange)
}

/// Adds months. A missing day becomes the last of its month, or the first of the next. Where no rounding is named it
/// cannot matter (checked at load).
pub(crate) fn add_months(day: &Value, months: &Value, rounding: Option<Rounding>) -> Applied {
    let months = whole(months).map_err(|_| FaultKind::DateRange)?;
    let rounding = rounding.unwrap_or(Rounding::Down);
    in_range(step(date(day)?, months, rounding)).map(|date| Value::Date(date).into())
}

/// Returns `day` plus `months`, rounded.
pub(crate) fn step(day: NaiveDate, months: i64, rounding: Rounding) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    // chrono takes the last day of a month for a missing one: rounding down.
    let down = if months < 0 { day.checked_sub_months(count)? } else { day.checked_add_months(count)? };
    match rounding {
        Rounding::Up if down.day() < day.day() => down.succ_opt(),
        _ => Some(down),
    }
}

/// `months from a to b`, `age(a, b)`: how many units of so many months.
pub(crate) fn months_between(from: &Value, to: &Value, rounding: Rounding, unit: i64) -> Applied {
    Ok(Value::integer(months(date(from)?, date(to)?, rounding, unit)?).into())
}

/// Returns the largest n such that `from` plus n times `unit` months is not after `to`: negative when `to` is before
/// `from`, as *the largest n* says (from 15 March to 20 January are -2 months: 15 January is not after the 20th).
pub(crate) fn months(from: NaiveDate, to: NaiveDate, rounding: Rounding, unit: i64) -> Result<i64, FaultKind> {
    let months = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    // Months are stepped by month, so the answer is this estimate or one less; rounding up may reach the first of the next
    // month, which is why the estimate starts one higher.
    let mut count = (months(to) - months(from)).div_euclid(unit) + 1;
    loop {
        match step(from, count * unit, rounding) {
            Some(reached) if reached <= to => return Ok(count),
            // Beyond the calendar in front of `to` there is nothing; chrono's range is 262,000 years.
            None if count * unit < months(to) - months(from) - 2 * unit => return Err(FaultKind::DateRange),
            _ => count -= 1,
        }
    }
}

/// Adds days.
pub(crate) fn add_days(day: &Value, days: &Value) -> Applied {
    let days = whole(days).map_err(|_| FaultKind::DateRange)?;
    let count = Days::new(days.unsigned_abs());
    let day = date(day)?;
    let reached = if days < 0 { day.checked_sub_days(count) } else { day.checked_add_days(count) };
    in_range(reached).map(|date| Value::Date(date).into())
}

/// Returns the n-th working day after (or, for a negative n, before) a day. Zero leaves the day as it is. Every day walked
/// must be one the calendar covers.
pub(crate) fn add_business_days(calendar: &Calendar, day: &Value, days: &Value) -> Applied {
    let mut left = whole(days).map_err(|_| FaultKind::NoCalendar)?;
    let mut day = date(day)?;
    let (first, last) = calendar.covers;
    // Terminates: each step moves one day towards an end of what the calendar covers.
    while left != 0 {
        let next = if left > 0 { day.succ_opt() } else { day.pred_opt() };
        day = in_range(next)?;
        if day < first || day > last {
            return Err(FaultKind::NoCalendar);
        }
        let weekend = calendar.weekend.contains(&day.weekday().num_days_from_monday());
        if !weekend && calendar.holidays.binary_search(&day).is_err() {
            left -= left.signum();
        }
    }
    Ok(Value::Date(day).into())
}

/// Adds minutes to an instant.
pub(crate) fn add_minutes(moment: &Value, minutes: &Value) -> Applied {
    let minutes = whole(minutes).map_err(|_| FaultKind::DateRange)?;
    let reached = TimeDelta::try_minutes(minutes).and_then(|delta| instant(moment).ok()?.checked_add_signed(delta));
    in_range(reached).map(|instant| Value::Instant(instant).into())
}

/// `days from a to b`: positive when `b` is later.
pub(crate) fn days_between(from: &Value, to: &Value) -> Applied {
    Ok(Value::integer(date(to)?.signed_duration_since(date(from)?).num_days()).into())
}

/// `weekday of d`.
pub(crate) fn weekday_of(day: &Value) -> Applied {
    Ok(Value::Member(EnumId::WEEKDAY, date(day)?.weekday().num_days_from_monday()).into())
}

/// `end of month d`: its last day.
pub(crate) fn end_of_month(day: &Value) -> Applied {
    in_range(last_of_month(date(day)?)).map(|date| Value::Date(date).into())
}

/// Returns the last day of a day's month.
pub(crate) fn last_of_month(day: NaiveDate) -> Option<NaiveDate> {
    // The first of a month always exists, and one month on from it the next has begun.
    day.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt()
}

/// `end of day d in "Z"`: the midnight that ends it. Where clocks skip midnight, the first moment of the next day.
pub(crate) fn end_of_day(day: &Value, zone: Tz) -> Applied {
    let next = in_range(date(day)?.succ_opt())?;
    let mut local = next.and_time(NaiveTime::MIN);
    // Gaps end within a few hours; the longest on record, Samoa's in 2011, is the whole of one day.
    for _ in 0..=4 * 24 {
        if let Some(instant) = zone.from_local_datetime(&local).earliest() {
            return Ok(Value::Instant(instant.with_timezone(&Utc)).into());
        }
        local = in_range(local.checked_add_signed(TimeDelta::minutes(15)))?;
    }
    Err(FaultKind::DateRange)
}

/// `date of t in "Z"`.
pub(crate) fn date_of(moment: &Value, zone: Tz) -> Applied {
    Ok(Value::Date(instant(moment)?.with_timezone(&zone).date_naive()).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::kernel::fault;
    use crate::value::Evaluated;
    use proptest::prelude::*;

    fn d(text: &str) -> Value {
        Value::Date(text.parse().expect("a date"))
    }

    fn plus(day: &str, months: i64, rounding: Rounding) -> Evaluated {
        add_months(&d(day), &Value::integer(months), Some(rounding)).into()
    }

    fn is(text: &str) -> Evaluated {
        Evaluated::Value(d(text))
    }

    fn count(from: &str, to: &str, rounding: Rounding, unit: i64) -> Evaluated {
        months_between(&d(from), &d(to), rounding, unit).into()
    }

    fn n(number: i64) -> Evaluated {
        Evaluated::Value(Value::integer(number))
    }

    #[test]
    fn g13_each_month_step_rounds() {
        assert_eq!(plus("2024-01-31", 1, Rounding::Down), is("2024-02-29"));
        assert_eq!(plus("2024-02-29", 1, Rounding::Down), is("2024-03-29"));
        assert_eq!(plus("2024-01-31", 2, Rounding::Down), is("2024-03-31"));
        assert_eq!(plus("2024-01-31", 1, Rounding::Up), is("2024-03-01"));
        assert_eq!(plus("2024-03-31", -1, Rounding::Down), is("2024-02-29"));
        assert_eq!(plus("2024-03-31", -1, Rounding::Up), is("2024-03-01"));
        assert_eq!(
            plus("9999-12-31", 12, Rounding::Up),
            Evaluated::Value(Value::Date(NaiveDate::from_ymd_opt(10000, 12, 31).unwrap()))
        );
        assert_eq!(plus("2024-01-31", i64::MAX, Rounding::Up), fault(FaultKind::DateRange));
    }

    #[test]
    fn months_from_a_to_b_is_the_largest_n_not_after_b() {
        assert_eq!(count("2024-01-31", "2024-02-29", Rounding::Down, 1), n(1));
        assert_eq!(count("2024-01-31", "2024-02-29", Rounding::Up, 1), n(0));
        assert_eq!(count("2024-01-31", "2024-03-01", Rounding::Up, 1), n(1));
        assert_eq!(count("2024-03-15", "2024-01-20", Rounding::Down, 1), n(-2));
        assert_eq!(count("2024-03-15", "2024-01-15", Rounding::Down, 1), n(-2));
        assert_eq!(count("2024-03-15", "2024-01-14", Rounding::Down, 1), n(-3));
        assert_eq!(count("2024-03-31", "2024-03-30", Rounding::Down, 1), n(-1));
    }

    #[test]
    fn age_of_someone_born_on_a_leap_day_follows_the_rounding() {
        assert_eq!(count("2004-02-29", "2022-02-27", Rounding::Down, 12), n(17));
        assert_eq!(count("2004-02-29", "2022-02-28", Rounding::Down, 12), n(18));
        assert_eq!(count("2004-02-29", "2022-02-28", Rounding::Up, 12), n(17));
        assert_eq!(count("2004-02-29", "2022-03-01", Rounding::Up, 12), n(18));
        assert_eq!(count("2004-02-29", "2004-02-28", Rounding::Up, 12), n(-1));
    }

    #[test]
    fn business_days_skip_weekends_and_holidays_and_never_leave_the_calendar() {
        let day = |text: &str| text.parse().expect("a date");
        let calendar = Calendar {
            name: "canada".into(),
            weekend: vec![5, 6],
            holidays: vec![day("2024-12-25"), day("2024-12-26"), day("2025-01-01")],
            covers: (day("2024-01-01"), day("2025-01-31")),
        };
        let plus =
            |from: &str, days: i64| Evaluated::from(add_business_days(&calendar, &d(from), &Value::integer(days)));
        assert_eq!(plus("2024-12-20", 1), is("2024-12-23"));
        assert_eq!(plus("2024-12-24", 1), is("2024-12-27"));
        assert_eq!(plus("2024-12-24", 4), is("2025-01-02"));
        assert_eq!(plus("2025-01-02", -1), is("2024-12-31"));
        assert_eq!(plus("2024-12-21", 0), is("2024-12-21"));
        assert_eq!(plus("2025-01-31", 1), fault(FaultKind::NoCalendar));
        assert_eq!(plus("2024-01-01", -1), fault(FaultKind::NoCalendar));
    }

    #[test]
    fn a_day_ends_at_its_zone_s_midnight() {
        let end = |text: &str, zone: Tz| Evaluated::from(end_of_day(&d(text), zone));
        let at = |text: &str| Evaluated::Value(Value::Instant(text.parse().expect("an instant")));
        assert_eq!(end("2024-02-29", chrono_tz::America::Toronto), at("2024-03-01T05:00:00Z"));
        assert_eq!(end("2024-12-24", chrono_tz::UTC), at("2024-12-25T00:00:00Z"));
        // Clocks went from 24:00 straight to 01:00.
        assert_eq!(end("2018-11-03", chrono_tz::America::Sao_Paulo), at("2018-11-04T03:00:00Z"));
        // Samoa had no 30 December 2011.
        assert_eq!(end("2011-12-29", chrono_tz::Pacific::Apia), at("2011-12-30T10:00:00Z"));
    }

    #[test]
    fn weekdays_and_ends_of_months() {
        assert_eq!(Evaluated::from(weekday_of(&d("2024-12-24"))), Evaluated::Value(Value::Member(EnumId::WEEKDAY, 1)));
        assert_eq!(Evaluated::from(end_of_month(&d("2024-02-03"))), is("2024-02-29"));
        assert_eq!(Evaluated::from(end_of_month(&d("9999-12-03"))), is("9999-12-31"));
        assert_eq!(Evaluated::from(days_between(&d("2024-12-25"), &d("2024-12-24"))), n(-1));
    }

    /// Days of a month by the rule, not by a library.
    fn month_length(year: i64, month: i64) -> i64 {
        match month {
            2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// The definition, with years, months and days as plain numbers.
    fn by_hand((year, month, day): (i64, i64, i64), months: i64, rounding: Rounding) -> (i64, i64, i64) {
        let total = year * 12 + (month - 1) + months;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
        match rounding {
            _ if day <= month_length(year, month) => (year, month, day),
            Rounding::Down => (year, month, month_length(year, month)),
            Rounding::Up if month == 12 => (year + 1, 1, 1),
            Rounding::Up => (year, month + 1, 1),
        }
    }

    fn any_day() -> impl Strategy<Value = (i64, i64, i64)> {
        (1600i64..2400, 1i64..=12, 1i64..=31)
            .prop_map(|(year, month, day)| (year, month, day.min(month_length(year, month))))
    }

    fn any_rounding() -> impl Strategy<Value = Rounding> {
        prop_oneof![Just(Rounding::Down), Just(Rounding::Up)]
    }

    fn date_value((year, month, day): (i64, i64, i64)) -> Value {
        Value::Date(NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32).expect("a date"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn adding_months_follows_the_definition(day in any_day(), months in -2000i64..2000, rounding in any_rounding()) {
            let got: Evaluated = add_months(&date_value(day), &Value::integer(months), Some(rounding)).into();
            prop_assert_eq!(got, Evaluated::Value(date_value(by_hand(day, months, rounding))));
        }

        #[test]
        fn months_between_is_the_largest_n(from in any_day(), to in any_day(), rounding in any_rounding(), years in any::<bool>()) {
            let unit = if years { 12 } else { 1 };
            let got: Evaluated = months_between(&date_value(from), &date_value(to), rounding, unit).into();
            let mut n = -10_000;
            while by_hand(from, (n + 1) * unit, rounding) <= to {
                n += 1;
            }
            prop_assert_eq!(got, Evaluated::Value(Value::integer(n)));
        }
    }
}
