//! What facts files may say, and every way they can be wrong.

use serde_json::json;

use super::schema::{csv_header, empty_facts, facts_read, json_schema};
use super::*;
use crate::load::{Folder, load};
use crate::lower::lower;
use crate::program::{Fact, PolicyId};
use crate::value::Type;

const LIBRARY: &str = r#"library facts
enum lmia { positive, pending, no_lmia written "none" }
enum port open { douglas, blaine }
record stay { start "first day": date, last: date or none, where: country written "COUNTRY" }
fact fit "fit to work": yes/no ask "Fit?"
fact age_years "age": integer within 0..120 typical 30 written "AGE"
fact rate: decimal within 0..1
fact fee: money CAD
fact born: date
fact opens: time
fact seen: instant
fact covered: period
fact name: text
fact nickname: text or none
fact status: lmia
fact old_status: lmia or none
fact place: port
fact home: country or none
fact start_day: weekday
fact citizenships: set of country
fact ports: set of port
fact stays: list of stay
fact last_stay: stay
fact expires: date or none
fact unread: integer
"#;

const POLICY: &str = r#"policy p "P" effective from 2020-01-01
use facts
decision ok: yes/no = all of {
    fit, age_years > 17, rate < 0.5, fee < 100.00 CAD, born < 2020-01-01, opens < 24:00, seen < 2020-01-01T00:00:00Z,
    born in covered, name is "x", nickname is none, status is positive,
    old_status is none, place is douglas, home is none, start_day is monday, US in citizenships, douglas in ports, stays is empty,
    last_stay.where is US, expires is none,
}
"#;

/// Returns the program of these two files, lowered once.
pub(super) fn program() -> Program {
    static PROGRAM: std::sync::LazyLock<Program> = std::sync::LazyLock::new(lower_files);
    PROGRAM.clone()
}

