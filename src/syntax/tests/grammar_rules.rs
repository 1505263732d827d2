//! The decisions of SEMANTICS G, each by its number.

use super::*;

#[test]
fn g1_an_expression_ends_at_the_first_word_that_is_no_operator() {
    assert_eq!(report("rule r ok is yes when a\nunless b because \"x\" cite s \"t\" exception to q relies on z"), "");
    let found = report("rule r ok is yes when a b");
    assert!(found.starts_with("E001 1:23 `a` and `b` stand side by side"), "{found}");
}

#[test]
fn g2_a_reserved_word_is_no_name() {
    assert_eq!(
        report("fact source: text"),
        "E016 1:6 `source` is a word of the language, not a name; a name stands here; help: try `source_of_funds`"
    );
    assert_eq!(
        report(
            "fact from: text\nfact by: text\nfact url: text\nfact ask: text\nfact within: date\nfact until: date\nfact typical: text"
        ),
        ""
    );
}

#[test]
fn g6_blocks_carry_of() {
    assert_eq!(shape("none of { a, b }"), "(None a b)");
    assert_eq!(shape("x is none"), "(is x none)");
    assert_eq!(shape("x in {US, PM}"), "(in x {US PM})");
    assert_eq!(shape("x is {}"), "(is x {})");
    assert_eq!(shape("at least 2 of { a, b, c }"), "(AtLeast(2) a b c)");
}

#[test]
fn g7_quantifiers_and_conditionals_stand_alone() {
    assert_eq!(shape("every c in l: p and q"), "(Every c l (and p q))");
    assert_eq!(shape("a and (any c in l: p)"), "(and a [(Any c l p)])");
    assert_eq!(shape("if a then b else c and d"), "(if a b (and c d))");
    assert_eq!(
        report_expression("a and every c in l: p"),
        "E010 1:7 a quantifier inside a chain needs brackets; its body reaches to the end; help: write `a and (every c in l: p)`"
    );
    assert_eq!(
        report_expression("not every c in l: p"),
        "E010 1:5 a quantifier inside a chain needs brackets; its body reaches to the end; help: write `not (every c in l: p)` or `every c in l: not (p)`"
    );
    assert!(report_expression("a or if b then c else d").starts_with("E010"));
}

#[test]
fn g8_operators_bind_in_their_order() {
    assert_eq!(shape("a and b implies c or d"), "(implies (and a b) (or c d))");
    assert_eq!(shape("not x in s"), "(not (in x s))");
    assert_eq!(shape("not a and b"), "(and (not a) b)");
    assert_eq!(shape("a is b and c is not d"), "(and (is a b) (is not c d))");
    assert_eq!(shape("1 + 2 * 3 - 4"), "(Subtract (Add 1 (Multiply 2 3)) 4)");
    assert_eq!(shape("-a * b"), "(Multiply (minus a) b)");
    assert_eq!(shape("-2 months"), "(minus (Months 2))");
    assert_eq!(shape("d in a until b + 1 day"), "(in d (until a (Add b (Days 1))))");
    assert_eq!(shape("d + 1 month rounding down < e"), "(< (Down (Add d (Months 1))) e)");
    assert_eq!(shape("c in exempt as of d + 1 day"), "(in c (Add (as-of exempt d) (Days 1)))");
    assert_eq!(shape("weekday of d is monday"), "(is (weekday d) monday)");
    assert_eq!(shape("price(a, 3).cost.x + 1"), "(Add (price a 3).cost.x 1)");
    assert_eq!(
        report_expression("a implies b implies c"),
        "E010 1:1 `implies` does not chain; help: write `(a implies b) implies c` or `a implies (b implies c)`"
    );
    assert_eq!(
        report_expression("18 <= age < 65"),
        "E011 1:1 comparisons do not chain; help: write `18 <= age and age < 65`"
    );
    assert_eq!(
        report_expression("x is empty is no"),
        "E011 1:1 comparisons do not chain; help: write `x is empty and x is no`"
    );
    assert!(report_expression("a is not not b").starts_with("E010"));
    assert!(report_expression("a until b until c").starts_with("E010"));
}

