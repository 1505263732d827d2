//! What an author intends a diff to be: exactly these groups of people, no others.
//!
//! An expectation is a JSON file, `{"groups": [{"decision": "may_apply", "from": "no", "to": "yes", "cause": ["rule ban"]}]}`, or a
//! saved record `enact.diff/1`, or a list of such records. `cause` and `regions` are compared where they are given.

use serde::{Deserialize, Serialize};

use super::record::DIFF_SCHEMA;
use super::words::{edit_name, region_text};
use super::{DecisionDiff, Diff, Group};

/// A group that is intended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The policy of the decision; any when nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// The decision.
    pub decision: String,
    /// The outcome before.
    pub from: String,
    /// The outcome after.
    pub to: String,
    /// The edits that decide it, in any order: `rule ban`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Vec<String>>,
    /// Its regions in words, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regions: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    groups: Vec<Expected>,
}

/// The parts of a record that are compared.
#[derive(Deserialize)]
struct Saved {
    transitions: Vec<SavedTransition>,
}

#[derive(Deserialize)]
struct SavedTransition {
    policy: String,
    decision: String,
    from: String,
    to: String,
    groups: Vec<SavedGroup>,
}

#[derive(Deserialize)]
struct SavedGroup {
    cause: Vec<SavedCause>,
    regions: Vec<SavedRegion>,
}

#[derive(Deserialize)]
struct SavedCause {
    rule: String,
}

#[derive(Deserialize)]
struct SavedRegion {
    words: String,
}

/// Reads an expectation; the error says what is wrong and where.
pub fn read(text: &str) -> Result<Vec<Expected>, String> {
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    match json {
        serde_json::Value::Array(records) => {
            records.into_iter().map(one).collect::<Result<Vec<_>, _>>().map(|all| all.concat())
        }
        other => one(other),
    }
}

fn one(json: serde_json::Value) -> Result<Vec<Expected>, String> {
    match json.get("schema").and_then(|schema| schema.as_str()) {
        Some(DIFF_SCHEMA) => {
            let saved: Saved = serde_json::from_value(json).map_err(|error| error.to_string())?;
            Ok(saved.transitions.into_iter().flat_map(groups).collect())
        }
        Some(other) => Err(format!("`{other}` is no `{DIFF_SCHEMA}`")),
        None => {
            serde_json::from_value::<Written>(json).map(|written| written.groups).map_err(|error| error.to_string())
        }
    }
}

fn groups(transition: SavedTransition) -> impl Iterator<Item = Expected> {
    let SavedTransition { policy, decision, from, to, groups } = transition;
    groups.into_iter().map(move |group| Expected {
        policy: Some(policy.clone()),
        decision: decision.clone(),
        from: from.clone(),
        to: to.clone(),
        cause: Some(group.cause.into_iter().map(|cause| cause.rule).collect()),
        regions: Some(group.regions.into_iter().map(|region| region.words).collect()),
    })
}

/// Returns the expectation that diffs meet as they are.
pub fn of(diffs: &[&Diff]) -> Vec<Expected> {
    found(diffs).map(|(decision, group, diff)| expected(diff, decision, group)).collect()
}

/// What is not as intended, in words.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unmet {
    /// Groups that occur and are not intended.
    pub unlisted: Vec<String>,
    /// Groups that are intended and do not occur.
    pub absent: Vec<String>,
}

impl Unmet {
    /// Whether all is as intended.
    pub fn is_empty(&self) -> bool {
        self.unlisted.is_empty() && self.absent.is_empty()
    }
}

/// Compares diffs with what is intended. One entry may speak of several groups, where it leaves cause or regions open.
pub fn compare(diffs: &[&Diff], intended: &[Expected]) -> Unmet {
    let found: Vec<Expected> = of(diffs);
    let unlisted = found.iter().filter(|group| !intended.iter().any(|wanted| meets(group, wanted)));
    let absent = intended.iter().filter(|wanted| !found.iter().any(|group| meets(group, wanted)));
    Unmet { unlisted: unlisted.map(words).collect(), absent: absent.map(words).collect() }
}

fn found<'a>(diffs: &'a [&'a Diff]) -> impl Iterator<Item = (&'a DecisionDiff, &'a Group, &'a Diff)> {
    diffs.iter().flat_map(|diff| diff.groups().map(move |(decision, group)| (decision, group, *diff)))
}

fn expected(diff: &Diff, decision: &DecisionDiff, group: &Group) -> Expected {
    Expected {
        policy: Some(decision.policy.clone()),
        decision: decision.name.clone(),
        from: group.from.clone(),
        to: group.to.clone(),
        cause: Some(group.cause.iter().filter_map(|&index| diff.edits.get(index)).map(edit_name).collect()),
        regions: Some(group.regions.iter().map(region_text).collect()),
    }
}

fn meets(group: &Expected, wanted: &Expected) -> bool {
    let same = |found: &Option<Vec<String>>, wanted: &Option<Vec<String>>| match (found, wanted) {
        (Some(found), Some(wanted)) => sorted(found) == sorted(wanted),
        _ => true,
    };
    (wanted.policy.is_none() || wanted.policy == group.policy)
        && (&group.decision, &group.from, &group.to) == (&wanted.decision, &wanted.from, &wanted.to)
        && same(&group.cause, &wanted.cause)
        && same(&group.regions, &wanted.regions)
}

fn sorted(texts: &[String]) -> Vec<&str> {
    let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    texts.sort_unstable();
    texts
}

fn words(group: &Expected) -> String {
    let mut text = format!("{}: {} -> {}", group.decision, group.from, group.to);
    if let Some(cause) = group.cause.as_ref().filter(|cause| !cause.is_empty()) {
        text += &format!(", cause {}", cause.join(", "));
    }
    if let Some(regions) = group.regions.as_ref().filter(|regions| !regions.is_empty()) {
        text += &format!(", who {}", regions.join(" or "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(cause: &[&str]) -> Expected {
        Expected {
            policy: Some("flagpoling".into()),
            decision: "bar".into(),
            from: "no".into(),
            to: "yes".into(),
            cause: Some(cause.iter().map(ToString::to_string).collect()),
            regions: None,
        }
    }

    #[test]
    fn what_is_left_open_is_not_compared() {
        let wanted = read(r#"{"groups": [{"decision": "bar", "from": "no", "to": "yes"}]}"#).expect("read");
        assert!(meets(&group(&["rule ban"]), &wanted[0]));
        let wanted =
            read(r#"{"groups": [{"decision": "bar", "from": "no", "to": "yes", "cause": ["b", "a"]}]}"#).expect("read");
        assert!(meets(&group(&["a", "b"]), &wanted[0]) && !meets(&group(&["a"]), &wanted[0]));
    }

    #[test]
    fn a_mistake_in_an_expectation_is_said() {
        assert!(read("{").is_err());
        assert!(read(r#"{"groups": [{"decison": "bar"}]}"#).expect_err("misspelt").contains("unknown field `decison`"));
        assert!(read(r#"{"schema": "enact.trace/1"}"#).expect_err("another").contains("no `enact.diff/1`"));
        assert_eq!(read("[]"), Ok(Vec::new()));
    }
}
