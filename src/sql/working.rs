//! Working days of a calendar, without a table of days: a day is counted by its week, and holidays by where they fall.

use chrono::Datelike;

use super::dialect::Dialect;
use super::expr::{Sql, all, case, int, sum};
use super::layers::Layers;
use super::refuse::{ENGINE, Refusal};
use crate::compile::day_number;
use crate::program::Calendar;

/// A monday far back, in days since 1970-01-01: 1,000 years of 365.2425 days and some before 0001-01-01.
const MONDAY: i64 = 4 - 7 * 156_000;

/// The n-th working day after a day (before it, for a negative n), and the condition that the calendar covers every day walked.
pub(crate) fn add(
    layers: &mut Layers,
    dialect: Dialect,
    calendar: &Calendar,
    day: &Sql,
    count: i64,
) -> Result<(Sql, Sql), Refusal> {
    let (first, last) = (day_number(calendar.covers.0), day_number(calendar.covers.1));
    // A day that is not covered is outside the range of what is counted here, and `!` anyway.
    let covered = first - 1..=last + 1;
    if count == 0 {
        return Ok((super::expr::truth(true), day.clone()));
    }
    let week: Vec<i64> = (0..7).filter(|day| !calendar.weekend.contains(&(*day as u32))).collect();
    if week.is_empty() || count.abs() > last - first {
        return Err(Refusal::new("more working days than the calendar has", ENGINE));
    }
    let held = case(
        vec![
            (day.clone().lt(int(*covered.start())), int(*covered.start())),
            (day.clone().gt(int(*covered.end())), int(*covered.end())),
        ],
        day.clone(),
    );
    // Counted up to and with the day itself, or for a walk back, up to the day before.
    let held = layers.column(if count > 0 { held } else { held.minus(int(1)) });
    let shifted = layers.column(held.clone().minus(int(MONDAY)));
    let weeks = layers.column(dialect.divide(shifted.clone(), int(7)));
    let weekday = layers.column(shifted.minus(int(7).times(weeks.clone())));
    let per_week = week.len() as i64;
    let begun = sum(week.iter().map(|of| case(vec![(weekday.clone().ge(int(*of)), int(1))], int(0))).collect());
    let weekdays = layers.column(weeks.times(int(per_week)).plus(begun));
    // Holidays on other days of the week: each by how many of these days there are up to it, and how many of them work.
    let index = |day: chrono::NaiveDate| {
        let shifted = day_number(day) - MONDAY;
        let weekday = i64::from(day.weekday().num_days_from_monday());
        shifted.div_euclid(7) * per_week + week.iter().filter(|of| **of <= weekday).count() as i64
    };
    let weekend = |day: &chrono::NaiveDate| calendar.weekend.contains(&day.weekday().num_days_from_monday());
    let holidays: Vec<i64> = calendar.holidays.iter().filter(|day| !weekend(day)).map(|day| index(*day)).collect();
    let passed = sum(holidays.iter().map(|at| case(vec![(weekdays.clone().ge(int(*at)), int(1))], int(0))).collect());
    let back = if count > 0 { count } else { count + 1 };
    let passed = layers.column(passed);
    let wanted = layers.column(weekdays.minus(passed).plus(int(back)));
    let before = holidays
        .iter()
        .enumerate()
        .map(|(number, at)| case(vec![(wanted.clone().gt(int(at - number as i64 - 1)), int(1))], int(0)));
    let reached = layers.column(wanted.clone().plus(sum(before.collect())).minus(int(1)));
    let weeks = layers.column(dialect.divide(reached.clone(), int(per_week)));
    let rest = reached.minus(int(per_week).times(weeks.clone()));
    let rest = layers.column(rest);
    let weekday =
        case(week.iter().enumerate().map(|(at, of)| (rest.clone().eq(int(at as i64)), int(*of))).collect(), int(0));
    let result = layers.column(weeks.times(int(7)).plus(weekday).plus(int(MONDAY)));
    // The walk begins beside the day and ends on the result.
    let inside = if count > 0 {
        all(vec![day.clone().ge(int(first - 1)), result.clone().le(int(last))])
    } else {
        all(vec![day.clone().le(int(last + 1)), result.clone().ge(int(first))])
    };
    Ok((layers.column(inside), result))
}
