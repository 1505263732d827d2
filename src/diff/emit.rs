//! A diff as tests: each example and its nearest neighbour who is not affected, with what the new text decides for them.
//!
//! The tests are written as an author writes them, in the canonical layout. They fail once the new text is changed back.

use serde_json::Map;

use super::{Comparison, DecisionDiff, Group, Text, Witness};
use crate::authored::{Asking, Authored};
use crate::facts::{Facts, read_facts};
use crate::program::FamilyId;

/// Tests of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emitted {
    /// The file.
    pub text: String,
    /// How many tests it holds.
    pub tests: usize,
    /// What cannot be a test, and why.
    pub left_out: Vec<String>,
}

/// Writes the tests of a comparison with the new text. `name` begins the name of each test: a plain name.
pub fn emit(comparison: &Comparison, new: &Text, name: &str) -> Emitted {
    let mut writer = Writer { new, authored: Authored::new(new.loaded, new.program), left_out: Vec::new() };
    for (decision, group) in comparison.diff.groups() {
        let (from, to) = (&group.from, &group.to);
        let label = format!("Group {}: {} was {from}, is {to}", group.number, decision.name);
        writer.test(decision, group, &group.witness, &format!("{name}_{}", group.number), &label);
        if let Some(near) = &group.nearest_unchanged {
            let label = format!("Beside group {}: {} stays {}", group.number, decision.name, near.new.value);
            writer.test(decision, group, near, &format!("{name}_{}_stays", group.number), &label);
        }
    }
    let tests = writer.authored.count();
    Emitted { text: writer.authored.finish(), tests, left_out: writer.left_out }
}

struct Writer<'a> {
    new: &'a Text<'a>,
    authored: Authored<'a>,
    left_out: Vec<String>,
}

impl Writer<'_> {
    fn test(&mut self, decision: &DecisionDiff, group: &Group, witness: &Witness, name: &str, label: &str) {
        if let Err(why) = self.written(decision, witness, name, label) {
            self.left_out.push(format!("group {}: {why}", group.number));
        }
    }

    fn written(&mut self, decision: &DecisionDiff, witness: &Witness, name: &str, label: &str) -> Result<(), String> {
        let program = self.new.program;
        let gone = || format!("the new text has no `{}`", decision.name);
        let policy = program.find_policy(&decision.policy).ok_or_else(gone)?;
        let own = |index: &usize| {
            let family = &program.families[*index];
            family.name == decision.name && family.policy == Some(policy)
        };
        let family = FamilyId((0..program.families.len()).find(own).ok_or_else(gone)? as u32);
        let facts = self.facts(witness)?;
        let asking = Asking { name, label, family, looked: (self.new.policy, self.new.pinned) };
        self.authored.test(&asking, &facts)
    }

    /// The facts of an example that the new text knows.
    fn facts(&self, witness: &Witness) -> Result<Facts, String> {
        let program = self.new.program;
        let known = |key: &str| program.facts.iter().any(|fact| fact.key == key);
        let stated: Map<_, _> = witness
            .facts
            .iter()
            .filter(|(key, _)| known(key))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let text = serde_json::Value::Object(stated).to_string();
        read_facts(program, text)
            .map_err(|errors| errors.first().map_or_else(|| "its facts cannot be read".to_owned(), ToString::to_string))
    }
}
