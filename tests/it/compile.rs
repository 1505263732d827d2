//! `enact compile`: queries, legends, refusals.

use std::fs;

use super::cli::{code, enact, err, out};
use super::literate::root;

#[test]
fn a_policy_becomes_a_query_for_each_engine() {
    for dialect in ["duckdb", "spark", "postgres", "datafusion"] {
        let output = enact(&root(), &["compile", "flagpoling", "--to", "sql", "--dialect", dialect]);
        assert_eq!(code(&output), 0, "{}", err(&output));
        let quote = if dialect == "spark" { '`' } else { '"' };
        let text = out(&output);
        assert!(text.starts_with(&format!("-- enact 1 {dialect} policy sha256:")), "{text}");
        assert!(text.contains(&format!("AS {quote}flagpoling_bar_applies_status{quote}")));
    }
}

#[test]
fn the_day_and_the_decision_leave_out_what_is_not_needed() {
    let base = ["compile", "flagpoling", "--dialect", "duckdb", "--decision", "flagpoling_bar_applies"];
    let whole = out(&enact(&root(), &base));
    let on = out(&enact(&root(), &[&base[..], &["--on", "2024-06-01"]].concat()));
    assert!(whole.contains("\"evaluation_date\"") && !on.contains("\"evaluation_date\""));
    assert!(on.len() < whole.len() && !on.contains("closed_to_flagpolers_status"));
    let pinned = ["compile", "flagpoling@2024-12-24", "--dialect", "duckdb", "--table", "a.people"];
    let pinned = out(&enact(&root(), &pinned));
    assert!(pinned.contains("\"a\".\"people\"") && !pinned.contains("'2024-05-30'"));
}

#[test]
fn a_legend_tells_what_every_place_of_the_reasons_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let (query, legend) = (folder.path().join("query.sql"), folder.path().join("legend.json"));
    let (query, legend) = (query.to_string_lossy(), legend.to_string_lossy());
    let output =
        enact(&root(), &["compile", "poe_work_permit", "--dialect", "spark", "-o", &query, "--legend", &legend]);
    assert_eq!((code(&output), out(&output).as_str()), (0, ""), "{}", err(&output));
    let text = fs::read_to_string(&*legend).expect("a legend");
    let legend: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let schema = fs::read_to_string(root().join("schemas/enact.sql.1.json")).expect("a schema");
    let schema = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator.iter_errors(&legend).map(|error| error.to_string()).collect();
    assert_eq!(wrong, Vec::<String>::new());
    let reasons = legend["reasons"].as_array().expect("reasons");
    let flagpoler = reasons.iter().find(|entry| entry["name"] == "flagpoler" && entry["kind"] == "stands");
    let at = flagpoler.expect("the rule")["at"].as_str().expect("a place");
    assert!(at.starts_with("policies/poe_work_permit/2017-05-05.enact:"), "{at}");
    let query = fs::read_to_string(&*query).expect("a query");
    for column in legend["columns"].as_array().expect("columns") {
        assert!(query.contains(&format!("`{}`", column["column"].as_str().expect("a name"))), "{column}");
    }
}

#[test]
fn what_cannot_be_carried_is_refused_with_its_place_and_what_can() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("policies/share")).expect("a folder");
    let text = "policy share effective from 2024-01-01\n\
                fact heirs: integer within 1..20\n\
                decision many: yes/no = heirs > 3\n\
                decision part: integer = round (100 / heirs) to 0 places half up\n";
    fs::write(folder.path().join("policies/share/2024-01-01.enact"), text).expect("written");
    let refused = enact(folder.path(), &["compile", "share", "--dialect", "duckdb"]);
    assert_eq!((code(&refused), out(&refused).as_str()), (2, ""));
    let said = err(&refused);
    assert!(said.contains("E301") && said.contains("a division") && said.contains("--decision many"), "{said}");
    assert!(said.contains("2024-01-01.enact:4"), "{said}");
    let carried = enact(folder.path(), &["compile", "share", "--dialect", "duckdb", "--decision", "many"]);
    assert_eq!(code(&carried), 0, "{}", err(&carried));
}
