use super::statuses::{BAN, LIBRARY, PERMIT};
use super::*;

fn validator(text: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&serde_json::from_str(text).expect("a schema is JSON")).expect("a schema")
}

fn assert_valid(validator: &jsonschema::Validator, value: &serde_json::Value) {
    let errors: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{} at {}", error, error.instance_path())).collect();
    assert!(errors.is_empty(), "{}\n{value:#}", errors.join("\n"));
}

#[test]
fn records_and_traces_keep_to_their_schemas() {
    let decision = validator(include_str!("../../../schemas/enact.decision.1.json"));
    let trace = validator(include_str!("../../../schemas/enact.trace.1.json"));
    let world =
        World::new(&[("people.enact", LIBRARY), ("ban/2024-12-24.enact", BAN), ("permit/2024-01-01.enact", PERMIT)]);
    for facts in [
        r#"{}"#,
        r#"{"evaluation_date": "2023-02-01"}"#,
        r#"{"evaluation_date": "2024-02-01", "offer": "neutral", "fee": 100}"#,
        r#"{"evaluation_date": "2025-02-01", "citizenships": ["US"], "us_resident": true}"#,
        r#"{"evaluation_date": "2025-02-01", "citizenships": ["FR"], "us_resident": false, "offer": "positive",
            "stay_until": "2025-01-15", "fee": 120}"#,
        r#"{"evaluation_date": "2025-02-01", "citizenships": [], "us_resident": {"unknown": true}, "offer": "negative",
            "stay_until": "2026-01-15", "fee": 120, "fit": false}"#,
    ] {
        let run = world.run("permit", &["may", "us_person"], facts);
        assert_valid(&decision, &serde_json::to_value(world.record(&run)).expect("serializes"));
        let whole = world.whole(&run);
        for level in [Level::Reason, Level::Why, Level::Full] {
            assert_valid(&trace, &serde_json::to_value(at_level(&whole, level)).expect("serializes"));
        }
    }
}
