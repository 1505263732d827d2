//! Texts, numbers and dates written as elsewhere: what each says, and what was meant.

use chrono::NaiveDate;

use super::*;

impl<'t> Builder<'t> {
    /// Reports a text without its end and returns it.
    pub(super) fn unclosed_text(&mut self, text: &str, span: Span) -> String {
        let open = Span { end: span.start + 1, ..span };
        let text = text.trim_end();
        self.error(Code::STRING, open, "this text has no end on its line", "opened here", format!("write `{text}\"`"));
        literals::unescape(text.trim_start_matches('"'))
    }

    /// Reports typographic quotes and returns the text inside.
    pub(super) fn curly_text(&mut self, text: &str, span: Span) -> String {
        let content = text.trim_matches(|c| "“”„«»‘’".contains(c));
        self.error(
            Code::STRING,
            span,
            "texts stand in plain quotes",
            "typographic quotes",
            format!("write `\"{content}\"`"),
        );
        content.to_owned()
    }

    /// Reports `1,250`, `18.`, `5 %`, `$1250` and builds what was meant.
    pub(super) fn mistaken_number(&mut self, node: Node<'t>) -> ExprKind {
        let span = self.tight(&node);
        let written = self.text(span);
        match node.as_rule() {
            Rule::oops_thousands => {
                let plain = plain_amount(&written);
                self.error(
                    Code::NUMBER,
                    span,
                    format!("`{written}` can be one number or two"),
                    "",
                    format!("write `{plain}`, or a blank after the comma for two numbers"),
                );
                ExprKind::Number(self.decimal(&plain, span))
            }
            Rule::oops_half_number => {
                self.error(Code::NUMBER, span, "a number starts with a digit", "", format!("write `0{written}`"));
                ExprKind::Number(self.decimal(&format!("0{written}"), span))
            }
            Rule::oops_percent => {
                let plain = written.replace(' ', "");
                self.error(Code::NUMBER, span, "`%` stands right after its number", "", format!("write `{plain}`"));
                ExprKind::Percent(self.decimal(plain.trim_end_matches('%'), span))
            }
            Rule::oops_sign_after | Rule::oops_sign_before => {
                let digits: String = written.chars().filter(|c| c.is_ascii_digit() || ".,".contains(*c)).collect();
                let plain = plain_amount(&digits);
                let code: String = written.chars().filter(char::is_ascii_uppercase).collect();
                let code = match () {
                    () if code.len() == 3 => code,
                    () if written.contains('€') => "EUR".to_owned(),
                    () if written.contains('£') => "GBP".to_owned(),
                    () => "CAD".to_owned(),
                };
                let doubt = if written.contains('$') { ": many countries have a dollar" } else { "" };
                self.error(
                    Code::NUMBER,
                    span,
                    format!("an amount is a number and its currency{doubt}"),
                    "",
                    format!("write `{plain} {code}`"),
                );
                ExprKind::Money(self.decimal(&plain, span), Spanned::new(code, span))
            }
            _ => self.mistaken_digits(&written, span),
        }
    }

    /// Reports `18.`, `12mo`.
    fn mistaken_digits(&mut self, written: &str, span: Span) -> ExprKind {
        let digits: String = written.chars().take_while(char::is_ascii_digit).collect();
        let rest = written[digits.len()..].to_ascii_lowercase();
        let number = self.decimal(&digits, span);
        let unit = match rest.as_str() {
            "d" | "day" | "days" => Some(("days", Unit::Days)),
            "w" | "wk" | "week" | "weeks" => Some(("weeks", Unit::Weeks)),
            "m" | "mo" | "mos" | "month" | "months" => Some(("months", Unit::Months)),
            "y" | "yr" | "yrs" | "year" | "years" => Some(("years", Unit::Years)),
            "h" | "hr" | "hrs" | "hour" | "hours" => Some(("hours", Unit::Hours)),
            "min" | "mins" | "minute" | "minutes" => Some(("minutes", Unit::Minutes)),
            _ => None,
        };
        if let Some((word, unit)) = unit {
            self.error(Code::UNIT, span, format!("`{written}` is no duration"), "", format!("write `{digits} {word}`"));
            return ExprKind::Duration(Box::new(Expr { kind: ExprKind::Number(number), span }), unit);
        }
        if rest.len() == 3 && written[digits.len()..].bytes().all(|b| b.is_ascii_uppercase()) {
            let currency = written[digits.len()..].to_owned();
            self.error(
                Code::NUMBER,
                span,
                format!("`{written}` is no amount"),
                "",
                format!("write `{digits} {currency}`"),
            );
            return ExprKind::Money(number, Spanned::new(currency, span));
        }
        let help = if rest == "." {
            format!("write `{digits}` or `{digits}.0`")
        } else {
            format!("write `{digits}`, or a name that starts with a letter")
        };
        self.error(Code::NUMBER, span, format!("`{written}` is no number"), "", help);
        ExprKind::Number(number)
    }

