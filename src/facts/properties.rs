//! What holds of all facts: nothing panics, what is written reads back, the order of keys does not matter.

use proptest::prelude::*;
use serde_json::json;

use super::tests::program;
use super::*;

/// JSON-like text: mostly well formed, sometimes not.
fn jsonish() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        "-?[0-9]{1,4}(\\.[0-9]{0,3})?([eE][+-]?[0-9]{0,3})?",
        "\"[a-z\\\\\"u0-9é]{0,6}\"",
        "[a-z{}\\[\\],:\" ]{0,3}",
    ];
    leaf.prop_recursive(4, 32, 4, |inner| {
        let object = prop::collection::vec(("[a-z]{1,3}", inner.clone()), 0..4).prop_map(|entries| {
            format!(
                "{{{}}}",
                entries.iter().map(|(key, value)| format!("\"{key}\": {value}")).collect::<Vec<_>>().join(",")
            )
        });
        prop_oneof![prop::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(" , "))), object]
    })
}

/// One fact as key and JSON text of its type.
fn stated() -> impl Strategy<Value = (&'static str, String)> {
    let day = (1i32..=9999, 1u32..=12, 1u32..=28).prop_map(|(y, m, d)| format!("{y:04}-{m:02}-{d:02}"));
    let quoted = |text: String| format!("\"{text}\"");
    prop_oneof![
        any::<bool>().prop_map(|yes| ("fit", yes.to_string())),
        (0i64..=120).prop_map(|n| ("AGE", n.to_string())),
        any::<i64>().prop_map(|n| ("unread", n.to_string())),
        (any::<i64>(), 0u32..=28).prop_map(|(n, scale)| ("fee", rust_decimal::Decimal::new(n, scale).to_string())),
        day.clone().prop_map(move |day| ("born", quoted(day))),
        (0u32..1440).prop_map(move |m| ("opens", quoted(format!("{:02}:{:02}", m / 60, m % 60)))),
        day.clone().prop_map(move |day| ("seen", format!("\"{day}T12:30:00.25Z\""))),
        (day.clone(), day)
            .prop_filter_map("a period", |(a, b)| (a <= b).then(|| ("covered", format!("\"{a} until {b}\"")))),
        "\\PC{0,12}".prop_map(|text| ("name", serde_json::Value::from(text).to_string())),
        prop::collection::btree_set(prop::sample::select(vec!["\"US\"", "\"FR\"", "\"IN\""]), 0..3)
            .prop_map(|set| ("citizenships", format!("[{}]", set.into_iter().collect::<Vec<_>>().join(",")))),
        prop::sample::select(vec!["null", "\"2020-01-01\"", "{\"unknown\": true}"])
            .prop_map(|text| ("expires", text.to_owned())),
        prop::sample::select(vec!["[]", "[{}]", "[{\"start\":\"2020-01-01\",\"last\":null},{\"COUNTRY\":\"US\"}]"])
            .prop_map(|text| ("stays", text.to_owned())),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_facts(&program(), &bytes);
    }

    #[test]
    fn no_text_makes_a_value_reader_panic(text in "\\PC{0,24}", digits in "[-+0-9.eE:TZ ]{0,24}") {
        let program = program();
        for fact in &program.facts {
            let _ = read_text(&program, &fact.ty, &text);
            let _ = read_text(&program, &fact.ty, &digits);
            let _ = read_facts(&program, json!({ fact.key.as_str(): text }).to_string());
        }
        let _ = crate::load::time::boundary_cell(&digits);
    }

    #[test]
    fn our_json_is_json(text in jsonish()) {
        prop_assert_eq!(super::parse::parse_json(&text).is_ok(), serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn written_facts_read_back_whatever_the_order_of_keys(entries in prop::collection::btree_map(0..12u8, stated(), 0..12)) {
        let program = program();
        let mut entries: Vec<(&str, String)> = entries.into_values().collect();
        entries.sort();
        entries.dedup_by_key(|entry| entry.0);
        let text = |entries: &[(&str, String)]| format!("{{{}}}", entries.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect::<Vec<_>>().join(","));
        let forward = text(&entries);
        let facts = read_facts(&program, &forward);
        prop_assert!(facts.is_ok(), "{:?} {}", facts, forward);
        entries.reverse();
        prop_assert_eq!(&facts, &read_facts(&program, text(&entries)));
        let facts = facts.expect("checked above");
        let written = write_facts(&program, &facts).to_string();
        prop_assert_eq!(read_facts(&program, &written), Ok(facts), "{}", written);
    }
}
