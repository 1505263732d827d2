use crate::batch::RowAnswer;
use crate::check::check;
use crate::compile::Compiled;
use crate::eval::{Request, evaluate};
use crate::facts::{Slot, write_facts};
use crate::load::load;
use crate::program::{FactId, PolicyId};
use crate::run::Shortcut;
use crate::testing::applicants::Applicants;
use crate::testing::random::dice::Dice;

#[test]
fn the_short_way_to_an_answer_says_what_the_interpreter_says() {
    let program = check(&load(&crate::testing::shipped())).program.expect("no errors");
    let all = Applicants::new(&program);
    let mut dice = Dice::new(7);
    let mut quick = 0;
    for (index, policy) in program.policies.iter().enumerate() {
        let request = Request { policy: PolicyId(index as u32), pinned: None, asked: policy.families.clone() };
        let shortcut = Shortcut::new(&program, request.clone());
        let compiled = Compiled::new(&program, &request);
        for _ in 0..20 {
            // Facts without a slot are read the long way.
            let mut facts = all.draw(&program, &mut dice);
            for fact in (0..program.facts.len() as u32).map(FactId) {
                if compiled.layout().slot(fact).is_none() {
                    facts.set(fact, Slot::NotStated);
                }
            }
            let asked = evaluate(&program, &request, &facts).answers;
            let expected: Vec<RowAnswer> = asked.into_iter().map(RowAnswer::from).collect();
            let text = write_facts(&program, &facts).to_string();
            // What is remembered of the first time is said the second time.
            for _ in 0..2 {
                assert_eq!(shortcut.answer(&program, &facts), expected, "{}: {text}", policy.name);
                if let Some(answers) = shortcut.settle(&text, None) {
                    quick += 1;
                    assert_eq!(answers, expected, "{}: {text}", policy.name);
                }
            }
        }
    }
    assert!(quick > 50, "{quick}");
}
