//! What can be tested without an engine: that queries read back, what is refused, and the numbers that are written.
//! `tests/scale` runs engines.

use super::*;
use crate::load::Folder;
use crate::testing::random::dice::Dice;
use crate::testing::random::typed::typed;
use crate::testing::{lowered, shipped, written};

fn options(dialect: Dialect) -> Options {
    Options { dialect, table: "facts".into(), policy_sha256: "-".into(), data_sha256: "-".into() }
}

fn all(program: &Program, name: &str, dialect: Dialect) -> Result<Compiled, Vec<Diagnostic>> {
    let policy = program.find_policy(name).expect("a policy");
    let asked = program.policies[policy.index()].families.clone();
    compile(program, &Request { policy, pinned: None, asked }, &Facts::new(program), &options(dialect))
}

fn program(text: &str) -> Program {
    let text = format!("policy p effective from 2020-01-01 months round down\n{text}\n");
    let files = [("p/2020-01-01.enact".to_owned(), text.into_bytes())];
    lowered(&Folder { name: String::new(), files: files.into() })
}

/// What is refused of a text.
fn refused(text: &str) -> Vec<String> {
    let found = all(&program(text), "p", Dialect::DuckDb).err().unwrap_or_default();
    found.into_iter().map(|finding| finding.message).collect()
}

#[test]
fn every_decision_that_is_shipped_is_carried_to_every_engine() {
    let program = lowered(&shipped());
    for policy in &program.policies {
        for dialect in Dialect::ALL {
            let found = all(&program, &policy.name, dialect);
            assert!(found.is_ok(), "{} {dialect:?}: {found:?}", policy.name);
        }
    }
}

#[test]
fn random_policies_are_carried_or_refused_and_what_is_written_reads_back() {
    let mut dice = Dice::new(5);
    let mut carried = 0;
    for _ in 0..12 {
        let policy = typed(&mut dice);
        let Ok((_, program)) = written(&policy, &crate::source::Sources::default()) else { continue };
        for dialect in Dialect::ALL {
            match all(&program, "p", dialect) {
                Ok(_) => carried += 1,
                Err(findings) => {
                    for found in findings {
                        assert_eq!(found.code, Code::NOT_IN_SQL, "{found:?}\n{}", policy.text());
                        assert!(found.span().is_some() && found.help.is_some(), "{found:?}\n{}", policy.text());
                    }
                }
            }
        }
    }
    assert!(carried > 12, "{carried}");
}

#[test]
fn the_same_policy_gives_the_same_bytes() {
    let program = lowered(&shipped());
    let once = || all(&program, "poe_work_permit", Dialect::Spark).expect("carried").sql;
    assert_eq!(once(), once());
}

#[test]
fn what_engines_do_unlike_each_other_is_refused() {
    let number = "fact n: integer\n";
    let cases = [
        ("decision d: integer = round (n / 3) to 0 places half up", "a division"),
        ("decision d: integer = n * n", "a number here may need more than 28 digits"),
        ("decision d: integer = n + 1", "an outcome that may need more than 64 bits"),
        ("fact at: instant\ndecision d: date = date of at in \"America/Toronto\"", "clock time in a zone"),
    ];
    for (text, what) in cases {
        assert_eq!(refused(&format!("{number}{text}")), [format!("SQL cannot carry `d`: {what}")]);
    }
    assert_eq!(refused("fact n: integer within 0..9\ndecision d: integer = n * n + 1"), Vec::<String>::new());
}

#[test]
fn keys_and_members_that_would_be_taken_for_something_else_are_refused() {
    let said = refused("fact number: yes/no written \"id\"\ndecision d: yes/no = number");
    assert!(said[0].contains("whose key `id` is taken"), "{said:?}");
    let said = refused("enum e { a written \"x;y\", b }\nfact s: set of e\ndecision d: yes/no = a in s");
    assert!(said[0].contains("`;`"), "{said:?}");
}

#[test]
fn texts_stay_texts() {
    let text = "fact t: text\ndecision d: yes/no = t is \"'; DROP TABLE facts; --\"";
    for dialect in Dialect::ALL {
        let sql = all(&program(text), "p", dialect).expect("carried").sql;
        assert!(sql.contains("= '''; DROP TABLE facts; --'"), "{sql}");
    }
    let backslash = program("fact t: text\ndecision d: yes/no = t is \"a\\\\b\"");
    assert!(all(&backslash, "p", Dialect::DuckDb).is_ok());
    assert!(all(&backslash, "p", Dialect::Spark).is_err());
}