fn lower_files() -> Program {
    let files = [("facts.enact", LIBRARY), ("p/2020-01-01.enact", POLICY)];
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let loaded = load(&Folder { name: String::new(), files });
    let lowered = lower(&loaded);
    let errors: Vec<_> =
        loaded.diagnostics.iter().chain(&lowered.diagnostics).filter(|found| found.is_error()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let mut program = lowered.program;
    // Facts of the types `months` and `days`.
    let unread = program.facts.last().expect("facts").clone();
    for (name, ty) in [("permit_months", Type::Months), ("waited", Type::Days)] {
        program.facts.push(Fact { name: name.into(), key: name.into(), ty, within: None, ..unread.clone() });
    }
    program
}

/// Reads facts; each error as `code pointer message (help)`.
fn errors(text: &str) -> Vec<String> {
    let show = |error: &FactsError| {
        let help = error.help().map_or(String::new(), |help| format!(" ({help})"));
        let pointer = error.pointer().map_or(String::new(), |pointer| format!("{pointer} "));
        format!("{} {pointer}{error}{help}", error.code().number)
    };
    read_facts(&program(), text).err().unwrap_or_default().iter().map(show).collect()
}

/// Reads one fact, as it is written back.
fn read_one(key: &str, value: &str) -> Result<serde_json::Value, String> {
    let program = program();
    match read_facts(&program, format!("{{\"{key}\": {value}}}")) {
        Ok(facts) => Ok(write_facts(&program, &facts)[key].clone()),
        Err(errors) => Err(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
    }
}

fn type_of(program: &Program, fact: &str) -> Type {
    program.fact(program.find_fact(fact).expect("a fact")).ty.clone()
}

#[test]
fn every_type_is_read_and_written_back() {
    let program = program();
    let text = r#"{"evaluation_date":"2024-12-24","evaluation_time":"2024-12-24T10:00:00Z","fit":true,"AGE":30,"rate":0.25,"fee":99.50,
        "born":"2000-02-29","opens":"24:00","seen":"2019-12-31T23:59:59Z",
        "covered":"2024-01-01 until 2025-01-01","name":"Ünal","nickname":null,"status":"none","old_status":"pending",
        "place":"elsewhere","home":"CA","start_day":"monday","citizenships":["FR","US"],"ports":["x","blaine"],
        "stays":[{"start":"2024-01-01","last":null,"COUNTRY":"US"},{"start":"2024-02-01"}],"last_stay":{},"expires":null,"permit_months":12,"waited":30}"#;
    let facts = read_facts(&program, text).expect("these facts are good");
    let expected: serde_json::Value = serde_json::from_str(text).expect("this is JSON");
    assert_eq!(write_facts(&program, &facts), expected);
}

#[test]
fn a_fact_is_given_none_not_stated_or_stated_unknown() {
    let program = program();
    let facts =
        read_facts(&program, r#"{"fit": {"unknown": true}, "expires": null, "born": "2000-01-01"}"#).expect("good");
    let slot = |name: &str| facts.get(program.find_fact(name).expect("a fact")).clone();
    assert_eq!(slot("fit"), Slot::StatedUnknown);
    assert_eq!(slot("expires"), Slot::Given(Value::None));
    assert_eq!(slot("rate"), Slot::NotStated);
    assert!(errors(r#"{"fit": {"unknown": false}}"#)[0].contains("an object with the key `unknown` that is not"));
    assert_eq!(errors("{}"), [""; 0]);
    assert_eq!(errors("\u{feff}{}"), [""; 0]);
}

#[test]
fn all_errors_are_reported_with_their_place() {
    assert_eq!(
        errors(
            r#"{"fit": "yes", "age_years": 3, "AGE": "30", "brn": "2000-01-01", "ok": true, "born": null, "status": null,
            "citizenships": "US", "stays": {"start": "2024-01-01"}, "last_stay": {"strat": 1, "where": "US"}, "a/b~c": 1}"#
        ),
        [
            "E083 /fit `fit` is text, it takes `true` or `false` (write `true`, without quotes)",
            "E081 /age_years no policy declares a fact `age_years` (facts files spell it `AGE`)",
            "E083 /AGE `AGE` is text, it takes a whole number (write `30`, without quotes)",
            "E081 /brn no policy declares a fact `brn` (did you mean `born`?)",
            "E081 /ok no policy declares a fact `ok` (`ok` is decided or derived, not stated)",
            "E084 /born `born` cannot be none: its type is `date`, without `or none` \
             (leave the key out, or write `{\"unknown\": true}`, where it is not known)",
            "E084 /status `status` cannot be none: its type is `lmia`, without `or none` (`\"none\"`, as text, is one of its values)",
            "E083 /citizenships `citizenships` is text, it takes an array (write `[\"US\"]`)",
            "E083 /stays `stays` is an object, it takes an array (put the object into `[` and `]`)",
            "E081 /last_stay/strat `stay` has no field `strat` (did you mean `start`?)",
            "E081 /last_stay/where `stay` has no field `where` (facts files spell it `COUNTRY`)",
            "E081 /a~1b~0c no policy declares a fact `a/b~c`",
        ]
    );
}

#[test]
fn a_key_stands_once_at_any_depth() {
    assert_eq!(
        errors(
            r#"{"fit": true, "fit": false, "stays": [{"start": "2024-01-01", "start": "2024-01-02"}], "f\u0069t": true}"#
        ),
        [
            "E082 /fit the key `fit` stands twice in one object (keep one of them)",
            "E082 /stays/0/start the key `start` stands twice in one object (keep one of them)",
            "E082 /fit the key `fit` stands twice in one object (keep one of them)",
        ]
    );
}

#[test]
fn sets_and_lists_are_given_whole() {
    assert_eq!(
        errors(r#"{"citizenships": ["US", "FR", "US"]}"#),
        ["E083 /citizenships/2 `US` stands twice in `citizenships`"]
    );
    assert_eq!(errors(r#"{"citizenships": ["US", null]}"#).len(), 1);
    assert!(errors(r#"{"citizenships": [{"unknown": true}]}"#)[0].contains("no member of a set is unknown"));
    assert!(errors(r#"{"stays": [{"unknown": true}]}"#)[0].contains("no element of it is unknown"));
    assert_eq!(
        errors(r#"{"stays": [{"start": {"unknown": true}}], "citizenships": {"unknown": true}, "ports": []}"#),
        [""; 0]
    );
}

#[test]
fn members_are_spelt_as_written() {
    assert_eq!(read_one("status", "\"none\""), Ok(json!("none")));
    assert_eq!(errors(r#"{"status": "no_lmia"}"#), ["E083 /status `no_lmia` is no `lmia` (facts spell it `none`)"]);
    assert_eq!(errors(r#"{"status": "positiv"}"#), ["E083 /status `positiv` is no `lmia` (did you mean `positive`?)"]);
    assert_eq!(
        errors(r#"{"status": "x"}"#),
        ["E083 /status `x` is no `lmia` (write one of `positive`, `pending`, `none`)"]
    );
    assert_eq!(read_one("start_day", "\"mon\""), Ok(json!("monday")));
    assert!(errors(r#"{"start_day": "Mon"}"#)[0].starts_with("E083 /start_day `Mon` is no `weekday`"));
    assert!(errors(r#"{"home": "us"}"#)[0].contains("did you mean `US`?"));
    assert!(errors(r#"{"home": "USA"}"#)[0].starts_with("E083 /home `USA` is no `country`"));
    assert_eq!(read_one("place", "\"\\u0065\\u0301lan\""), Ok(json!("élan")), "open enums take any text, in NFC");
}

#[test]
fn numbers_keep_every_digit() {
    for (key, good) in [
        ("AGE", "120"),
        ("AGE", "1.2e2"),
        ("AGE", "30.0"),
        ("unread", "-9223372036854775808"),
        ("rate", "0.1"),
        ("rate", "1e-28"),
    ] {
        assert!(read_one(key, good).is_ok(), "{good}: {:?}", read_one(key, good));
    }
    assert_eq!(
        read_one("fee", "1234567890123456789012345678"),
        Ok(serde_json::from_str("1234567890123456789012345678").expect("JSON"))
    );
    assert_eq!(read_one("fee", "\"-0.05\""), Ok(serde_json::from_str("-0.05").expect("JSON")));
    assert!(read_one("rate", "0.10000000000000000000000000000000").is_ok(), "zeros are no digits lost");
    let huge = "9".repeat(100_000);
    for bad in [
        "1e400",
        "1e-400",
        "1e99999999999",
        "0.12345678901234567890123456789",
        "12345678901234567890123456789",
        huge.as_str(),
    ] {
        assert!(
            read_one("fee", bad).is_err_and(|error| error.contains("more than 28 digits")),
            "{}",
            &bad[..bad.len().min(40)]
        );
    }
    assert!(read_one("unread", "9223372036854775808").is_err_and(|error| error.contains("64 bits")));
    assert!(
        read_one("permit_months", "12.5").is_err()
            && read_one("waited", "\"30\"").is_err_and(|error| error.contains("a whole number of days"))
    );
    assert!(read_one("unread", "1.5").is_err_and(|error| error.contains("no whole number")));
    assert!(read_one("AGE", "121").is_err_and(|error| error == "`AGE` is 121, outside 0..120"));
    assert!(read_one("rate", "1.000001").is_err());
    for bad in ["NaN", "-", "01", "1.", ".5", "+1", "0x10", "1_000", "Infinity"] {
        assert!(read_one("fee", bad).is_err_and(|error| error.contains("not JSON")), "{bad}");
    }
    for bad in ["", "1,250", "$5", "5 CAD", "15%", " 5", "٣"] {
        assert!(read_one("fee", &format!("\"{bad}\"")).is_err_and(|error| error.contains("is no number")), "{bad}");
    }
}

#[test]
fn days_times_and_moments_exist() {
    for bad in [
        "2024-02-30",
        "2023-02-29",
        "2024-13-01",
        "2024-00-01",
        "0000-01-01",
        "10000-01-01",
        "2024-1-5",
        "24/12/2024",
        "2024-12-24T00:00:00Z",
        "",
        "２０２４-12-24",
        "-024-12-24",
    ] {
        assert!(read_one("born", &format!("\"{bad}\"")).is_err(), "{bad}");
    }
    assert_eq!(
        read_one("born", "\"2024-02-30\""),
        Err("`2024-02-30` does not exist: that month ends on 2024-02-29".into())
    );
    assert!(read_one("born", "\"9999-12-31\"").is_ok() && read_one("born", "\"0001-01-01\"").is_ok());
    for bad in ["24:01", "25:00", "9:30", "09:60", "0930", "09:30:00", "noon"] {
        assert!(read_one("opens", &format!("\"{bad}\"")).is_err(), "{bad}");
    }
    assert_eq!(read_one("seen", "\"2024-12-24T23:59-05:00\""), Ok(json!("2024-12-25T04:59:00Z")));
    assert_eq!(read_one("seen", "\"2024-12-24T23:59:00.5Z\""), Ok(json!("2024-12-24T23:59:00.500Z")));
    for bad in [
        "2024-12-24T23:59:00",
        "2024-12-24",
        "2024-02-30T00:00:00Z",
        "2016-12-31T23:59:60Z",
        "0001-01-01T00:00:00+05:00",
        "2024-12-24 23:59:00Z",
        "2024-12-24T24:00:00Z",
    ] {
        assert!(read_one("seen", &format!("\"{bad}\"")).is_err(), "{bad}");
    }
}

#[test]
fn periods_are_spelt_as_policies_write_them() {
    assert_eq!(read_one("covered", "\"2024-01-01 through 2024-12-31\""), Ok(json!("2024-01-01 until 2025-01-01")));
    assert_eq!(read_one("covered", "\"2024-01-01 through none\""), Ok(json!("2024-01-01 through none")));
    for bad in
        ["2024-01-01", "2024-01-02 until 2024-01-01", "2024-01-01 through 9999-12-31", "2024-01-01 to 2024-02-01"]
    {
        assert!(read_one("covered", &format!("\"{bad}\"")).is_err(), "{bad}");
    }
}

#[test]
fn what_is_no_json_object_is_refused_at_once() {
    let first = |text: &str| errors(text).into_iter().next().unwrap_or_default();
    assert_eq!(first("{\n  \"fit\": yes\n}"), "E080 the facts are not JSON: write `true` on line 2, column 10");
    assert_eq!(first("{\"é\": 1,}"), "E080 the facts are not JSON: a comma stands before the end on line 1, column 9");
    assert_eq!(first("[]"), "E080 the facts are an array, not an object of facts");
    assert_eq!(first(""), "E080 the facts are not JSON: a value is missing on line 1, column 1");
    assert!(first("{} {}").contains("there is more text after the end"));
    assert!(first(r#"{"name": "\ud800"}"#).contains("an escape that is no character"));
    assert!(first("{\"name\": \"a\nb\"}").contains("a control character or line end inside a text"));
    assert!(first(r#"{"name": "open}"#).contains("a text without its end begins on line 1, column 10"));
    for open in ["[", "{\"a\":", "[[{\"a\":["] {
        assert!(first(&open.repeat(100_000)).contains("stand more than 32 deep"), "{open}");
    }
    let program = program();
    assert_eq!(
        read_facts(&program, vec![b' '; MAX_FACTS_BYTES + 1]),
        Err(vec![FactsError::TooLarge { bytes: MAX_FACTS_BYTES + 1 }])
    );
    assert_eq!(read_facts(&program, b"{\"name\": \"caf\xe9\"}"), Err(vec![FactsError::NotUtf8 { good: 13 }]));
}

#[test]
fn many_errors_are_counted_and_long_ones_cut() {
    let keys: Vec<String> = (0..50_000).map(|n| format!("\"born{n}\":1")).collect();
    let found = errors(&format!("{{{}}}", keys.join(",")));
    assert_eq!(found.len(), 101);
    assert_eq!(found[100], "E080 there are 49900 more errors");
    let members = vec!["\"XX\""; 150_000].join(",");
    assert_eq!(errors(&format!("{{\"citizenships\": [{members}]}}")).len(), 101);
    let long = errors(&format!("{{\"{}\":1, \"born\": \"{}\"}}", "k".repeat(500_000), "v".repeat(500_000)));
    assert!(long.len() == 2 && long.iter().all(|error| error.len() < 300), "{long:?}");
}

#[test]
fn plain_text_is_read_by_type() {
    let program = program();
    let read = |fact: &str, text: &str| {
        let ty = type_of(&program, fact);
        read_text(&program, &ty, text).map(|value| program.value_text(&value, &ty)).map_err(|error| error.to_string())
    };
    assert_eq!(read("fit", " yes "), Ok("yes".into()));
    assert_eq!(read("fit", "false"), Ok("no".into()));
    assert!(read("fit", "Y").is_err());
    assert_eq!(read("expires", "  "), Ok("none".into()));
    assert!(read("born", "").is_err());
    assert_eq!(read("status", "no_lmia"), read("status", "none"));
    assert_eq!(read("start_day", "tue"), Ok("tuesday".into()));
    assert_eq!(read("fee", "12.50"), Ok("12.50 CAD".into()));
    assert!(read("fee", "1e3").is_err() && read("fee", "1,250").is_err() && read("fee", "007").is_err());
    assert_eq!(read("citizenships", "{US, FR}"), Ok("{FR, US}".into()));
    assert_eq!(read("citizenships", "[\"US\"]"), Ok("{US}".into()));
    assert_eq!(read("citizenships", "{}"), Ok("{}".into()));
    assert_eq!(read("citizenships", "{US, US}"), Err("`US` stands twice in the set".into()));
    assert_eq!(read("citizenships", "US"), Err("`US` is no set of country".into()));
    assert_eq!(
        read("last_stay", "{\"start\": \"2024-02-30\"}"),
        Err("/start: `2024-02-30` does not exist: that month ends on 2024-02-29".into())
    );
}

#[test]
fn one_fact_is_set_by_name_or_key() {
    let program = program();
    let set = |assignment: &str| {
        let mut facts = Facts::new(&program);
        set_fact(&program, &mut facts, assignment)
            .map(|()| write_facts(&program, &facts).to_string())
            .map_err(|error| error.to_string())
    };
    assert_eq!(set("age_years=30"), Ok(r#"{"AGE":30}"#.into()));
    assert_eq!(set("AGE = 30"), Ok(r#"{"AGE":30}"#.into()));
    assert_eq!(set("fit=unknown"), Ok(r#"{"fit":{"unknown":true}}"#.into()));
    assert_eq!(set("stays={\"unknown\": true}"), Ok(r#"{"stays":{"unknown":true}}"#.into()));
    assert_eq!(set("expires=none"), Ok(r#"{"expires":null}"#.into()));
    assert_eq!(set("status=none"), Ok(r#"{"status":"none"}"#.into()));
    assert_eq!(set("old_status=none"), Ok(r#"{"old_status":"none"}"#.into()), "a member before the word");
    assert_eq!(set("name=a=b"), Ok(r#"{"name":"a=b"}"#.into()));
    assert_eq!(set("stays=[{\"start\": \"2024-01-01\"}]"), Ok(r#"{"stays":[{"start":"2024-01-01"}]}"#.into()));
    assert!(set("born=none").is_err_and(|error| error.contains("cannot be none")));
    assert!(set("AGE=121").is_err() && set("fit").is_err());
    assert_eq!(set("brn=1"), Err("no policy declares a fact `brn`".into()));
}

#[test]
fn records_spell_values_as_text() {
    let program = program();
    let record = |fact: &str, text: &str| {
        let ty = type_of(&program, fact);
        record_json(&program, &ty, &read_text(&program, &ty, text).expect("a value")).to_string()
    };
    assert_eq!(record("fit", "true"), r#""yes""#);
    assert_eq!(record("age_years", "30"), r#""30""#);
    assert_eq!(record("rate", "0.50"), r#""0.5""#);
    assert_eq!(record("fee", "5.500"), r#""5.50""#);
    assert_eq!(record("expires", ""), r#""none""#);
    assert_eq!(record("status", "no_lmia"), r#""none""#);
    assert_eq!(record("citizenships", "{US, FR}"), r#"["FR","US"]"#);
    assert_eq!(record("last_stay", "{\"last\": null}"), r#"{"last":"none"}"#);
}

#[test]
fn a_policy_tells_which_facts_it_reads() {
    let program = program();
    let policy = PolicyId(0);
    let names: Vec<&str> = facts_read(&program, policy).into_iter().map(|id| program.fact(id).name.as_str()).collect();
    assert_eq!(names[..3], ["evaluation_date", "fit", "age_years"]);
    assert!(!names.contains(&"unread") && !names.contains(&"evaluation_time") && names.contains(&"expires"));
    assert!(csv_header(&program, policy).starts_with("evaluation_date,fit,AGE,rate"));
    let empty = empty_facts(&program, policy);
    assert_eq!(empty["AGE"], json!({"unknown": true}));
    assert!(read_facts(&program, empty.to_string()).is_ok());
}

#[test]
fn the_schema_accepts_what_the_reader_accepts() {
    let program = program();
    let schema = json_schema(&program, PolicyId(0));
    assert_eq!(schema["properties"]["AGE"]["anyOf"][0], json!({"type": "integer", "minimum": 0, "maximum": 120}));
    assert_eq!(schema["properties"]["fit"]["description"], json!("Fit?"));
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let good = [
        r#"{"AGE": 30, "fee": "12.50", "home": null, "start_day": "mon", "covered": "2024-01-01 through none"}"#,
        r#"{"stays": [{"start": "2024-01-01", "last": null}, {"COUNTRY": {"unknown": true}}], "status": "none"}"#,
        r#"{"evaluation_date": {"unknown": true}, "ports": ["anything"], "seen": "2024-12-24T23:59-05:00"}"#,
    ];
    for text in good {
        assert!(read_facts(&program, text).is_ok(), "{text}");
        assert!(validator.is_valid(&serde_json::from_str(text).expect("JSON")), "{text}");
    }
    let bad = [
        r#"{"AGE": 121}"#,
        r#"{"AGE": null}"#,
        r#"{"nothing": 1}"#,
        r#"{"fit": "yes"}"#,
        r#"{"status": "no_lmia"}"#,
        r#"{"citizenships": ["US", "US"]}"#,
        r#"{"stays": [{"strat": 1}]}"#,
        r#"{"fit": {"unknown": false}}"#,
        r#"{"opens": "24:01"}"#,
    ];
    for text in bad {
        assert!(read_facts(&program, text).is_err(), "{text}");
        assert!(!validator.is_valid(&serde_json::from_str(text).expect("JSON")), "{text}");
    }
}
