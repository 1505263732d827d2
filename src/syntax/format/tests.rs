//! The look of every kind of declaration, comments in all places, and what must hold for any text.

mod generated;

use insta::assert_snapshot;

use super::{FormatError, decl_text, expr_text, format, format_checked};
use crate::source::Sources;
use crate::syntax::parse;
use crate::syntax::same::{same_declaration, same_meaning};

/// Formats a text that must be free of errors; checks that formatting is safe and that doing it twice changes nothing.
fn fmt(text: &str) -> String {
    let once = checked(text);
    let twice = checked(&once);
    assert_eq!(once, twice, "formatting twice changes the text; the first input was:\n{text}");
    once
}

fn checked(text: &str) -> String {
    let mut sources = Sources::new();
    let id = sources.add("test.enact", text);
    match format_checked(&sources, &parse(&sources, id).file) {
        Ok(formatted) => formatted,
        Err(error) => panic!("{error:?}\nof:\n{text}\nto:\n{}", format(&sources, &parse(&sources, id).file)),
    }
}

/// The declarations of SEMANTICS section S.
const DECLARATIONS: &str = include_str!("tests/declarations.enact");

/// The expressions of SEMANTICS section S, one a line.
const EXPRESSIONS: &str = include_str!("tests/expressions.txt");

