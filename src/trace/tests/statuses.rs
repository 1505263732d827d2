use super::*;
use crate::trace::why_not;

/// A policy with a bar decided by another policy, an exception, a definition, an invariant, a note.
pub(super) const LIBRARY: &str = r#"library people "People"
enum lmia { positive, neutral, negative, no_lmia written "none" }
fact citizenships "citizenships": set of country ask "Which citizenships does the person hold?"
fact us_resident "lawful permanent resident of the United States": yes/no
fact offer "Labour Market Impact Assessment": lmia ask "What is the state of the LMIA on arrival?"
fact stay_until "last day of the authorized stay": date
fact fit "fit to work": yes/no judged by "officer"
fact fee "fee paid": money CAD
fact printed "printed": yes/no
assume printed is no unless stated because "Most are not."
invariant one_status [INT-01] "A U.S. citizen is not a U.S. permanent resident": US in citizenships implies not us_resident
define us_person "U.S. citizen or permanent resident" = US in citizenships or us_resident
"#;

pub(super) const BAN: &str = r#"policy ban "The ban" effective from 2024-12-24
use people
source notice "Flagpoling ends" by "CBSA" published 2024-12-23 url "https://example.invalid/x"
decision barred "The bar applies": yes/no otherwise no because "Nothing bars."
rule flagpolers [FLAG-02] "No service for flagpolers"
    barred is yes
    when all of { stay_until < 2025-06-01 [FLAG-01] "stay ended", not printed }
    unless us_person [FLAG-03]
    because "Since {effective_from}, people of {citizenships} whose stay ended on {stay_until} are not served."
    cite notice "who otherwise meet the definition"
note only [FLAG-13] "An exemption lifts only this bar." about barred when not barred
"#;

pub(super) const PERMIT: &str = r#"policy permit "Work permit" effective from 2024-01-01
use people
use ban outside barred is no because "Nobody was barred yet."
decision may "The application is received": yes/no no outranks yes otherwise no because "No ground."
question both [R-01] "May both hold?" reading "Yes."
rule job [W-02] "The job needs no assessment" may is yes when all of { offer in {positive, neutral} [W-05], fee >= 100.00 CAD }
    relies on both
rule flagpoling [W-14] "Flagpoling bar" may is no when barred
rule unfit [W-08] "Not fit" may is no when offer is negative and not fit
"#;

fn world() -> World {
    World::new(&[("people.enact", LIBRARY), ("ban/2024-12-24.enact", BAN), ("permit/2024-01-01.enact", PERMIT)])
}

const FACTS: &str = r#"{"evaluation_date": "2025-02-01", "citizenships": ["FR", "IN"], "us_resident": false, "offer": "positive",
    "stay_until": "2025-01-15", "fee": "120.00"}"#;

