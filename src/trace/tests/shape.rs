use super::*;
use crate::trace::tags_at_why;

/// Sixty-four decisions, each of which reads the one before it twice.
fn diamond(levels: usize) -> String {
    let mut text =
        String::from("policy p \"P\" effective from 2024-01-01\nfact a \"a\": yes/no\nfact b \"b\": yes/no\n");
    text += "decision d0 \"d0\": yes/no = a or b\n";
    for level in 1..=levels {
        let below = level - 1;
        text += &format!(
            "decision d{level} \"d{level}\" [T-{level}]: yes/no = all of {{ d{below} or a, d{below} or b }}\n"
        )
        .replace(&format!("\"d{level}\" [T-{level}]"), &format!("[T-{level}] \"d{level}\""));
    }
    text
}

#[test]
fn what_is_read_twice_is_explained_once() {
    let sizes: Vec<usize> = [32, 64]
        .into_iter()
        .map(|levels| {
            let text = diamond(levels);
            let world = World::new(&[("p/2024-01-01.enact", &text)]);
            let facts = r#"{"evaluation_date": "2024-06-01", "a": true, "b": false}"#;
            let trace = world.trace(&world.run("p", &[&format!("d{levels}")], facts));
            let why = at_level(&trace, Level::Why);
            assert_eq!(tags_at_why(&trace).len(), levels, "every tag is there");
            serde_json::to_string(&trace)
                .expect("serializes")
                .len()
                .max(serde_json::to_string(&why).expect("serializes").len())
        })
        .collect();
    assert!(sizes[1] < sizes[0] * 3, "{sizes:?}");
}

#[test]
fn long_chains_of_decisions_become_branches() {
    let mut text =
        String::from("policy p \"P\" effective from 2024-01-01\nfact a \"a\": yes/no\ndecision d0: yes/no = a\n");
    for level in 1..=400 {
        text += &format!("decision d{level} [T-{level}]: yes/no = all of {{ d{}, a }}\n", level - 1);
    }
    let world = World::new(&[("p/2024-01-01.enact", &text)]);
    let trace = world.trace(&world.run("p", &["d400"], r#"{"evaluation_date": "2024-06-01", "a": true}"#));
    assert_eq!(tags_at_why(&trace).len(), 400);
    assert!(trace.branches.len() > 1);
    assert!(text::render(&trace, 100).lines.len() > 400);
}

#[test]
fn every_tag_looked_at_is_there_at_why() {
    use super::statuses::{BAN, LIBRARY, PERMIT};
    let world =
        World::new(&[("people.enact", LIBRARY), ("ban/2024-12-24.enact", BAN), ("permit/2024-01-01.enact", PERMIT)]);
    for offer in ["positive", "negative", "none"] {
        let facts = format!(
            r#"{{"evaluation_date": "2025-02-01", "citizenships": ["FR"], "us_resident": false, "offer": "{offer}",
                "stay_until": "2025-01-15", "fee": 1}}"#
        );
        let trace = world.trace(&world.run("permit", &["may"], &facts));
        let tags = tags_at_why(&trace);
        for tag in ["W-02", "W-05", "W-08", "W-14", "FLAG-01", "FLAG-02", "FLAG-03"] {
            assert!(tags.contains(tag), "{tag} with {offer}");
        }
    }
}

#[test]
fn the_same_run_gives_the_same_bytes() {
    use super::statuses::{BAN, LIBRARY, PERMIT};
    let files = [("people.enact", LIBRARY), ("ban/2024-12-24.enact", BAN), ("permit/2024-01-01.enact", PERMIT)];
    let once = || {
        let world = World::new(&files);
        let facts = r#"{"evaluation_date": "2025-02-01", "citizenships": ["FR"], "stay_until": "2025-01-15"}"#;
        let run = world.run("permit", &["may", "us_person"], facts);
        let trace = world.whole(&run);
        let record = serde_json::to_string(&world.record(&run)).expect("serializes");
        format!("{}{record}", serde_json::to_string(&trace).expect("serializes"))
    };
    let first = once();
    assert!((0..8).all(|_| once() == first));
}

#[test]
fn many_rules_take_time_in_proportion() {
    let mut text = String::from(
        "policy p \"P\" effective from 2024-01-01\nfact n \"n\": integer\ndecision d: yes/no otherwise no\n",
    );
    for rule in 0..5000 {
        text += &format!("rule r{rule} [T-{rule}] \"Rule {rule}\" d is yes when n >= {}\n", rule % 50);
    }
    let world = World::new(&[("p/2024-01-01.enact", &text)]);
    let run = world.run("p", &["d"], r#"{"evaluation_date": "2024-06-01", "n": 25}"#);
    let started = std::time::Instant::now();
    let trace = world.trace(&run);
    assert_eq!(tags_at_why(&trace).len(), 5000);
    assert!(text::render(&at_level(&trace, Level::Why), 100).lines.len() >= 5000);
    assert!(serde_json::to_string(&world.record(&run)).is_ok());
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
