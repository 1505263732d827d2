//! The diff `flagpoling@2024-05-30` to `flagpoling@2024-12-24`, as data over the shipped policies.

use serde_json::json;

use crate::diff::*;
use crate::diff::{Change, Edit};
use crate::eval::Request;
use crate::load::{Loaded, load};
use crate::lower::lower;
use crate::program::{FamilyId, Program, VersionId};
use crate::source::{Sources, Span};
use crate::testing::shipped;
use crate::value::Value;

pub const OLD: &str = "policies/flagpoling/2024-05-30.enact";
pub const NEW: &str = "policies/flagpoling/2024-12-24.enact";

/// The shipped policies.
pub struct Shipped {
    pub loaded: Loaded,
    pub program: Program,
}

impl Shipped {
    pub fn load() -> Self {
        let loaded = load(&shipped());
        let program = lower(&loaded).program;
        Shipped { loaded, program }
    }

    pub fn sources(&self) -> &Sources {
        &self.loaded.sources
    }

    /// The place of a text in a file.
    pub fn at(&self, file: &str, text: &str) -> Span {
        let (id, source) = self.sources().iter().find(|(_, source)| source.name() == file).expect("a shipped file");
        let start = source.text().find(text).unwrap_or_else(|| panic!("{file} holds no `{text}`"));
        Span::new(id, start, start + text.len())
    }

    pub fn version(&self, name: &str) -> VersionId {
        let policy = self.program.find_policy("flagpoling").expect("a policy");
        let versions = &self.program.policies[policy.index()].versions;
        versions.iter().copied().find(|&id| self.program.version(id).name == name).expect("a version")
    }

    pub fn family(&self, name: &str) -> FamilyId {
        FamilyId(self.program.families.iter().position(|family| family.name == name).expect("a decision") as u32)
    }

    /// The new text.
    pub fn new_text(&self) -> Text<'_> {
        Text {
            name: "flagpoling@2024-12-24",
            loaded: &self.loaded,
            program: &self.program,
            policy: self.program.find_policy("flagpoling").expect("a policy"),
            pinned: Some(self.version("2024-12-24")),
        }
    }

    /// What the ban changed, as `enact diff` would say it.
    pub fn ban(&self) -> Comparison {
        let policy = self.program.find_policy("flagpoling").expect("a policy");
        let asked = ["meets_flagpoling_definition", "closed_to_flagpolers", "flagpoling_bar_applies"];
        let asked: Vec<FamilyId> =
            asked.into_iter().chain(["may_apply_for_work_permit_at_poe"]).map(|name| self.family(name)).collect();
        let request = |version: &str| Request { policy, pinned: Some(self.version(version)), asked: asked.clone() };
        Comparison {
            program: self.program.clone(),
            old: request("2024-05-30"),
            new: request("2024-12-24"),
            diff: self.diff(),
            hybrids: Vec::new(),
        }
    }

    fn diff(&self) -> Diff {
        let side = |version: &str| Side {
            name: format!("flagpoling@{version}"),
            policy: "flagpoling".into(),
            version: Some(version.into()),
            hash: format!("sha256:{}", "0".repeat(64)),
        };
        Diff {
            old: side("2024-05-30"),
            new: side("2024-12-24"),
            on: None,
            edits: self.edits(),
            decisions: vec![
                decision("meets_flagpoling_definition", Fate::Same, Vec::new()),
                decision("closed_to_flagpolers", Fate::Affected, vec![self.hours()]),
                decision("flagpoling_bar_applies", Fate::Affected, vec![self.barred()]),
                DecisionDiff {
                    policy: "poe_work_permit".into(),
                    reached: true,
                    ..decision("may_apply_for_work_permit_at_poe", Fate::Affected, vec![self.refused()])
                },
            ],
            no_effect: vec![1],
            complete: true,
            gaps: Vec::new(),
            approximated: Vec::new(),
            notes: Vec::new(),
            checks: Checks { replayed: 4, certified: true, questions: 31 },
            population: None,
        }
    }

    fn edits(&self) -> Vec<Edit> {
        let edit = |change, kind: &str, name: &str, tags: &[&str], text: &str| {
            let file = if change == Change::Repealed { OLD } else { NEW };
            let at = Some(self.at(file, text));
            Edit {
                change,
                kind: kind.into(),
                name: name.into(),
                tags: texts(tags),
                label: None,
                old: at.filter(|_| change != Change::Inserted),
                new: at.filter(|_| change != Change::Repealed),
                details: Vec::new(),
                meaning: !matches!(kind, "source" | "question"),
                scope: "flagpoling".into(),
            }
        };
        vec![
            edit(Change::Inserted, "rule", "ban", &["FLAG-02"], "insert rule ban"),
            edit(Change::Inserted, "note", "only_this_bar", &["FLAG-13"], "insert note only_this_bar"),
            edit(Change::Inserted, "source", "ob_686", &[], "insert source ob_686"),
            edit(Change::Inserted, "question", "reach", &["R-FLAG-CBA"], "insert question reach"),
            edit(Change::Inserted, "question", "spouses", &["R-FLAG-05"], "insert question spouses"),
            edit(Change::Repealed, "rule", "limited_hours", &["FLAG-12"], "rule limited_hours"),
            edit(Change::Repealed, "define", "hours_here", &[], "define hours_here"),
            edit(Change::Repealed, "table", "flagpole_hours", &[], "table flagpole_hours"),
        ]
    }

    fn condition(&self, holds: bool, label: &str, tag: &str, text: &str) -> Part {
        Part::Condition { label: label.into(), tags: texts(&[tag]), holds, at: self.at(NEW, text) }
    }

    fn definition(&self) -> Part {
        let at = self.at(OLD, "decision meets_flagpoling_definition");
        Part::Condition {
            label: "Meets the definition of flagpoling".into(),
            tags: texts(&["FLAG-01"]),
            holds: true,
            at,
        }
    }

    fn exempt(&self) -> [Part; 3] {
        [
            self.condition(false, "U.S. citizen or permanent resident", "FLAG-03", "us_person [FLAG-03]"),
            self.condition(false, "trade-agreement professional", "FLAG-04", "fta_professional_under in"),
            self.condition(
                false,
                "holder of an earlier CBSA appointment",
                "FLAG-07",
                "cbsa_appointment_booked_before [",
            ),
        ]
    }

    fn because(&self, file: &str, rule: &str, label: &str, tags: &[&str], text: &str) -> Vec<Because> {
        vec![Because { label: label.into(), rule: rule.into(), tags: texts(tags), at: self.at(file, text) }]
    }

    fn barred(&self) -> Group {
        let free = verdict(
            "no",
            self.because(OLD, "otherwise", "Nothing bars this person as a flagpoler.", &[], "\"Nothing bars"),
        );
        let ban = self.because(NEW, "ban", "No permit service for flagpolers", &["FLAG-02"], "insert rule ban");
        Group {
            number: 2,
            from: "no".into(),
            to: "yes".into(),
            cause: vec![0],
            together: false,
            follows: Vec::new(),
            context: Context::Anyone,
            after: Vec::new(),
            regions: vec![Region { all: [vec![self.definition()], self.exempt().to_vec()].concat() }],
            witness: Witness {
                unusual: texts(&["left"]),
                ..worker(
                    free.clone(),
                    Verdict { undo: texts(&["cbsa_appointment_booked_before yes"]), ..verdict("yes", ban) },
                )
            },
            nearest_unchanged: Some(appointment(free.clone(), free)),
        }
    }

    fn hours(&self) -> Group {
        let closed = self.because(
            OLD,
            "limited_hours",
            "Outside the days and hours of flagpole service",
            &["FLAG-12"],
            "rule limited",
        );
        let open =
            self.because(OLD, "otherwise", "No list of days or hours closes this port.", &[], "\"No list of days");
        let port = Part::Fact {
            fact: self.program.find_fact("port_of_entry").expect("a fact"),
            key: "port_of_entry".into(),
            label: "port of entry".into(),
            test: Test::In(vec![Value::Text("douglas".into())]),
            words: "port_of_entry is douglas".into(),
        };
        let mut witness = worker(verdict("yes", closed), verdict("no", open));
        witness.facts.insert("evaluation_date".into(), json!("2024-12-25"));
        witness.words.push("evaluation_date 2024-12-25".into());
        Group {
            number: 1,
            from: "yes".into(),
            to: "no".into(),
            cause: vec![5],
            together: false,
            follows: Vec::new(),
            context: Context::Old,
            after: Vec::new(),
            regions: vec![Region { all: vec![port] }, Region { all: vec![self.definition()] }],
            witness,
            nearest_unchanged: None,
        }
    }

    fn refused(&self) -> Group {
        let group = self.barred();
        Group {
            number: 3,
            from: "yes".into(),
            to: "no".into(),
            follows: vec![2],
            after: vec![1],
            context: Context::Old,
            regions: vec![Region { all: vec![self.definition()] }],
            nearest_unchanged: None,
            ..group
        }
    }
}