#[test]
fn headers() {
    assert_snapshot!(fmt(r#"library   people "Shared facts""#), @r#"library people "Shared facts""#);
    assert_snapshot!(fmt(r#"policy flagpoling effective from 2024-12-24 announced 2024-12-23 amends 2024-05-30"#), @r#"policy flagpoling effective from 2024-12-24 announced 2024-12-23 amends 2024-05-30"#);
    assert_snapshot!(fmt(r#"policy p "P" jurisdiction "CA" effective from 2024-02-29 23:30 "America/Toronto" until 2026-01-01
announced 2024-12-23 decided by applied months round down zone "UTC""#), @r#"
    policy p "P" jurisdiction "CA"
        effective from 2024-02-29 23:30 "America/Toronto"
        until 2026-01-01
        announced 2024-12-23
        decided by applied
        months round down
        zone "UTC"
    "#);
    assert_snapshot!(fmt("policy p effective from 2024-12-24 amends 2024-05-30 repeal rule r [A-4] repeal use common.people insert fact a: date\nreplace fact b: date"), @"
    policy p effective from 2024-12-24 amends 2024-05-30
    repeal rule r [A-4]
    repeal use common.people
    insert fact a: date
    replace fact b: date
    ");
}

#[test]
fn every_form_of_declaration() {
    assert_snapshot!(fmt(DECLARATIONS), @r#"
    use common.people
    use q
        outside d is no because "Not yet."
        outside e has no value because "Not encoded."
    source act "Act" by "IRCC" published 2024-01-02 accessed 2025-01-02 url "https://a.invalid"
    enum lmia "LMIA" { positive "granted", no_lmia written "none", AB }
    enum port open read from "ports.csv" column code
    set exempt: set of country
        read from "x.csv" column iso2
        where basis is "R190"
        valid from start until end_day
    set near: set of country = {US, PM}
    record stay { start "first day": date, last: date or none } is period start through last
    calendar canada
        weekend {saturday, sunday}
        holidays read from "h.csv" column date
        covers 2020-01-01 through 2030-12-31
    fact age_years [A-1] "age": integer
        ask "How old?"
        within 0..120
        typical 30
        changeable never
        private
        written "AGE"
    fact fit "fit to work": yes/no judged by "officer" under act
    assume printed is none unless stated because "Mostly empty."
    invariant i [INT-01] "Label": a implies not b
    parameter fee: money CAD =
        100.00 CAD from 2024-01-01 cite act "one hundred",
        110.00 CAD from 2025-01-01
    scale tax: money CAD =
        { 15% up to 50000 CAD, 26% above } from 2024-01-01,
        { 16% above } from 2025-01-01
    define late(d: date) [A-2] "Late": yes/no = d > due relies on q
    table price(p: program, n: integer) "Price" -> cost: money CAD unique
        | imp, 0..17 -> 0 CAD
        | any, not 0..17 -> 155 CAD
        otherwise none
    table opening(place: port) -> opens: time first
        read from "h.csv"
        columns code as place, opens_at as opens
    decision ok [A-3] "May apply": yes/no no outranks yes otherwise no because "No ground."
    decision due: date = issued + 12 months rounding down
    rule r [A-4] "Label"
        ok is yes when a
        unless b [A-5] "label"
        exception to s, t
        because "{due}"
        cite act "quote" at "s. 5"
        relies on q
    rule r2 papers includes passport  # or {passport, letter}
    rule r3 cost adds 12.00 CAD when a
    note n [A-6] "Text." about ok when a
    question q [R-1] "Open?" reading "Yes." owner "legal"
    assert safe "Label": pgwp implies ok is no
    profile worker {
        age_years is 30,
        citizenships is {IN},
        fit is unknown,
        stays is list of { { start is 2024-01-01, last is none } },
    }
    test t "Label" on 2024-12-24
        given worker, age_years is 31
        expect ok is yes because [A-4]
        expect due is 2025-12-24
    test t2 given age_years is 31 expect ok is undetermined missing {fit}  # or contradictory because [INT-01], not_in_force, conflict, error
    "#);
}

#[test]
fn real_files_in_the_canonical_layout_stay_as_they_are() {
    let files = [
        include_str!("tests/library.enact"),
        include_str!("tests/version.enact"),
        include_str!("tests/amendment.enact"),
        include_str!("tests/scenarios.enact"),
    ];
    for text in files {
        assert_eq!(fmt(text), text);
        // Written on as few lines as can be, it comes out the same but for blank lines, which are the author's.
        let packed = text.lines().map(|line| match (line.starts_with('#'), line.contains('#')) {
            (true, _) => format!("\n{line}\n"),
            (_, true) => format!("{line}\n"),
            _ => format!("{} ", line.trim()),
        });
        let packed: String = packed.collect();
        let lines = |text: String| text.lines().filter(|line| !line.is_empty()).map(str::to_string).collect::<Vec<_>>();
        assert_eq!(lines(fmt(&packed)), lines(text.to_string()));
    }
}

#[test]
fn every_form_of_expression() {
    for line in EXPRESSIONS.lines() {
        let text = format!("define e = {line}\n");
        assert_eq!(fmt(&text), text);
    }
}

#[test]
fn a_rule_has_its_outcome_below_its_head_and_each_unless_on_a_line() {
    assert_snapshot!(fmt(r#"
rule eta [POE-W-12] "An eTA is not an exemption" may_apply is no when eta_country_citizen unless trv_exempt
rule iec [POE-W-09] "International Experience Canada" may_apply is no when category is iec unless us_person [POE-W-10]
  unless approved_before_entry [POE-W-10] because "Since {effective_from}, {{not}} this \"way\"." cite act "A quote." at "s. 5"
rule lmia_in_hand "With a positive or neutral LMIA" may_apply_for_work_permit_at_poe is yes when all of { trv_exempt [POE-W-01], work_program is tfwp, lmia_on_arrival in {positive, neutral} }
rule short papers includes passport when a
"#), @r#"
    rule eta [POE-W-12] "An eTA is not an exemption"
        may_apply is no when eta_country_citizen
        unless trv_exempt
    rule iec [POE-W-09] "International Experience Canada"
        may_apply is no
        when category is iec
        unless us_person [POE-W-10]
        unless approved_before_entry [POE-W-10]
        because "Since {effective_from}, {{not}} this \"way\"."
        cite act "A quote." at "s. 5"
    rule lmia_in_hand "With a positive or neutral LMIA"
        may_apply_for_work_permit_at_poe is yes
        when all of {
            trv_exempt [POE-W-01],
            work_program is tfwp,
            lmia_on_arrival in {positive, neutral},
        }
    rule short papers includes passport when a
    "#);
}

#[test]
fn a_block_begins_on_the_line_of_its_declaration() {
    assert_snapshot!(fmt(r#"
define exam_valid [POE-W-16] "Medical exam valid at entry" = all of { ime_exam_done, ime_exam_date is not none,
    any of { evaluation_date <= ime_exam_date + 12 months, exam_waived [POE-W-17] "waived by the officer under a public policy" } } relies on anniversary
define short = any of { a, b }
define local_resident "U.S. national or permanent resident, or resident of Greenland" = us_person or residence_country in {GL, PM} cite act at "s. 5"
set countries: set of country = {AD, AE, AF, AG, AI, AL, AM, AO, AQ, AR, AS, AT, AU, AW, AX, AZ, BA, BB, BD, BE, BF, BG, BH, BI, BJ}
invariant stays_end "Every stay that has an end ends": every s in stays: all of { s.last is not none, s.start <= s.last, s.last <= evaluation_date }
"#), @r#"
    define exam_valid [POE-W-16] "Medical exam valid at entry" = all of {
        ime_exam_done,
        ime_exam_date is not none,
        any of {
            evaluation_date <= ime_exam_date + 12 months,
            exam_waived [POE-W-17] "waived by the officer under a public policy",
        },
    } relies on anniversary
    define short = any of { a, b }
    define local_resident "U.S. national or permanent resident, or resident of Greenland"
        = us_person or residence_country in {GL, PM}
        cite act at "s. 5"
    set countries: set of country = {
        AD, AE, AF, AG, AI, AL, AM, AO, AQ, AR, AS, AT, AU, AW, AX, AZ, BA, BB, BD, BE, BF, BG, BH, BI,
        BJ,
    }
    invariant stays_end "Every stay that has an end ends": every s in stays: all of {
        s.last is not none,
        s.start <= s.last,
        s.last <= evaluation_date,
    }
    "#);
}

#[test]
fn one_clause_follows_a_closing_brace_and_several_have_their_lines() {
    assert_snapshot!(fmt(r#"
define a = any of { b, c } relies on q cite act "quote"
define exam_valid [POE-W-16] "Medical exam valid at entry, as the Regulations say" = all of { ime_exam_done, ime_exam_date is not none } relies on q cite act "quote"
"#), @r#"
    define a = any of { b, c } cite act "quote" relies on q
    define exam_valid [POE-W-16] "Medical exam valid at entry, as the Regulations say" = all of {
        ime_exam_done,
        ime_exam_date is not none,
    }
        cite act "quote"
        relies on q
    "#);
}

#[test]
fn long_conditions_break_before_their_operators() {
    assert_snapshot!(fmt(r#"
define x = held_temporary_resident_status_in_canada and countries_visited_since_leaving_canada is not empty and (service_sought is work_permit or service_sought is study_permit) and not us_person
define y = if held_temporary_resident_status_in_canada then evaluation_date + 12 months - 2 weeks rounding down else earliest(passport_expires, ime_exam_date, authorized_stay_until, d)
define z = days from authorized_stay_until to evaluation_date + 12 business days of canada <= restoration_period_days * 2 + 1
"#), @"
    define x
        = held_temporary_resident_status_in_canada
            and countries_visited_since_leaving_canada is not empty
            and (service_sought is work_permit or service_sought is study_permit)
            and not us_person
    define y
        = if held_temporary_resident_status_in_canada
            then evaluation_date + 12 months - 2 weeks rounding down
            else earliest(passport_expires, ime_exam_date, authorized_stay_until, d)
    define z
        = days from authorized_stay_until to evaluation_date + 12 business days of canada
            <= restoration_period_days * 2 + 1
    ");
}

#[test]
fn tables_have_one_row_a_line() {
    assert_snapshot!(fmt(r#"
table price(p: program, n: integer) [A-1] "Price" -> cost: money CAD, known: yes/no highest a outranks b
| imp, 0..17 -> 0 CAD, yes [A-2] "children"

| any, not >= 18 -> 155.00 CAD, no | {imp, tfwp}, any -> 1 CAD, no cite act "quote" otherwise 0 CAD, no because "None."
"#), @r#"
    table price(p: program, n: integer) [A-1] "Price"
        -> cost: money CAD, known: yes/no highest a outranks b
        | imp, 0..17 -> 0 CAD, yes [A-2] "children"

        | any, not >= 18 -> 155.00 CAD, no
        | {imp, tfwp}, any -> 1 CAD, no
        cite act "quote"
        otherwise 0 CAD, no because "None."
    "#);
}

#[test]
fn blank_lines_are_the_authors_at_most_one() {
    assert_snapshot!(fmt("fact a: date\nfact b: date\n\n\n\nfact c: date\ndefine d = a\n"), @"
    fact a: date
    fact b: date

    fact c: date
    define d = a
    ");
}

#[test]
fn comments_stay_beside_what_they_are_about() {
    assert_snapshot!(fmt(r#"# The file.

policy p effective from 2024-01-01 # first version
  # Rounding as in the Interpretation Act.
  months round down

# Facts
# of the person
fact a: yes/no   # trailing
# above b
fact b: yes/no

# A section.

enum lmia { # what the officer found
  positive, # in favour
  # neither
  neutral,
  negative
  # more to come
} # end

rule r "Label" # the head
  # the outcome
  ok is yes when all of { # all
    a, # first
    # second
    b and # why
      c
  }
  # but
  unless d # unless

table t(n: integer) -> x: integer unique # hit
  # minors
  | 0..17 -> 1 # one
  # adults
  | >= 18 -> 2
  # none else
  otherwise none # nothing
test t1 given worker, # who
    # age
    a is yes
  expect ok is yes # good
# the end

# really
"#), @r#"
    # The file.

    policy p
        effective from 2024-01-01  # first version
        # Rounding as in the Interpretation Act.
        months round down

    # Facts
    # of the person
    fact a: yes/no  # trailing
    # above b
    fact b: yes/no

    # A section.

    enum lmia {
        # what the officer found
        positive,  # in favour
        # neither
        neutral,
        negative,
        # more to come
    }  # end

    rule r "Label"  # the head
        # the outcome
        ok is yes
        when all of {
            # all
            a,  # first
            # second
            b  # why
                and c,
        }
        # but
        unless d  # unless

    table t(n: integer) -> x: integer unique  # hit
        # minors
        | 0..17 -> 1  # one
        # adults
        | >= 18 -> 2
        # none else
        otherwise none  # nothing
    test t1
        given worker,  # who
            # age
            a is yes
        expect ok is yes  # good
    # the end

    # really
    "#);
}

#[test]
fn a_comment_inside_an_expression_moves_above_its_clause() {
    assert_snapshot!(fmt("rule r\n ok is # outcome\n yes when x is # odd place\n US and y\n"), @r#"
    rule r
        # outcome
        ok is yes
        # odd place
        when x is US and y
    "#);
}

#[test]
fn a_hash_in_a_text_is_no_comment() {
    assert_snapshot!(fmt("fact a \"# not \\\" a # comment\": yes/no # but this is\n"), @r##"fact a "# not \" a # comment": yes/no  # but this is"##);
}

#[test]
fn a_file_of_comments_alone_keeps_them() {
    assert_snapshot!(fmt("\u{feff}\n\n#  a\n\n\n# b   \r\n"), @r#"
    #  a

    # b
    "#);
}

#[test]
fn a_column_whose_name_is_reserved_is_quoted() {
    let text =
        "enum port open read from \"x.csv\" column \"days\" where \"a b\" is \"c\" valid from start until \"end\"\n";
    assert_snapshot!(fmt(text), @r#"enum port open read from "x.csv" column "days" where "a b" is "c" valid from start until end"#);
}

#[test]
fn every_reserved_word_of_the_grammar_is_quoted_as_a_column() {
    let grammar = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/grammar/enact.pest"));
    let reserved = grammar.split("\nreserved = ").nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
    let words: Vec<&str> = reserved.split('"').skip(1).step_by(2).collect();
    assert!(words.len() > 50, "{words:?}");
    for word in words {
        fmt(&format!("enum port open read from \"x.csv\" column \"{word}\"\n"));
    }
}

#[test]
fn clauses_of_otherwise_stay_with_it() {
    let text = "decision ok: yes/no because \"Of the decision.\" otherwise no because \"Of otherwise.\"\n";
    assert_eq!(fmt(text), text);
}

#[test]
fn an_expression_has_one_line() {
    let mut sources = Sources::new();
    let id = sources.add("", "all of { a, b [X] \"l\" } and (c or\nd)".to_string() + &" and eeeeeeeeeee".repeat(20));
    let (item, findings) = crate::syntax::parse_item(&sources, id);
    assert_eq!(findings, []);
    let text = item.map(|item| expr_text(&item.expr)).unwrap_or_default();
    assert!(text.starts_with("all of { a, b [X] \"l\" } and (c or d) and eee") && !text.contains('\n'), "{text}");
}

#[test]
fn a_declaration_alone_is_printed_without_comments() {
    let mut sources = Sources::new();
    let id = sources.add("", "rule r [A-4] # why\n ok is yes when a");
    let file = parse(&sources, id).file;
    let text: String = file.declarations.iter().map(decl_text).collect();
    assert_snapshot!(text, @"rule r [A-4] ok is yes when a");
}

#[test]
fn a_file_with_errors_is_left_alone() {
    let mut sources = Sources::new();
    let id = sources.add("", "fact a: yes/no\nfact b yes\n");
    let result = format_checked(&sources, &parse(&sources, id).file);
    assert!(matches!(result, Err(FormatError::HasErrors(_))), "{result:?}");
}

#[test]
fn the_same_meaning_is_seen_through_layout_and_brackets_and_nothing_else() {
    let tree = |text: &str| {
        let mut sources = Sources::new();
        let id = sources.add("", text);
        parse(&sources, id).file
    };
    let base = tree("define a = b and c in {d, e}");
    assert!(same_meaning(&base, &tree("  define a # x\n = (b and ((c) in {(d), e}))")));
    for other in [
        "define a = b or c in {d, e}",
        "define a = c in {d, e} and b",
        "define a [T] = b and c in {d, e}",
        "fact a: date",
    ] {
        let other = tree(other);
        assert!(!same_meaning(&base, &other));
        assert!(!same_declaration(&base.declarations[0], &other.declarations[0]));
    }
    assert!(!same_declaration(&base.declarations[0], &tree("insert define a = b and c in {d, e}").declarations[0]));
}
