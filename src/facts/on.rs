//! The day or moment on which somebody is decided about.

use chrono::{DateTime, FixedOffset};

use super::{Facts, Slot};
use crate::load::time::{read_date, read_instant_at};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME};
use crate::syntax::ast::On;
use crate::value::Value;

/// States the day, and the moment if one is given (T10).
pub fn set_on(facts: &mut Facts, on: On) {
    match on {
        On::Date(date) => facts.set(EVALUATION_DATE, Slot::Given(Value::Date(date))),
        On::Instant(instant) => {
            facts.set(EVALUATION_DATE, Slot::Given(Value::Date(instant.date_naive())));
            facts.set(EVALUATION_TIME, Slot::Given(Value::Instant(instant.to_utc())));
        }
    }
}

/// Reads a day, `2024-12-24`, or a moment with its offset, `2024-12-24T23:59-05:00`.
pub fn read_on(text: &str) -> Result<On, String> {
    if text.contains('T') {
        let instant: DateTime<FixedOffset> = read_instant_at(text)?;
        return Ok(On::Instant(instant));
    }
    read_date(text).map(On::Date)
}
