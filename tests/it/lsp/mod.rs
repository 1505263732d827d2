//! `enact lsp`, driven by an editor over standard input and output.

mod answers;
mod client;
mod commands;
mod robust;

use std::fs;

use client::Client;
use serde_json::Value;

/// A parking permit with an amendment, a library and tests; accents and emoji stand before names on their lines.
const FILES: &[(&str, &str)] = &[
    (
        "policies/common/city.enact",
        "library city \"La ville\"\nenum zone \"zone 🅿️\" { centre \"au centre\", harbour }\n\
         fact lives_in \"où 😀 habite\": zone ask \"Where do you live?\"\n",
    ),
    (
        "policies/parking/2025-01-01.enact",
        "policy parking \"Stationnement 🚗\" effective from 2025-01-01\nuse common.city\n\
         source bylaw \"Règlement 12\" by \"Conseil\" published 2024-11-12\n\
         fact permits_held \"permits of the household\": integer within 0..20\n\
         decision may_park [P-0] \"A permit is granted\": yes/no no outranks yes otherwise no because \"Only residents.\"\n\
         rule resident [P-1] \"Résidents 😀\" may_park is yes when lives_in is centre cite bylaw at \"s. 3\"\n\
         rule one_each [P-2] \"Un permis\" may_park is no when permits_held >= 1\n",
    ),
    (
        "policies/parking/2025-07-01.enact",
        "policy parking effective from 2025-07-01 amends 2025-01-01\n\
         replace rule one_each [P-2] \"Deux permis\" may_park is no when permits_held >= 2\n",
    ),
    (
        "policies/parking/tests/permits.enact",
        "use common.city\nuse parking\n\
         test second_permit \"The second one\" on 2025-03-01\n    given lives_in is centre, permits_held is 1\n    expect may_park is no\n\
         test wrong \"A wrong one\" on 2025-08-01\n    given lives_in is centre, permits_held is 1\n    expect may_park is no\n",
    ),
    ("policies/parking/facts/ana.json", "{ \"lives_in\": \"centre\", \"permits_held\": 1 }\n"),
];
const FIRST: &str = "policies/parking/2025-01-01.enact";
const SECOND: &str = "policies/parking/2025-07-01.enact";
const TESTS: &str = "policies/parking/tests/permits.enact";
const CITY: &str = "policies/common/city.enact";

/// Returns the text of a file.
fn text(path: &str) -> &'static str {
    FILES.iter().find(|(it, _)| *it == path).expect("there").1
}

/// The folder of the example.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in FILES {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

/// An editor with the first version open.
fn started() -> (tempfile::TempDir, Client) {
    let folder = folder();
    let mut client = Client::start(folder.path(), Value::Null);
    let found = client.open(FIRST, text(FIRST));
    assert_eq!(codes(&found), [] as [&str; 0]);
    (folder, client)
}

/// The codes of what is found: errors and warnings.
fn codes(found: &[Value]) -> Vec<&str> {
    found.iter().filter(|it| it["severity"] != 3).map(|it| it["code"].as_str().expect("a code")).collect()
}

/// The first version with a mark put before a part of it, or inside it.
fn mark(path: &str, part: &str, marked: &str) -> (String, Value) {
    assert!(text(path).contains(part), "{part}");
    client::marked(&text(path).replacen(part, marked, 1))
}