#[test]
fn g8_and_and_or_do_not_mix() {
    assert_eq!(
        report_expression("a and b or c"),
        "E009 1:1 `and` and `or` in one chain can be read in two ways; help: write `(a and b) or c` or `a and (b or c)`; \
         they differ for an applicant with `c` yes and `a`, `b` no: the first reading says yes"
    );
    assert!(report_expression("a or b and c or d").contains("`a or (b and c) or d` or `(a or b) and (c or d)`"));
    assert_eq!(shape("(a and b) or c"), "(or [(and a b)] c)");
}

/// Every operator of the grammar has its place in the order.
#[test]
fn g8_every_infix_rule_is_mapped() {
    for (text, expected) in [
        ("a and b", "(and a b)"),
        ("a or b", "(or a b)"),
        ("a implies b", "(implies a b)"),
        ("a is b", "(is a b)"),
        ("a is not b", "(is not a b)"),
        ("a in b", "(in a b)"),
        ("a not in b", "(not in a b)"),
        ("a within b", "(within a b)"),
        ("a overlaps b", "(overlaps a b)"),
        ("a < b", "(< a b)"),
        ("a <= b", "(<= a b)"),
        ("a > b", "(> a b)"),
        ("a >= b", "(>= a b)"),
        ("a until b", "(until a b)"),
        ("a through b", "(through a b)"),
        ("a + b", "(Add a b)"),
        ("a - b", "(Subtract a b)"),
        ("a * b", "(Multiply a b)"),
    ] {
        assert_eq!(shape(text), expected);
    }
}

#[test]
fn g10_numbers() {
    assert_eq!(shape("x -5"), "(Subtract x 5)");
    assert_eq!(shape("x - -5"), "(Subtract x (minus 5))");
    assert_eq!(report("fact a: integer within 0..120\nfact b: decimal within -0.5..1.5"), "");
}

#[test]
fn g11_four_digits_and_two_hyphens_are_a_date() {
    assert_eq!(shape("2024-12-24"), "2024-12-24");
    assert_eq!(
        report_expression("2024-02-30"),
        "E014 1:1 2024-02-30 is no day; this month is shorter; help: the nearest real day is `2024-02-29`"
    );
    assert!(report_expression("2024-1-5").starts_with("E014"));
    assert_eq!(shape("n-12"), "(Subtract n 12)");
}

#[test]
fn g12_units_follow_any_integer() {
    assert_eq!(shape("issued + n months"), "(Add issued (Months n))");
    assert_eq!(shape("d + (a + b) days"), "(Add d (Days [(Add a b)]))");
    assert_eq!(shape("days from a to b + 1 day <= 30 days"), "(<= (days-from a (Add b (Days 1))) (Days 30))");
    assert_eq!(shape("months from a to b rounding down"), "(Down (months-from a b))");
}

#[test]
fn g13_rounding_belongs_to_the_whole_sum() {
    assert_eq!(shape("d + 1 month + 1 month rounding down"), "(Down (Add (Add d (Months 1)) (Months 1)))");
    assert_eq!(shape("(d + 1 month rounding up) + 1 day"), "(Add [(Up (Add d (Months 1)))] (Days 1))");
}

#[test]
fn g14_types() {
    assert_eq!(
        report(
            "fact a: set of country or none\nfact b: list of stay or none\nfact c: {x, y} or none\ndecision d: total of money CAD"
        ),
        ""
    );
    assert_eq!(
        report("fact a: yes/no or none or none"),
        "E017 1:24 `or none` is given twice; the second; help: remove it: a value is absent or not"
    );
    assert!(report("fact a: set of (country or none)").contains("`set of T or none`"));
}

#[test]
fn g16_tags_after_chains() {
    assert_eq!(
        report_expression("a or b [X]"),
        "E018 1:9 `[X]` can belong to the last condition or to all of them; help: write `any of { a, b [X] }` or `(a or b) [X]`"
    );
    assert_eq!(report_expression("(a or b) [X, Y] \"label\""), "");
    assert_eq!(report_expression("all of { a or b [X], c }").lines().count(), 1);
}