/// The same text twice: nobody is affected.
pub fn nobody(mut comparison: Comparison) -> Comparison {
    let diff = &mut comparison.diff;
    diff.edits.clear();
    diff.no_effect.clear();
    diff.checks.replayed = 0;
    for decision in &mut diff.decisions {
        decision.groups.clear();
        decision.fate = Fate::Same;
    }
    comparison
}

fn decision(name: &str, fate: Fate, groups: Vec<Group>) -> DecisionDiff {
    DecisionDiff {
        name: name.into(),
        label: None,
        policy: "flagpoling".into(),
        reached: false,
        fate,
        groups,
        reasons: Vec::new(),
    }
}

fn verdict(value: &str, because: Vec<Because>) -> Verdict {
    Verdict { status: "decided", value: value.into(), because, undo: Vec::new() }
}

/// A French worker who flagpoles.
fn worker(old: Verdict, new: Verdict) -> Witness {
    let facts = json!({
        "citizenships": ["FR"],
        "us_lawful_permanent_resident": false,
        "held_temporary_resident_status_in_canada": true,
        "countries_visited_since_leaving_canada": ["US"],
        "service_sought": "work_permit",
        "fta_professional_under": "none",
        "spouse_of_fta_professional_under": "none",
        "international_truck_driver": false,
        "cbsa_appointment_booked_before": false,
    });
    let words = [
        "citizenships {FR}",
        "no U.S. residence",
        "status in Canada yes",
        "visited {US}",
        "asks for work_permit",
        "agreement none",
        "spouse none",
        "truck driver no",
        "appointment no",
    ];
    let serde_json::Value::Object(facts) = facts else { unreachable!("an object is written above") };
    Witness { facts, words: texts(&words), unusual: Vec::new(), old, new }
}

/// The same person with an appointment.
fn appointment(old: Verdict, new: Verdict) -> Witness {
    let mut near = worker(old, new);
    near.facts.insert("cbsa_appointment_booked_before".into(), json!(true));
    near.words.pop();
    near.words.push("appointment yes".into());
    near
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}