#[test]
fn decided_by_a_bar_of_another_policy() {
    let (answer, tree) = world().texts("permit", "may", FACTS);
    insta::assert_snapshot!(answer, @r#"
    NO   The application is received
         on Saturday 2025-02-01, under permit 2024-01-01 and ban 2024-12-24
    Because     No service for flagpolers [W-14, FLAG-02]         policies/ban/2024-12-24.enact:5
                Since 2024-12-24, people of FR and IN whose stay ended on 2025-01-15 are not served.
                Source: CBSA, Flagpoling ends, 2024-12-23
    Set aside   The job needs no assessment [W-02]                "no" outranks "yes"
    Enough      citizenships, lawful permanent resident of the United States and last day of the
                authorized stay: these facts alone decide
    What would  "citizenships" = FR, IN, US would give YES, all else equal
                "lawful permanent resident of the United States" = yes would give YES, all else equal
                "last day of the authorized stay" = 2025-06-01 would give YES, all else equal
    Dates       until 2024-12-23 yes | since 2024-12-24 no [FLAG-02]
    Assumed     printed = no, as it is not stated: Most are not.  policies/people.enact:10
    "#);
    insta::assert_snapshot!(tree, @r#"
    NO   The application is received
         on Saturday 2025-02-01, under permit 2024-01-01 and ban 2024-12-24
    ├─ decided by  Flagpoling bar [W-14, FLAG-02]      permit/2024-01-01.enact:8
    │  │  Since 2024-12-24, people of FR and IN whose stay ended on 2025-01-15 are not served.
    │  │  Source: CBSA, Flagpoling ends, 2024-12-23: “who otherwise meet the definition”
    │  ├─ ✓ stay ended [FLAG-01]                       /stay_until = 2025-01-15
    │  ├─ ✓ not: printed                               /printed = no, assumed
    │  └─ no exception: U.S. citizen or permanent resident [FLAG-03]
    ├─ set aside   The job needs no assessment [W-02]  "no" outranks "yes"
    │  └─ hold: Labour Market Impact Assessment in {positive, neutral} [W-05]; and 1 more
    └─ not barred  Not fit [W-08]                      /offer = positive
    Enough      citizenships, lawful permanent resident of the United States and last day of the
                authorized stay: these facts alone decide
    What would  "citizenships" = FR, IN, US would give YES, all else equal
                "lawful permanent resident of the United States" = yes would give YES, all else equal
                "last day of the authorized stay" = 2025-06-01 would give YES, all else equal
    Dates       until 2024-12-23 yes | since 2024-12-24 no [FLAG-02]
    Assumed     printed = no, as it is not stated: Most are not.  policies/people.enact:10
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    "#);
}

#[test]
fn an_exemption_and_a_note() {
    let facts = FACTS.replace(r#"["FR", "IN"]"#, r#"["US"]"#);
    let (_, tree) = world().texts("permit", "may", &facts);
    insta::assert_snapshot!(tree, @r#"
    YES   The application is received
          on Saturday 2025-02-01, under permit 2024-01-01
    ├─ decided by  The job needs no assessment [W-02]  permit/2024-01-01.enact:6
    │  ├─ ✓ Labour Market Impact Assessment in {positive, neutral} [W-05]  /offer = positive
    │  └─ ✓ fee paid >= 100.00 CAD                     /fee = 120.00 CAD
    ├─ not barred  Flagpoling bar [W-14, FLAG-02]      permit/2024-01-01.enact:8
    │  ├─ ✓ stay ended [FLAG-01]                       /stay_until = 2025-01-15
    │  ├─ ✓ not: printed                               /printed = no, assumed
    │  ├─ ✓ exempt: U.S. citizen or permanent resident [FLAG-03]: one of two holds  people.enact:12
    │  └─ note [FLAG-13] An exemption lifts only this bar.
    └─ not barred  Not fit [W-08]                      /offer = positive
    Enough      citizenships, Labour Market Impact Assessment and fee paid: these facts alone decide
    What would  "citizenships" = none (empty) would give NO, all else equal
                "Labour Market Impact Assessment" = negative would give NO, all else equal
                "fee paid" = 99.99 CAD would give NO, all else equal
    Dates       until 2023-12-31 not in force | since 2024-01-01 yes
    Reading     both [R-01], taken: Yes.
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    "#);
}

#[test]
fn a_near_miss_says_by_how_much() {
    let facts = FACTS.replace("120.00", "99.50").replace("2025-01-15", "2025-12-31");
    let (_, tree) = world().texts("permit", "may", &facts);
    insta::assert_snapshot!(tree, @r#"
    NO   The application is received
         on Saturday 2025-02-01, under permit 2024-01-01 and ban 2024-12-24
    ├─ decided by   otherwise no: No ground.
    ├─ not barred   Flagpoling bar [W-14, FLAG-02] fails on one condition  permit/2024-01-01.enact:8
    │  ├─ ✗ stay ended [FLAG-01]    /stay_until = 2025-12-31, 213 days too late
    │  ├─ note [FLAG-13] An exemption lifts only this bar.
    │  └─ exceptions not needed: U.S. citizen or permanent resident [FLAG-03]
    ├─ not barred   Not fit [W-08]  /offer = positive
    └─ why not YES  The job needs no assessment [W-02] fails on one condition  permit/2024-01-01.enact:6
       ├─ ✗ fee paid >= 100.00 CAD  /fee = 99.50 CAD, 0.50 CAD too low
       └─ hold too: Labour Market Impact Assessment in {positive, neutral} [W-05]
    Enough      fee paid: this fact alone decides
    What would  "fee paid" = 100 CAD would give YES, all else equal
    Dates       until 2023-12-31 not in force | since 2024-01-01 no
    Reading     both [R-01], taken: Yes.
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    "#);
}

#[test]
fn one_fact_decides() {
    let facts = FACTS.replace("2025-01-15", "2025-12-31").replace(r#""offer": "positive","#, r#""fit": false,"#);
    let (answer, _) = world().texts("permit", "may", &facts);
    insta::assert_snapshot!(answer, @"
    UNDETERMINED   The application is received: yes or no
         on Saturday 2025-02-01, under permit 2024-01-01
    One fact decides  offer: What is the state of the LMIA on arrival?
                      positive or neutral: YES [W-02]      negative: NO [W-08]      none: NO
    Dates             until 2023-12-31 not in force | since 2024-01-01 undetermined
    Note              [FLAG-13] An exemption lifts only this bar.
    Reading           both [R-01], taken: Yes.
    Assumed           printed = no, as it is not stated: Most are not.  policies/people.enact:10
    ");
}

#[test]
fn several_facts_are_asked_for() {
    let facts = FACTS.replace(r#""stay_until": "2025-01-15","#, "").replace(r#""offer": "positive","#, "");
    let (answer, tree) = world().texts("permit", "may", &facts);
    insta::assert_snapshot!(tree, @"
    UNDETERMINED   The application is received: yes or no
         on Saturday 2025-02-01, under permit 2024-01-01 and ban 2024-12-24
    ├─ open, yes  The job needs no assessment [W-02]     permit/2024-01-01.enact:6
    │  └─ ? Labour Market Impact Assessment in {positive, neutral} [W-05]  /offer not given
    ├─ open, no   Flagpoling bar [W-14, FLAG-02]         permit/2024-01-01.enact:8
    │  ├─ ? stay ended [FLAG-01]                         /stay_until not given
    │  └─ no exception: U.S. citizen or permanent resident [FLAG-03]
    ├─ open, no   Not fit [W-08]                         permit/2024-01-01.enact:9
    │  ├─ ? Labour Market Impact Assessment is negative  /offer not given
    │  └─ ? not: fit to work                             /fit not given, to be judged by officer
    └─ open, no   otherwise no: No ground.
    Dates      until 2023-12-31 not in force | since 2024-01-01 undetermined
    Reading    both [R-01], taken: Yes.
    Assumed    printed = no, as it is not stated: Most are not.  policies/people.enact:10
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    ");
    insta::assert_snapshot!(answer, @"
    UNDETERMINED   The application is received: yes or no
         on Saturday 2025-02-01, under permit 2024-01-01 and ban 2024-12-24
    To be asked  offer: What is the state of the LMIA on arrival?
                 stay_until: last day of the authorized stay
    Dates        until 2023-12-31 not in force | since 2024-01-01 undetermined
    Reading      both [R-01], taken: Yes.
    Assumed      printed = no, as it is not stated: Most are not.  policies/people.enact:10
    ");
}

#[test]
fn contradictory_names_the_facts() {
    let facts = FACTS.replace(r#"["FR", "IN"]"#, r#"["US"]"#).replace("false", "true");
    let (answer, tree) = world().texts("permit", "may", &facts);
    insta::assert_snapshot!(answer, @"
    CONTRADICTORY   The application is received: the facts cannot all be true
         on Saturday 2025-02-01, under permit 2024-01-01
    Cannot be  A U.S. citizen is not a U.S. permanent resident [INT-01]  policies/people.enact:11
               /citizenships = US
               /us_resident = yes
    Dates      until 2023-12-31 not in force | since 2024-01-01 contradictory
    Assumed    printed = no, as it is not stated: Most are not.  policies/people.enact:10
    ");
    insta::assert_snapshot!(tree, @"
    CONTRADICTORY   The application is received: the facts cannot all be true
         on Saturday 2025-02-01, under permit 2024-01-01
    └─ cannot be  A U.S. citizen is not a U.S. permanent resident [INT-01]  /citizenships = US,
                                                                            /us_resident = yes
    Dates      until 2023-12-31 not in force | since 2024-01-01 contradictory
    Assumed    printed = no, as it is not stated: Most are not.  policies/people.enact:10
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    ");
}

#[test]
fn not_in_force_says_when() {
    let (answer, _) = world().texts("permit", "may", r#"{"evaluation_date": "2023-06-01"}"#);
    insta::assert_snapshot!(answer, @"
    NOT IN FORCE   The application is received: first in force on 2024-01-01
         on Thursday 2023-06-01
    Dates      until 2023-12-31 not in force | since 2024-01-01 undetermined
    ");
}

#[test]
fn a_conflict_shows_both_sides() {
    let text = r#"policy p "P" effective from 2024-01-01
fact a "first": yes/no
decision d "The decision": yes/no otherwise no
rule one [P-1] "One way" d is yes when a
rule two [P-2] "The other way" d is no when a
"#;
    let world = World::new(&[("p/2024-01-01.enact", text)]);
    let (answer, tree) = world.texts("p", "d", r#"{"evaluation_date": "2024-06-01", "a": true}"#);
    insta::assert_snapshot!(answer, @"
    CONFLICT   The decision: rules give different answers, and nothing orders them
               on Saturday 2024-06-01, under p 2024-01-01
    Conflict   YES: One way [P-1]       policies/p/2024-01-01.enact:4
               NO: The other way [P-2]  policies/p/2024-01-01.enact:5
    Dates      until 2023-12-31 not in force | since 2024-01-01 conflict
    ");
    insta::assert_snapshot!(tree, @"
    CONFLICT   The decision: rules give different answers, and nothing orders them
               on Saturday 2024-06-01, under p 2024-01-01
    ├─ gives yes  One way [P-1]        p/2024-01-01.enact:4
    │  └─ ✓ first                      /a = yes
    └─ gives no   The other way [P-2]  p/2024-01-01.enact:5
       └─ ✓ first                      /a = yes
    Dates      until 2023-12-31 not in force | since 2024-01-01 conflict
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    ");
}

#[test]
fn an_error_shows_its_place() {
    let text = r#"policy p "P" effective from 2024-01-01
fact n "number of parts": integer
decision share "Share of each": decimal = round (100 / n) to 2 places half even
decision many "More than ten each": yes/no otherwise no
rule enough [P-1] "Enough each" many is yes when share > 10
"#;
    let world = World::new(&[("p/2024-01-01.enact", text)]);
    let (answer, tree) = world.texts("p", "many", r#"{"evaluation_date": "2024-06-01", "n": 0}"#);
    insta::assert_snapshot!(answer, @"
    ERROR   More than ten each
            on Saturday 2024-06-01, under p 2024-01-01
    Error      division by zero, in: round (100 / n) to 2 places half even
                   policies/p/2024-01-01.enact:3
    Dates      until 2023-12-31 not in force | since 2024-01-01 error
    ");
    insta::assert_snapshot!(tree, @"
    ERROR   More than ten each
            on Saturday 2024-06-01, under p 2024-01-01
    ├─ error     Enough each [P-1]  p/2024-01-01.enact:5
    │  └─ ! Share of each > 10      division by zero
    │     └─ ! Share of each        /n = 0, division by zero
    └─ open, no  otherwise no: no rule stands
    Dates      until 2023-12-31 not in force | since 2024-01-01 error
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    ");
}

#[test]
fn lists_tables_and_values() {
    let text = r#"policy p "P" effective from 2024-01-01
record stay { start "first day": date, last "last day": date or none }
fact stays "stays": list of stay
fact grade "grade": integer within 0..100
parameter limit "most days": integer = 90 from 2024-01-01, 120 from 2025-01-01
table price(n: integer) "Price" -> cost: money CAD unique
    | 0..49 -> 10.00 CAD
    | 50..100 -> 25.00 CAD
define open_stay "a stay without an end" = any s in stays: s.last is none
decision cost "What it costs": money CAD = price(grade)
decision days_allowed "Days allowed": integer otherwise limit
rule fewer [P-1] "An open stay" days_allowed is 30 when open_stay
"#;
    let world = World::new(&[("p/2024-01-01.enact", text)]);
    let facts = r#"{"evaluation_date": "2024-06-01", "grade": 70,
        "stays": [{"start": "2024-01-01", "last": "2024-02-01"}, {"start": "2024-03-01", "last": null}]}"#;
    let (answer, tree) = world.texts("p", "days_allowed", facts);
    insta::assert_snapshot!(answer, @"
    30   Days allowed
         on Saturday 2024-06-01, under p 2024-01-01
    Because    An open stay [P-1]  policies/p/2024-01-01.enact:12
    Enough     stays: this fact alone decides
    Dates      until 2023-12-31 not in force | since 2024-01-01 30
    ");
    insta::assert_snapshot!(tree, @"
    30   Days allowed
         on Saturday 2024-06-01, under p 2024-01-01
    └─ decided by  An open stay [P-1]                p/2024-01-01.enact:12
       └─ ✓ a stay without an end: one of two holds  /stays = 2 entries, /stays/1/last = none
    Enough     stays: this fact alone decides
    Dates      until 2023-12-31 not in force | since 2024-01-01 30
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    ");
    let (_, tree) = world.texts("p", "cost", facts);
    insta::assert_snapshot!(tree, @r#"
    25.00 CAD   What it costs
                on Saturday 2024-06-01, under p 2024-01-01
    └─ decided by  Price = 25.00 CAD  /grade = 70
       └─ ✓ row 50..100 -> 25.00 CAD
          ├─ ✓ grade >= 50            /grade = 70
          └─ ✓ grade <= 100           /grade = 70
    Enough      grade: this fact alone decides
    What would  "grade" = 49 would give 10.00 CAD, all else equal
    Dates       until 2023-12-31 not in force | since 2024-01-01 25.00 CAD
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    "#);
    let (_, tree) = world.texts("p", "open_stay", facts);
    insta::assert_snapshot!(tree, @"
    YES   a stay without an end
          on Saturday 2024-06-01, under p 2024-01-01
    └─ decided by  a stay without an end: one of two holds  /stays = 2 entries
       └─ ✓ /stays/1: last day is none                      /stays/1/last = none
    Enough     stays: this fact alone decides
    Dates      until 2023-12-31 not in force | since 2024-01-01 yes
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    ");
}

#[test]
fn why_not_focuses_on_one_rule() {
    let world = world();
    let facts = FACTS.replace("positive", "negative");
    let trace = world.trace(&world.run("permit", &["may"], &facts));
    let focus = why_not(&trace, "job").expect("the rule was looked at");
    assert_eq!(why_not(&trace, "W-02"), Some(focus.clone()));
    assert_eq!(why_not(&trace, "jobs"), None);
    insta::assert_snapshot!(text::render(&focus, 100).to_string(), @"
    NO   The application is received
         on Saturday 2025-02-01, under permit 2024-01-01 and ban 2024-12-24
    └─ why not YES  The job needs no assessment [W-02] fails on one condition  permit/2024-01-01.enact:6
       ├─ ✗ Labour Market Impact Assessment in {positive, neutral} [W-05]  /offer = negative
       └─ ✓ fee paid >= 100.00 CAD  /fee = 120.00 CAD
    Assumed    printed = no, as it is not stated: Most are not.  policies/people.enact:10
    ");
}

#[test]
fn records_hold_clauses_across_policies() {
    let world = world();
    let record = world.record(&world.run("permit", &["may"], FACTS));
    insta::assert_json_snapshot!(record, @r#"
    {
      "schema": "enact.decision/1",
      "policy": "permit",
      "version": "2024-01-01",
      "on": "2025-02-01",
      "engine": "0.1.0",
      "hashes": {
        "policy": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "data": "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "facts": "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
      },
      "decisions": [
        {
          "name": "may",
          "status": "decided",
          "value": "no",
          "possible": [
            "no"
          ],
          "missing": [],
          "violated": [],
          "because": [
            {
              "rule": "flagpoling",
              "clauses": [
                "W-14",
                "FLAG-02",
                "FLAG-01"
              ],
              "policy": "permit",
              "version": "2024-01-01",
              "at": "policies/permit/2024-01-01.enact:8:1"
            }
          ],
          "set_aside": [
            {
              "rule": "job",
              "clauses": [
                "W-02"
              ],
              "policy": "permit",
              "version": "2024-01-01",
              "at": "policies/permit/2024-01-01.enact:6:1",
              "exceptions": [],
              "outranked_by": "no"
            }
          ],
          "assumed": [
            {
              "fact": "printed",
              "value": "no",
              "because": "Most are not."
            }
          ],
          "open_questions": [],
          "enough": [
            "citizenships",
            "us_resident",
            "stay_until"
          ],
          "what_would": [
            {
              "set": {
                "citizenships": [
                  "FR",
                  "IN",
                  "US"
                ]
              },
              "value": "yes"
            },
            {
              "set": {
                "us_resident": true
              },
              "value": "yes"
            },
            {
              "set": {
                "stay_until": "2025-06-01"
              },
              "value": "yes"
            }
          ],
          "either": [],
          "exact": true,
          "notes": [],
          "across": [
            {
              "date": "2024-12-24",
              "side": "before",
              "status": "decided",
              "value": "yes",
              "clauses": [
                "FLAG-02"
              ]
            }
          ]
        }
      ]
    }
    "#);
}

#[test]
fn either_of_two_reasons() {
    let text = r#"policy p "P" effective from 2024-01-01
fact a "first": yes/no
decision d "The decision": yes/no otherwise no
rule one [P-1] "With the first" d is yes when a
rule two [P-2] "Without the first" d is yes when not a
"#;
    let world = World::new(&[("p/2024-01-01.enact", text)]);
    let (answer, tree) = world.texts("p", "d", r#"{"evaluation_date": "2024-06-01"}"#);
    insta::assert_snapshot!(answer, @"
    YES   The decision
          on Saturday 2024-06-01, under p 2024-01-01
    Either     With the first [P-1]     policies/p/2024-01-01.enact:4
               Without the first [P-2]  policies/p/2024-01-01.enact:5
    Dates      until 2023-12-31 not in force | since 2024-01-01 yes
    ");
    insta::assert_snapshot!(tree, @"
    YES   The decision
          on Saturday 2024-06-01, under p 2024-01-01
    ├─ either  With the first [P-1]     p/2024-01-01.enact:4
    │  └─ ? first                       /a not given
    └─ either  Without the first [P-2]  p/2024-01-01.enact:5
       └─ ? first                       /a not given
    Dates      until 2023-12-31 not in force | since 2024-01-01 yes
    Replay: policy sha256:e3b0… data sha256:e3b0… facts sha256:4413… enact 0.1.0
    ");
}

#[test]
fn what_an_officer_judges_is_marked() {
    let text = PERMIT.replace("offer is negative and not fit", "not fit");
    let world =
        World::new(&[("people.enact", LIBRARY), ("ban/2024-12-24.enact", BAN), ("permit/2024-01-01.enact", &text)]);
    let (answer, _) = world.texts("permit", "may", &FACTS.replace("2025-01-15", "2025-12-31"));
    insta::assert_snapshot!(answer, @"
    UNDETERMINED   The application is received: yes or no
         on Saturday 2025-02-01, under permit 2024-01-01
    One fact decides  fit: fit to work (to be judged by officer)
                      yes: YES [W-02]      no: NO [W-08]
    Dates             until 2023-12-31 not in force | since 2024-01-01 undetermined
    Note              [FLAG-13] An exemption lifts only this bar.
    Reading           both [R-01], taken: Yes.
    Assumed           printed = no, as it is not stated: Most are not.  policies/people.enact:10
    ");
}
