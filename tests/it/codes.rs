//! The pages of error codes: each has an example that gives exactly that code, and a corrected text that does not.

use std::collections::BTreeSet;
use std::fs;

use enact::diagnostic::{CODES, Code};

use super::literate::root;
use super::markdown::{Section, sections};
use super::world::World;

/// Codes that the text of one policy cannot give: they are about files, several policies, or the command line.
const WITHOUT_EXAMPLE: &[&str] =
    &["E002", "E005", "E040", "E053", "E090", "E301", "E302", "W119", "W120", "W121", "W122", "I124"];

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let pages: BTreeSet<String> = fs::read_dir(root().join("docs/errors"))
        .expect("the folder of pages")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().trim_end_matches(".md").to_owned())
        .collect();
    let codes: BTreeSet<String> = CODES.iter().map(|(code, _)| code.number.to_owned()).collect();
    assert_eq!(pages, codes);
}

#[test]
fn numbers_and_names_are_used_once() {
    let unique = |of: fn(&Code) -> &'static str| CODES.iter().map(|(code, _)| of(code)).collect::<BTreeSet<_>>().len();
    assert_eq!(unique(|code| code.number), CODES.len());
    assert_eq!(unique(|code| code.name), CODES.len());
}

#[test]
fn the_example_of_a_page_gives_its_code_and_the_correction_does_not() {
    let mut wrong = Vec::new();
    for (code, _) in CODES {
        let path = root().join(format!("docs/errors/{}.md", code.number));
        let text = fs::read_to_string(&path).expect("a page");
        if !text.starts_with(&format!("# {code}\n")) {
            wrong.push(format!("{code}: the heading is not `# {code}`"));
        }
        let sections = sections(&text);
        let codes_of = |name: &str| sections.iter().find(|section| section.name == name).and_then(codes);
        let note = code.number.starts_with('I');
        match (codes_of(&code.to_string()), codes_of("Write")) {
            (None, _) if WITHOUT_EXAMPLE.contains(&code.number) => {}
            (Some(example), Some(correction)) => {
                let example: Vec<&str> = example.into_iter().filter(|it| note || !it.starts_with('I')).collect();
                let serious: Vec<&str> =
                    correction.into_iter().filter(|it| it.starts_with('E') || *it == code.number).collect();
                if example != [code.number] {
                    wrong.push(format!("{code}: the example gives {example:?}"));
                }
                if !serious.is_empty() {
                    wrong.push(format!("{code}: the correction gives {serious:?}"));
                }
            }
            (example, _) => {
                let missing = if example.is_none() { "an example" } else { "a section `Write`" };
                wrong.push(format!("{code}: the page lacks {missing}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} pages:\n{}", wrong.len(), wrong.join("\n"));
}

/// The codes that the blocks of a section give; nothing for a section without blocks.
fn codes(section: &Section) -> Option<Vec<&'static str>> {
    let mut world = World::default();
    for block in &section.blocks {
        match block.kind.as_str() {
            "enact" | "csv" => world.add(block),
            "facts" => world.state(block),
            _ => {}
        }
    }
    (!world.is_empty()).then(|| world.codes(true))
}
