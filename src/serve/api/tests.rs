//! `GET /v1/policies/{id}/tests` and `POST /v1/write-test`: applicants that authors wrote down, and one more.

use axum::http::StatusCode;
use enact::authored::{Asking, write_test};
use enact::facts::write_facts;
use enact::program::{EVALUATION_DATE, EVALUATION_TIME, Test};
use enact::syntax::ast::On;
use serde_json::{Value as Json, json};

use super::{Ask, FACTS, ON, POLICIES, POLICY};
use crate::cli::test::declared::facts;
use crate::serve::App;
use crate::serve::answer::Answer;
use crate::serve::members::{Kind, Member, optional, required};
use crate::serve::problem::{Problem, Wrong};
use crate::serve::state::Served;

/// What writing a test takes.
pub const MEMBERS: &[Member] = &[
    POLICY,
    required("decision", Kind::Text, "the decision whose outcome the test expects"),
    ON,
    FACTS,
    required("name", Kind::Text, "the name of the test: `like_this_1`"),
    optional("label", Kind::Text, "what the test is about; its name when left out"),
    POLICIES,
];

/// Lists the declared tests that ask what this policy decides, as cases: facts as a facts file has them, and the day.
pub fn list(app: &App, name: &str) -> Result<Answer, Problem> {
    let served = app.current.get();
    let policy = super::policies::find(&served, name)?;
    let program = &served.ready.program;
    let of_this = |test: &&Test| test.expects.iter().any(|it| program.family(it.family).policy == Some(policy));
    let tests: Vec<Json> = program.tests.iter().filter(of_this).map(|test| one(&served, test)).collect();
    Ok(Answer::json(&json!({ "id": program.policies[policy.index()].name, "tests": tests })))
}

fn one(served: &Served, test: &Test) -> Json {
    let (ready, program) = (&served.ready, &served.ready.program);
    let origin = program.origin(test.origin);
    let mut stated = write_facts(program, &facts(ready, test));
    if let (Some(stated), Some(_)) = (stated.as_object_mut(), test.on) {
        stated.retain(|key, _| ![EVALUATION_DATE, EVALUATION_TIME].iter().any(|&id| program.fact(id).key == *key));
    }
    let asked = test.expects.iter().map(|expect| program.family(expect.family).name.as_str());
    json!({
        "name": origin.name,
        "label": origin.label,
        "file": format!("{}.enact", test.file),
        "on": test.on.map(|on| match on {
            On::Date(day) => day.to_string(),
            On::Instant(moment) => moment.to_rfc3339(),
        }),
        "facts": stated,
        "decisions": asked.collect::<Vec<_>>(),
    })
}

/// Writes a case down as a file with one test, laid out as `enact fmt` does. It expects what the policies decide now.
pub fn write(ask: &Ask) -> Result<Answer, Problem> {
    let served = ask.served()?;
    let program = &served.ready.program;
    let (policy, pinned) = served.find(ask.policy())?;
    let asked = super::asked(program, policy, &[ask.members.text("decision").unwrap_or("").to_owned()])?;
    let facts = ask.facts(program)?;
    let name = ask.members.text("name").unwrap_or("");
    let label = ask.members.text("label").unwrap_or(name);
    let asking = Asking { name, label, family: asked[0], looked: (policy, pinned) };
    let text = write_test(&served.ready.loaded, program, &asking, &facts)
        .map_err(|why| Problem::members(vec![Wrong::at("", why)]).status(StatusCode::UNPROCESSABLE_ENTITY))?;
    Ok(Answer::json(&json!({ "text": text })))
}