#[test]
fn g17_clauses_are_given_once_in_any_order() {
    assert_eq!(
        report(
            "rule r ok is yes because \"x\" unless a exception to s unless b when c cite s \"a\" cite s at \"b\" relies on q"
        ),
        ""
    );
    assert_eq!(report("fact a: integer private typical 3 within 0..3 ask \"?\""), "");
    for (text, place) in [
        ("rule r ok is yes because \"a\" because \"b\"", "1:30 `because`"),
        ("fact a: integer typical 4 typical 5", "1:27 `typical`"),
        ("source s \"T\" by \"x\" by \"y\"", "1:21 `by`"),
        ("policy p effective from 2024-01-01 until 2025-01-01 until 2026-01-01", "1:53 `until`"),
        ("decision d: yes/no otherwise no otherwise yes", "1:33 `otherwise`"),
        ("test t on 2024-01-01 on 2024-01-02 expect a is b", "1:25 `on`"),
        ("question q \"?\" reading \"a\" reading \"b\"", "1:36 `reading`"),
        ("calendar c weekend {sunday} weekend {monday}", "1:29 `weekend`"),
    ] {
        let found = report(text);
        assert!(found.starts_with(&format!("E017 {place} is given twice")), "{text}\n{found}");
    }
}

#[test]
fn g17_reasons_after_otherwise_belong_to_it() {
    let parse = parse_text("decision d: yes/no because \"own\" otherwise no because \"none\" cite s \"x\"");
    assert_eq!(parse.diagnostics, []);
    let DeclKind::Decision(decision) = &parse.file.declarations[0].kind else { panic!("a decision") };
    assert!(decision.common.because.is_some() && decision.common.cites.is_empty());
    assert!(
        decision
            .otherwise
            .as_ref()
            .is_some_and(|otherwise| otherwise.common.because.is_some() && otherwise.common.cites.len() == 1)
    );
}

#[test]
fn g17_a_parameter_goes_on_after_relies() {
    let parse =
        parse_text("parameter p: e = a from 2024-01-01 relies on q, b from 2025-01-01, no value from 2026-01-01");
    assert_eq!(parse.diagnostics, []);
    let DeclKind::Parameter(parameter) = &parse.file.declarations[0].kind else { panic!("a parameter") };
    assert_eq!(parameter.values.len(), 3);
    assert_eq!(parameter.values[0].common.relies.len(), 1);
    assert!(parameter.values[2].value.is_none());
}

#[test]
fn g18_escapes_and_holes() {
    let parse = parse_text(r#"rule r ok is yes because "a \"b\" \\ {c.d} {{e}}""#);
    assert_eq!(parse.diagnostics, []);
    let DeclKind::Rule(rule) = &parse.file.declarations[0].kind else { panic!("a rule") };
    let parts = &rule.common.because.as_ref().expect("a reason").parts;
    assert!(matches!(&parts[0], ast::TemplatePart::Text(text) if text == r#"a "b" \ "#), "{parts:?}");
    assert!(matches!(&parts[1], ast::TemplatePart::Hole(path) if path.text() == "c.d"));
    assert!(matches!(&parts[2], ast::TemplatePart::Text(text) if text == " {e}"), "{parts:?}");
}

#[test]
fn g20_tables() {
    let text = "table t(a: e, n: integer) -> b: yes/no, c: integer highest yes outranks no\n| any, not 0..17 -> yes, 1 [T] \"l\"\n| {x, y}, >= -3 -> no, 2\n| not x, none -> yes, n + 1\notherwise yes, 3 because \"x\"";
    let parse = parse_text(text);
    assert_eq!(parse.diagnostics, []);
    let DeclKind::Table(table) = &parse.file.declarations[0].kind else { panic!("a table") };
    let ast::TableBody::Rows(rows) = &table.body else { panic!("rows") };
    assert_eq!(rows.len(), 3);
    assert!(rows[0].cells[1].negated && matches!(rows[0].cells[1].kind, ast::CellKind::Range(..)));
    assert!(matches!(&rows[1].cells[0].kind, ast::CellKind::Value(value) if show(value) == "{x y}"));
    assert!(matches!(&rows[1].cells[1].kind, ast::CellKind::Compare(ast::CompareOp::GreaterEqual, _)));
    assert_eq!(
        report("table t(a: e) -> b: yes/no unique | -> yes"),
        "E024 1:37 cell 1 is blank; help: write `any` for a cell that accepts every value"
    );
}

#[test]
fn v6_division_stands_inside_round() {
    assert_eq!(report_expression("round (a / b) to 2 places half even"), "");
    assert_eq!(
        report_expression("a / b"),
        "E026 1:3 `/` stands only inside `round (…)`; a division can have endless digits; help: write `round (a / b) to 2 places half even`"
    );
}
