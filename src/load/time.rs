//! Days and moments in time zones: where versions and dated values start (T4).

use chrono::{DateTime, Datelike, LocalResult, NaiveDate, NaiveTime, TimeZone};
use chrono_tz::Tz;

use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::program::Boundary;
use crate::syntax::ast::{Start, Text};

/// Returns the time zone a text names, by its name in the IANA database: `America/Toronto`, `UTC`.
///
/// Errors: E054, with the nearest name.
pub fn zone(name: &Text) -> Result<Tz, Diagnostic> {
    name.value.parse::<Tz>().map_err(|_| {
        let error = Diagnostic::error(Code::ZONE, name.span, format!("there is no time zone `{}`", name.value));
        let near = did_you_mean(&name.value, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        let city = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).find(|zone| {
            zone.rsplit_once('/').is_some_and(|(_, city)| city.eq_ignore_ascii_case(&name.value.replace(' ', "_")))
        });
        match near.or(city) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("name a zone of the IANA database: `America/Toronto`, `UTC`"),
        }
    })
}

/// Returns the boundary a start names: a day, or the moment of a clock time in its zone.
///
/// Errors: E054 for a zone that does not exist; E014 for a clock time that this day does not have (the clock is put forward
/// over it), or has twice (it is put back), and for `24:00`, which is the next day.
pub fn boundary(start: &Start) -> Result<Boundary, Diagnostic> {
    let day = Boundary { date: start.date, moment: None };
    let Some((minutes, zone_name)) = &start.clock else { return Ok(day) };
    let zone = zone(zone_name)?;
    let clock = format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let error = |message: String| Diagnostic::error(Code::DATE, start.span, message);
    let Some(time) = NaiveTime::from_hms_opt(u32::from(*minutes) / 60, u32::from(*minutes) % 60, 0) else {
        return Err(error(format!("`{clock}` ends {}: it starts nothing on that day", start.date))
            .help("name the next day, without a time"));
    };
    match zone.from_local_datetime(&start.date.and_time(time)) {
        LocalResult::Single(_) if *minutes == 0 => Ok(day),
        LocalResult::Single(moment) => Ok(Boundary { date: start.date, moment: Some(moment.fixed_offset()) }),
        LocalResult::None => Err(error(format!("there is no {clock} on {} in {}", start.date, zone.name()))
            .found("the clock is put forward over it")
            .help("name a time before or after the change of the clock")),
        LocalResult::Ambiguous(first, second) => {
            let offsets = format!("{} and {}", first.format("%:z"), second.format("%:z"));
            Err(error(format!("{clock} comes twice on {} in {}", start.date, zone.name()))
                .found(format!("the clock is put back: {offsets}"))
                .help("name a time before or after the change of the clock, or another zone: `\"UTC\"`"))
        }
    }
}

/// Reads the start or end of a dated row: a day `2024-02-29`, or a moment with its offset `2024-02-29T23:30:00-05:00`.
///
/// The day of a moment is the one at its offset. A moment that starts its day is that day. Errors say what is wrong with the
/// text, as part of a sentence.
pub fn boundary_cell(text: &str) -> Result<Boundary, String> {
    if text.len() <= 10 {
        return Ok(Boundary { date: read_date(text)?, moment: None });
    }
    let moment = read_instant_at(text)?;
    let local = moment.naive_local();
    let starts_day = local.time() == NaiveTime::MIN;
    Ok(Boundary { date: local.date(), moment: (!starts_day).then_some(moment) })
}

/// Reads a day `YYYY-MM-DD` that exists, in the years 0001 to 9999. Errors say what is wrong, as part of a sentence.
pub fn read_date(text: &str) -> Result<NaiveDate, String> {
    let digits =
        |range: std::ops::Range<usize>| text.get(range).filter(|part| part.bytes().all(|b| b.is_ascii_digit()));
    let shaped = text.len() == 10 && text.get(4..5) == Some("-") && text.get(7..8) == Some("-");
    let (true, Some(year), Some(month), Some(day)) = (shaped, digits(0..4), digits(5..7), digits(8..10)) else {
        return Err(format!("`{}` is no date: write `YYYY-MM-DD`", shorten(text)));
    };
    let number = |part: &str| part.bytes().fold(0u32, |sum, b| sum * 10 + u32::from(b - b'0'));
    let (year, month, day) = (number(year), number(month), number(day));
    if year == 0 {
        return Err(format!("the year of `{text}` is outside 0001 to 9999"));
    }
    if !(1..=12).contains(&month) {
        return Err(format!("`{text}` has no month {month:02}"));
    }
    NaiveDate::from_ymd_opt(year as i32, month, day).ok_or_else(|| {
        let next = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        let last = NaiveDate::from_ymd_opt(next.0 as i32, next.1, 1).and_then(|first| first.pred_opt());
        match last {
            Some(last) if day > last.day() => format!("`{text}` does not exist: that month ends on {last}"),
            _ => format!("`{text}` does not exist"),
        }
    })
}

/// Reads a moment in RFC 3339 with its offset; seconds may be left out: `2024-02-29T23:45-05:00`.
pub fn read_instant_at(text: &str) -> Result<DateTime<chrono::FixedOffset>, String> {
    let wrong =
        || format!("`{}` is no instant: write `2024-12-24T23:59:00Z`, or with an offset `-05:00`", shorten(text));
    let (date, rest) = text.split_at_checked(10).ok_or_else(wrong)?;
    let date = read_date(date)?;
    let rest = rest.strip_prefix(['T', 't']).ok_or_else(wrong)?;
    // Chrono reads RFC 3339, which asks for seconds and for `Z` or an offset.
    let with_seconds = match rest.as_bytes() {
        [_, _, b':', _, _, b'Z' | b'z' | b'+' | b'-', ..] => format!("{}:00{}", &rest[..5], &rest[5..]),
        _ => rest.to_owned(),
    };
    if with_seconds.get(6..8) == Some("60") {
        return Err(format!("`{}` has a leap second, which no clock here counts", shorten(text)));
    }
    let moment =
        DateTime::parse_from_rfc3339(&format!("{date}T{}", with_seconds.to_ascii_uppercase())).map_err(|_| wrong())?;
    let utc = moment.naive_utc();
    if !(1..=9999).contains(&utc.year()) {
        return Err(format!("`{}` is outside the years 0001 to 9999", shorten(text)));
    }
    Ok(moment)
}

/// Returns a text as messages quote it: one line of at most 60 characters, without control characters.
pub fn shorten(text: &str) -> String {
    let mut shown: String = text.chars().take(60).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}
