//! The four renderings.

use super::fixture::{Shipped, nobody};
use crate::diff::text::Look;
use crate::diff::*;

fn text(comparison: &Comparison, shipped: &Shipped, width: usize) -> String {
    text::render(&comparison.diff, shipped.sources(), &Look { width, all_regions: false, full: false, only: None })
        .to_string()
}

#[test]
fn one_screen_says_who_is_affected_why_and_by_an_example() {
    let shipped = Shipped::load();
    let screen = text(&shipped.ban(), &shipped, 110);
    assert!(screen.lines().all(|line| line.chars().count() <= 110) && screen.lines().count() <= 40, "{screen}");
    insta::assert_snapshot!(screen, @r"
    Text      + rule ban [FLAG-02]  + note only_this_bar [FLAG-13]  + 1 source  + 2 questions
              - rule limited_hours [FLAG-12]  - define hours_here  - table flagpole_hours
    Meaning   same person, same day under both texts; 3 groups of people are affected, 1 of them by decisions of
              other policies, all others provably not

    1  closed_to_flagpolers: yes -> NO    cause: - rule limited_hours [FLAG-12]
       who      of those with yes before, either: port_of_entry is douglas
       or       Meets the definition of flagpoling [FLAG-01]
       example  citizenships {FR}, no U.S. residence, status in Canada yes, visited {US}, asks for work_permit,
                agreement none, spouse none, truck driver no, appointment no, evaluation_date 2024-12-25
       before   yes: Outside the days and hours of flagpole service [FLAG-12]
       after    no: No list of days or hours closes this port.
    2  flagpoling_bar_applies: no -> YES  cause: + rule ban [FLAG-02]
       who      Meets the definition of flagpoling [FLAG-01], and none of: U.S. citizen or permanent
                resident [FLAG-03], trade-agreement professional [FLAG-04], holder of an earlier CBSA
                appointment [FLAG-07]
       example  citizenships {FR}, no U.S. residence, status in Canada yes, visited {US}, asks for work_permit,
                agreement none, spouse none, truck driver no, appointment no
       before   no: Nothing bars this person as a flagpoler.
       after    yes: No permit service for flagpolers [FLAG-02]
       undo     with cbsa_appointment_booked_before yes
       stays    with appointment yes: no under both texts
    Reached   may_apply_for_work_permit_at_poe of poe_work_permit: yes -> NO for some of group 2 (3)
              `-v` tells who they are, with an example of each
    Changes nobody's outcome: + note only_this_bar [FLAG-13] (proved).
    No effect on meets_flagpoling_definition (proved).
    Checked   4 examples decided again under both texts
    ");
}

#[test]
fn no_difference_is_one_sentence_and_says_that_it_is_a_proof() {
    let shipped = Shipped::load();
    let same = nobody(shipped.ban());
    insta::assert_snapshot!(text(&same, &shipped, 100), @r"
    Text      the same, but for comments and layout
    Meaning   No applicant is affected: proved for everyone, on every day.
    ");
    assert_eq!(text::render_line(&same.diff).to_string(), "flagpoling: no applicant is affected (proved)\n");
}

#[test]
fn what_is_not_proved_is_said_to_be_not_proved() {
    let shipped = Shipped::load();
    let mut open = nobody(shipped.ban());
    open.diff.complete = false;
    open.diff.gaps = vec!["the budget of 100000 questions ended in `flagpoling_bar_applies`".into()];
    open.diff.decisions[2].fate = Fate::Unknown;
    insta::assert_snapshot!(text(&open, &shipped, 100), @r"
    Text      the same, but for comments and layout
    Meaning   same person, same day under both texts; no difference was found, but none is excluded
    Not complete: the budget of 100000 questions ended in `flagpoling_bar_applies`
    No difference was found on flagpoling_bar_applies, but none is excluded.
    No effect on meets_flagpoling_definition, closed_to_flagpolers, may_apply_for_work_permit_at_poe
       (proved).
    ");
}

#[test]
fn a_narrow_terminal_shows_all_of_it() {
    let shipped = Shipped::load();
    let squeezed = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (wide, narrow) = (text(&shipped.ban(), &shipped, 400), text(&shipped.ban(), &shipped, 60));
    assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    for part in
        ["cause: - rule limited_hours [FLAG-12]", "holder of an earlier CBSA appointment [FLAG-07]", "No effect on"]
    {
        assert!(squeezed(wide.clone()).contains(part) && squeezed(narrow.clone()).contains(part), "{part}\n{narrow}");
    }
}

#[test]
fn a_comment_on_a_pull_request() {
    let shipped = Shipped::load();
    insta::assert_snapshot!(markdown::render(&shipped.ban().diff, shipped.sources()));
}

/// Texts that would work as mark-up if they were not escaped.
fn hostile(mut comparison: Comparison) -> Comparison {
    let evil = "</summary><script>alert(1)</script> ![x](http://evil) | `a` \u{202e}\u{1b}[31m\n# head @team";
    let diff = &mut comparison.diff;
    diff.old.name = evil.into();
    diff.new.policy = evil.into();
    diff.gaps = vec![evil.into()];
    for edit in &mut diff.edits {
        edit.name = evil.into();
        edit.tags = vec![evil.into()];
        edit.details = vec![evil.into()];
    }
    for decision in &mut diff.decisions {
        decision.name = evil.into();
        decision.label = Some(evil.into());
        for group in &mut decision.groups {
            group.from = evil.into();
            group.witness.words = vec![evil.into()];
            group.witness.facts.insert(evil.into(), evil.into());
            for verdict in [&mut group.witness.old, &mut group.witness.new] {
                verdict.value = evil.into();
                verdict.undo = vec![evil.into()];
                verdict.because.iter_mut().for_each(|because| because.label = evil.into());
            }
            for part in group.regions.iter_mut().flat_map(|region| &mut region.all) {
                match part {
                    Part::Condition { label, .. } => *label = evil.into(),
                    Part::Fact { words, .. } => *words = evil.into(),
                }
            }
        }
    }
    comparison
}

#[test]
fn hostile_texts_stay_texts() {
    let shipped = Shipped::load();
    let comparison = hostile(shipped.ban());
    let diff = &comparison.diff;
    let (markdown, html) = (markdown::render(diff, shipped.sources()), html::render(&[diff], shipped.sources()));
    for page in [&markdown, &html, &text(&comparison, &shipped, 100)] {
        assert!(!page.contains('\u{1b}') && !page.contains('\u{202e}'), "{page}");
    }
    // Between fences everything is literal.
    let outside = markdown.split("```").step_by(2).collect::<String>();
    assert!(!html.contains("<script") && !outside.contains("<script"), "{outside}");
    for line in markdown.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(line.replace("\\|", "").matches('|').count(), 7, "{line}");
    }
    assert!(!markdown.lines().any(|line| line.starts_with("# head")), "{markdown}");
}

#[test]
fn the_page_is_whole_and_fetches_nothing() {
    let shipped = Shipped::load();
    let comparison = shipped.ban();
    let page = html::render(&[&comparison.diff, &nobody(shipped.ban()).diff], shipped.sources());
    for tag in [
        "section", "article", "dl", "dt", "dd", "h2", "h3", "h4", "ul", "li", "details", "summary", "p", "pre", "main",
        "header",
    ] {
        let (opened, closed) = (
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count(),
            page.matches(&format!("</{tag}>")).count(),
        );
        assert_eq!(opened, closed, "{tag}");
    }
    for outside in ["<script", "<link", "<img", "src=", "@import", "url("] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(
        page.contains("default-src 'none'")
            && page.contains("lang=\"en\"")
            && page.contains("prefers-color-scheme:dark")
    );
}

#[test]
fn records_keep_to_their_schema() {
    let schema = serde_json::from_str(include_str!("../../../schemas/enact.diff.1.json")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let shipped = Shipped::load();
    let mut counted = shipped.ban();
    counted.diff.population = Some(Population {
        rows: 20_000,
        refused: vec![("`/age` first in line 3".into(), 2)],
        groups: vec![(1, 41), (2, 312), (3, 300)],
        matrix: vec![("flagpoling_bar_applies".into(), "no".into(), "yes".into(), 312)],
    });
    let barred = counted.diff.decisions[2].groups[0].clone();
    counted.diff.decisions[2].reasons.push(barred);
    for comparison in [shipped.ban(), nobody(shipped.ban()), hostile(shipped.ban()), counted] {
        let record = serde_json::to_value(record::record(&comparison, shipped.sources())).expect("serializes");
        let errors: Vec<String> =
            validator.iter_errors(&record).map(|error| format!("{error} at {}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{}\n{record:#}", errors.join("\n"));
    }
}
