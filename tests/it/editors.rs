//! The packages for editors know the words of the language.

use std::collections::{BTreeMap, BTreeSet};

use enact::editor::words::{Kind, WORDS};
use serde_json::Value;

use super::literate::root;

fn package(path: &str) -> Value {
    let text = std::fs::read_to_string(root().join("editors/vscode").join(path)).expect("there");
    serde_json::from_str(&text).expect("JSON")
}

/// The words of a pattern: `\b(?:a|b)\b`.
fn words(pattern: &str) -> BTreeSet<&str> {
    let inside = pattern.strip_prefix("\\b(?:").and_then(|rest| rest.strip_suffix(")\\b")).expect("a list of words");
    inside.split('|').collect()
}

#[test]
fn the_grammar_of_vs_code_has_the_words_of_the_language() {
    let grammar = package("syntaxes/enact.tmLanguage.json");
    let mut ours: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for word in WORDS {
        let scope = match word.kind {
            Kind::Declaration => "keyword.declaration.enact",
            Kind::Verb => "keyword.control.amendment.enact",
            Kind::Clause => "keyword.other.clause.enact",
            Kind::Operator => "keyword.operator.word.enact",
            Kind::Constant => "constant.language.enact",
            Kind::Type => "support.type.enact",
            Kind::Unit => "keyword.other.unit.enact",
        };
        ours.entry(scope).or_default().insert(word.text);
    }
    let patterns = grammar["repository"]["words"]["patterns"].as_array().expect("patterns");
    let text = |pattern: &'_ Value, key: &str| pattern[key].as_str().expect("a text").to_owned();
    let theirs: Vec<(String, String)> = patterns.iter().map(|it| (text(it, "name"), text(it, "match"))).collect();
    let theirs: BTreeMap<&str, BTreeSet<&str>> =
        theirs.iter().map(|(name, pattern)| (name.as_str(), words(pattern))).collect();
    assert_eq!(ours, theirs);
    let head = grammar["repository"]["head"]["match"].as_str().expect("a pattern");
    for word in WORDS.iter().filter(|word| word.kind == Kind::Declaration) {
        assert!(
            head.contains(&format!("{}|", word.text)) || head.contains(&format!("|{})", word.text)),
            "{}",
            word.text
        );
    }
}

#[test]
fn the_package_of_vs_code_names_files_that_are_there() {
    let package = package("package.json");
    let folder = root().join("editors/vscode");
    for path in [
        &package["main"],
        &package["contributes"]["languages"][0]["configuration"],
        &package["contributes"]["grammars"][0]["path"],
    ] {
        assert!(folder.join(path.as_str().expect("a path")).is_file(), "{path}");
    }
    assert_eq!(package["version"], env!("CARGO_PKG_VERSION"));
}
