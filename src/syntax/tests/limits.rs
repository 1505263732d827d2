//! Any text is answered: soon, with an error that has a place, on a small stack.

use std::time::{Duration, Instant};

use super::*;

/// The stack of a thread in programs that embed the library.
const STACK: usize = 2 << 20;

fn on_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(STACK).spawn(work).expect("a thread").join().expect("no overflow, no panic")
}

fn rule(condition: &str) -> String {
    format!("rule r ok is yes when {condition}\nfact last: yes/no")
}

/// Forms that nest: what opens a level, what stands inside, what closes it.
const NESTINGS: &[(&str, &str, &str)] = &[
    ("(", "a", ")"),
    ("(1 + ", "a", ")"),
    ("(a and ", "a", ")"),
    ("all of { ", "a", " }"),
    ("{", "a", "}"),
    ("f(", "a", ")"),
    ("f(1, ", "a", ")"),
    ("not ", "a", ""),
    ("-", "a", ""),
    ("if a then ", "b", " else c"),
    ("if a then b else ", "c", ""),
    ("every x in l: ", "a", ""),
    ("count(x in l: ", "a", ")"),
    ("round (", "a", ") to 2 places half up"),
    ("weekday of ", "d", ""),
    ("end of month ", "d", ""),
    ("days covered by ", "a", " within b"),
    ("days from ", "a", " to b"),
    ("days from a to ", "b", ""),
    ("x is (", "a", ")"),
    ("NOT ", "a", ""),
    ("!", "a", ""),
    ("either ", "a", ""),
    ("a || every x in l: ", "b", ""),
    ("all { ", "a", " }"),
];

#[test]
fn sixty_four_levels_are_accepted() {
    on_small_stack(|| {
        for (open, inside, close) in NESTINGS {
            let text = rule(&format!("{}{inside}{}", open.repeat(MAX_DEPTH), close.repeat(MAX_DEPTH)));
            let parse = parse_text(&text);
            assert!(!parse.diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TOO_DEEP), "{open}");
            // `!!a` has no meaning at any depth.
            assert_eq!(
                parse.file.declarations.len(),
                if *open == "!" { 1 } else { 2 },
                "{open}: {:?}",
                parse.diagnostics.first()
            );
        }
    });
}

#[test]
fn deeper_texts_are_refused_at_once() {
    on_small_stack(|| {
        for (open, inside, close) in NESTINGS {
            for depth in [MAX_DEPTH + 1, 1_000, 100_000 / open.len()] {
                for close in [*close, ""] {
                    let text = rule(&format!("{}{inside}{}", open.repeat(depth), close.repeat(depth)));
                    let start = Instant::now();
                    let parse = parse_text(&text);
                    let time = start.elapsed();
                    assert!(
                        parse
                            .diagnostics
                            .iter()
                            .any(|diagnostic| diagnostic.code == Code::TOO_DEEP && diagnostic.span().is_some()),
                        "{open} {depth}"
                    );
                    assert_eq!(parse.file.declarations.len(), 1, "{open}: the next declaration is read");
                    assert!(
                        time < Duration::from_millis(if cfg!(debug_assertions) { 500 } else { 100 }),
                        "{open} {depth}: {time:?}"
                    );
                }
            }
        }
        let (_, diagnostics) = parse_expression(&"(".repeat(100_000));
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, Code::TOO_DEEP);
    });
}

#[test]
fn long_chains_end_in_a_tree_or_an_error() {
    on_small_stack(|| {
        let count = 100_000;
        for (first, more, refused) in [
            ("1", "+1", true),
            ("1", " * 2", true),
            ("a", " and a", false),
            ("a", " or a", false),
            ("a", " and a or a", false),
            ("a", " implies a", false),
            ("a", " is a", false),
            ("a", " is empty", false),
            ("a", " until a", false),
            ("a", " rounding up", false),
            ("a", ".a", false),
            ("f(a)", ".a", true),
            ("a", " months", false),
            ("a", " as of a", false),
            ("a", " and 1 day", false),
            ("{a", ", a", false),
            ("f(a", ", a", false),
            ("all of { a", ", a [X] \"y\"", false),
            ("a", " between 1 and 2", false),
            ("a", " [X]", false),
            ("a", " AND a", false),
            ("a", " contains a", false),
        ] {
            let text = rule(&format!("{first}{}", more.repeat(count / more.len())));
            let parse = parse_text(&text);
            let deep = parse.diagnostics.iter().any(|diagnostic| diagnostic.code == Code::TOO_DEEP);
            assert_eq!(deep, refused, "{more}");
            drop(parse);
        }
    });
}

/// Time grows with the length of a text, not with the power of its depth.
#[test]
fn depth_costs_no_more_than_length() {
    let time = |depth: usize, open: &str| {
        let text = rule(&open.repeat(depth));
        (0..5)
            .map(|_| {
                let start = Instant::now();
                for _ in 0..20 {
                    parse_text(&text);
                }
                start.elapsed()
            })
            .min()
            .unwrap_or_default()
    };
    for open in ["(", "all of { ", "f(", "{", "if ", "every x in l: ", "round (", "count(", "not (", "(a and "] {
        let (shallow, deep) = (time(8, open), time(30, open));
        assert!(deep < shallow * 8 + Duration::from_millis(2), "{open}: {shallow:?} at depth 8, {deep:?} at 30");
    }
}

#[test]
fn a_megabyte_of_garbage_is_answered() {
    on_small_stack(|| {
        // An eighth in a debug build, which is slower by a factor of fifty.
        let bytes = if cfg!(debug_assertions) { 1 << 17 } else { 1 << 20 };
        let budget = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 2 });
        for unit in [
            "(",
            "x ",
            "x\n",
            "rul r ok\n",
            "fact a b\n",
            "rule r ok is yes when (a\n",
            "\"",
            "\"\n",
            "{}",
            "1,2 ",
            "é",
            "\u{202e}",
            "when ",
            "when a b\n",
            "\0",
            "| , -> ",
            "rule r a is b c d\n",
            "fact fact ",
            "AND ",
            "-",
            "[[",
            "2024-",
            "a.b.",
            "because \"{",
        ] {
            let text = unit.repeat(bytes / unit.len());
            let start = Instant::now();
            let parse = parse_text(&text);
            let time = start.elapsed();
            assert!(!parse.diagnostics.is_empty(), "{unit:?}");
            assert!(parse.diagnostics.len() <= MAX_DIAGNOSTICS + 1, "{unit:?}");
            assert!(time < budget, "{unit:?}: {time:?}");
        }
    });
}

#[test]
fn many_findings_are_cut_and_counted() {
    let parse = parse_text(&"fact a b\n".repeat(1_000));
    assert_eq!(parse.diagnostics.len(), MAX_DIAGNOSTICS + 1);
    assert_eq!(parse.diagnostics[MAX_DIAGNOSTICS].message, "900 more findings in this file are not listed");
}

#[test]
fn files_and_lines_have_limits() {
    let line = format!("fact a \"{}\": yes/no", "x".repeat(MAX_LINE_BYTES));
    assert!(report(&line).starts_with("E005 1:1 this line has"));
    let file = "# comment\n".repeat(MAX_FILE_BYTES / 10 + 1);
    assert!(report(&file).starts_with("E005 1:1 the file has"));
}
