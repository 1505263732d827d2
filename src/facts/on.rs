//! The day or moment on which somebody is decided about.

use chrono::{DateTime, FixedOffset};

use super::{Facts, Slot};
use crate::load::time::{read_date, read_instant_at};
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, FactId};
use crate::syntax::ast::On;
use crate::value::Value;

/// States the day, and the moment if one is given (T10).
pub fn set_on(facts: &mut Facts, on: On) {
    for (fact, slot) in stated_on(on) {
        facts.set(fact, slot);
    }
}

/// What is stated by the day, and by the moment if one is given.
pub(crate) fn stated_on(on: On) -> impl Iterator<Item = (FactId, Slot)> {
    let (date, time) = match on {
        On::Date(date) => (date, None),
        On::Instant(instant) => (instant.date_naive(), Some(Slot::Given(Value::Instant(instant.to_utc())))),
    };
    let time = time.map(|time| (EVALUATION_TIME, time));
    std::iter::once((EVALUATION_DATE, Slot::Given(Value::Date(date)))).chain(time)
}

/// Reads a day, `2024-12-24`, or a moment with its offset, `2024-12-24T23:59-05:00`.
pub fn read_on(text: &str) -> Result<On, String> {
    if text.contains('T') {
        let instant: DateTime<FixedOffset> = read_instant_at(text)?;
        return Ok(On::Instant(instant));
    }
    read_date(text).map(On::Date)
}
