//! The calendar in whole numbers: days since 1970-01-01, and months counted from the March of a year far back.
//!
//! With years that begin in March the leap day is the last of its year, so that one formula serves every month
//! (<https://howardhinnant.github.io/date_algorithms.html>).

use super::dialect::Dialect;
use super::expr::{Sql, all, call, case, int};
use super::layers::Layers;
use crate::compile::day_number;
use crate::syntax::ast::Rounding;

/// Days of 400 years.
const ERA: i64 = 146_097;
/// How many times 400 years are added so that no day counted is negative: 288,000 years, more than chrono goes back.
const ERAS: i64 = 720;
/// From the first day counted to 1970-01-01.
const SHIFT: i64 = 719_468 + ERAS * ERA;

/// The first and last day of the years that outcomes and facts lie in, 0001-01-01 and 9999-12-31.
pub(crate) const CIVIL: (i64, i64) = (-719_162, 2_932_896);

/// The first and last day that the interpreter's calendar has.
pub(crate) fn calendar() -> (i64, i64) {
    (day_number(chrono::NaiveDate::MIN), day_number(chrono::NaiveDate::MAX))
}

/// A month and a day in it.
#[derive(Debug, Clone)]
pub(crate) struct Civil {
    /// Months counted from the first March.
    pub(crate) month: Sql,
    /// 1 for the first.
    pub(crate) day: Sql,
}

/// Makes calendar columns.
pub(crate) struct Calendar<'l> {
    pub(crate) layers: &'l mut Layers,
    pub(crate) dialect: Dialect,
}

impl Calendar<'_> {
    fn column(&mut self, sql: Sql) -> Sql {
        self.layers.column(sql)
    }

    fn divided(&mut self, a: Sql, by: i64) -> Sql {
        self.dialect.divide(a, int(by))
    }

    /// The month and day of a date.
    pub(crate) fn civil(&mut self, days: &Sql) -> Civil {
        let shifted = self.column(days.clone().plus(int(SHIFT)));
        let era = self.divided(shifted.clone(), ERA);
        let era = self.column(era);
        let of_era = self.column(shifted.minus(int(ERA).times(era.clone())));
        let leap = |calendar: &mut Self, by| calendar.divided(of_era.clone(), by);
        let (four, hundred, whole) = (leap(self, 1_460), leap(self, 36_524), leap(self, 146_096));
        let year = self.divided(of_era.clone().minus(four).plus(hundred).minus(whole), 365);
        let year = self.column(year);
        let (four, hundred) = (self.divided(year.clone(), 4), self.divided(year.clone(), 100));
        let of_year = self.column(of_era.minus(int(365).times(year.clone()).plus(four).minus(hundred)));
        let month = self.divided(int(5).times(of_year.clone()).plus(int(2)), 153);
        let month = self.column(month);
        let before = self.divided(int(153).times(month.clone()).plus(int(2)), 5);
        let day = self.column(of_year.minus(before).plus(int(1)));
        let month = self.column(int(12).times(int(400).times(era).plus(year)).plus(month));
        Civil { month, day }
    }

    /// The first day of a month.
    pub(crate) fn first(&mut self, month: &Sql) -> Sql {
        let month = self.column(month.clone());
        let year = self.divided(month.clone(), 12);
        let year = self.column(year);
        let of_year = self.column(month.minus(int(12).times(year.clone())));
        let (four, hundred) = (self.divided(year.clone(), 4), self.divided(year.clone(), 100));
        let whole = self.divided(year.clone(), 400);
        let before = self.divided(int(153).times(of_year).plus(int(2)), 5);
        let days = int(365).times(year).plus(four).minus(hundred).plus(whole).plus(before);
        self.column(days.minus(int(SHIFT)))
    }

    /// A date plus months: a missing day becomes the last of its month, or the first of the next.
    pub(crate) fn add_months(&mut self, days: &Sql, months: Sql, rounding: Rounding) -> Sql {
        let civil = self.civil(days);
        let month = self.column(civil.month.plus(months));
        let (first, next) = (self.first(&month), self.first(&month.plus(int(1))));
        let limit = if rounding == Rounding::Up { next } else { next.minus(int(1)) };
        call("LEAST", vec![first.plus(civil.day).minus(int(1)), limit])
    }

    /// The last day of the month of a date.
    pub(crate) fn end_of_month(&mut self, days: &Sql) -> Sql {
        let civil = self.civil(days);
        self.first(&civil.month.plus(int(1))).minus(int(1))
    }

    /// The largest n such that `from` plus n times `unit` months is not after `to`.
    pub(crate) fn months_between(&mut self, from: &Sql, to: &Sql, rounding: Rounding, unit: i64) -> Sql {
        let (a, b) = (self.civil(from), self.civil(to));
        let apart = self.column(b.month.clone().minus(a.month));
        let steps = match unit {
            1 => apart.clone(),
            _ => {
                // More years than there are, so that what is divided is not negative.
                let years = ERAS * 400 * 2;
                let steps = self.divided(apart.clone().plus(int(years * unit)), unit);
                steps.minus(int(years))
            }
        };
        let steps = self.column(steps);
        // In the month of `to` the day decides; a day that its month lacks is its last, or past it.
        let mut over = vec![apart.eq(int(unit).times(steps.clone())), a.day.gt(b.day)];
        if rounding == Rounding::Down {
            let last = self.first(&b.month.plus(int(1))).minus(int(1));
            over.push(to.clone().ne(last));
        }
        steps.minus(case(vec![(all(over), int(1))], int(0)))
    }

    /// The day of the week, 0 for monday.
    pub(crate) fn weekday(&mut self, days: &Sql) -> Sql {
        // 1970-01-01 was a thursday; a multiple of 7 keeps it from being negative.
        let shifted = self.column(days.clone().plus(int(3 + 7 * ERAS * ERA)));
        let weeks = self.divided(shifted.clone(), 7);
        shifted.minus(int(7).times(weeks))
    }
}