    /// Reports a day that does not exist and returns the nearest real one.
    pub(super) fn unreal_date(&mut self, written: &str, span: Span) -> NaiveDate {
        let numbers: Vec<u32> = written.split(['-', '/', 'T']).filter_map(|part| part.parse().ok()).collect();
        let (year, month, day) = match numbers.as_slice() {
            &[year, month, day, ..] => (year as i32, month, day),
            _ => (1, 1, 1),
        };
        let (found, nearest) = match (month, day) {
            (1..=12, 1..) => ("this month is shorter", last_day(year, month)),
            (13.., 1..=12) => (
                "there are 12 months",
                NaiveDate::from_ymd_opt(year, day, month).or(NaiveDate::from_ymd_opt(year, 12, day)),
            ),
            (1..=12, 0) => ("days start at 1", NaiveDate::from_ymd_opt(year, month, 1)),
            _ => ("there are 12 months", NaiveDate::from_ymd_opt(year, 12, day.clamp(1, 31))),
        };
        let nearest = nearest.unwrap_or(NaiveDate::MIN);
        let help = match month {
            13.. if nearest.format("%Y-%d-%m").to_string() == written => {
                format!("write `{nearest}`, if day and month are swapped")
            }
            _ => format!("the nearest real day is `{nearest}`"),
        };
        self.error(Code::DATE, span, format!("{written} is no day"), found, help);
        nearest
    }

    /// Reports `24/12/2024`, `2024-1-5` and returns the day that was meant.
    pub(super) fn mistaken_date(&mut self, written: &str, span: Span) -> NaiveDate {
        let parts: Vec<&str> = written.split(['/', '-', 'T']).collect();
        let number = |index: usize| parts.get(index).and_then(|part| part.parse::<u32>().ok()).unwrap_or(1);
        if written.contains('T') {
            self.error(
                Code::DATE,
                span,
                format!("`{written}` names no zone"),
                "",
                format!("write `{}Z`, or an offset such as `-05:00`", written.trim_end_matches(':')),
            );
            return NaiveDate::from_ymd_opt(number(0) as i32, number(1), number(2)).unwrap_or(NaiveDate::MIN);
        }
        if parts[0].len() == 4 {
            let (year, month, day) = (number(0) as i32, number(1), number(2));
            let padded = format!("{year:04}-{month:02}-{day:02}");
            match NaiveDate::from_ymd_opt(year, month, day) {
                Some(date) => {
                    self.error(
                        Code::DATE,
                        span,
                        format!("`{written}` is no date"),
                        "year-month-day, with two digits each",
                        format!("write `{padded}`"),
                    );
                    date
                }
                None => self.unreal_date(&padded, span),
            }
        } else {
            let (first, second, year) = (number(0), number(1), number(2) as i32);
            let day_first = NaiveDate::from_ymd_opt(year, second, first);
            let month_first = NaiveDate::from_ymd_opt(year, first, second);
            let help = match (day_first, month_first) {
                (Some(a), Some(b)) if a != b => format!("write `{a}` or `{b}`: it can be read both ways"),
                (Some(a), _) | (None, Some(a)) => format!("write `{a}`"),
                (None, None) => "write year-month-day as in `2024-12-24`".to_owned(),
            };
            self.error(Code::DATE, span, format!("`{written}` is no date"), "dates are year-month-day", help);
            day_first.or(month_first).unwrap_or(NaiveDate::MIN)
        }
    }

    /// Reports `Dec 24, 2024`, `24 Dec 2024`.
    pub(super) fn mistaken_month_name(&mut self, node: &Node<'t>) -> NaiveDate {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let span = self.tight(node);
        let (mut year, mut month, mut day) = (1, 1, 1);
        for part in inner(node.clone()) {
            let text = part.as_str();
            match part.as_rule() {
                Rule::month_name => {
                    month = MONTHS.iter().position(|name| text.starts_with(name)).map_or(1, |index| index as u32 + 1)
                }
                Rule::number | Rule::day_number => day = text.parse().unwrap_or(1),
                Rule::year => year = text.parse().unwrap_or(1),
                _ => {}
            }
        }
        match NaiveDate::from_ymd_opt(year, month, day) {
            Some(date) => {
                let written = self.text(span);
                self.error(
                    Code::DATE,
                    span,
                    format!("`{written}` is no date"),
                    "dates are year-month-day",
                    format!("write `{date}`"),
                );
                date
            }
            None => self.unreal_date(&format!("{year:04}-{month:02}-{day:02}"), span),
        }
    }
}

/// Returns the last day of a month.
fn last_day(year: i32, month: u32) -> Option<NaiveDate> {
    (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

/// Writes `1,250` as `1250`, `1.250,00` as `1250.00`.
fn plain_amount(text: &str) -> String {
    match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => text.replace('.', "").replace(',', "."),
        _ => text.replace(',', ""),
    }
}
