//! The enums that need no declaration: `country` and `weekday`.

use crate::program::{EnumType, Member};

/// ISO 3166-1 alpha-2, the 249 officially assigned codes (ISO 3166 Maintenance Agency, 2024).
const COUNTRIES: &str = "\
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI \
    BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN \
    CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK \
    FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM \
    HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN \
    KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK \
    ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP \
    NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW \
    SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF \
    TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI \
    VN VU WF WS YE YT ZA ZM ZW \
";

/// Days of the week, monday first as in ISO 8601.
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Returns `country` and `weekday`, in the order of their ids.
pub(crate) fn built_in_enums() -> Vec<EnumType> {
    let member = |name: &str| (name.to_string(), Member { label: None, written: name.to_string() });
    let enum_type = |name: &str, members| EnumType { name: name.to_string(), label: None, open: false, members };
    vec![
        enum_type("country", COUNTRIES.split_whitespace().map(member).collect()),
        enum_type("weekday", WEEKDAYS.iter().copied().map(member).collect()),
    ]
}

/// Says what to write for a country that is no ISO 3166-1 alpha-2 code.
pub(crate) fn hint(wrong: &str) -> String {
    let known = [
        ("USA", "US"),
        ("UK", "GB"),
        ("CAN", "CA"),
        ("MEX", "MX"),
        ("FRA", "FR"),
        ("IND", "IN"),
        ("CHN", "CN"),
        ("SPM", "PM"),
        ("EN", "GB"),
    ];
    if let Some(code) = COUNTRIES.split_whitespace().find(|code| code.eq_ignore_ascii_case(wrong)) {
        return format!("did you mean `{code}`? countries are written in capitals");
    }
    match known.iter().find(|(written, _)| written.eq_ignore_ascii_case(wrong)) {
        Some((_, code)) => format!("did you mean `{code}`? countries are ISO 3166-1 codes of two letters"),
        None => "countries are ISO 3166-1 codes of two letters: `CA`, `US`, `PM`".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_249_countries() {
        assert_eq!(built_in_enums()[0].members.len(), 249);
    }
}
