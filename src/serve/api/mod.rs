//! What the routes under `/v1` do: each reads its members, calls what the command of the same name calls, and gives its record.

pub mod batch;
pub mod check;
pub mod decide;
mod describe;
pub mod diff;
pub mod explain;
pub mod format;
pub mod next_question;
pub mod policies;
pub mod tests;

use std::sync::Arc;

use enact::eval::Request;
use enact::facts::{Facts, read_facts, set_on};
use enact::program::{FamilyId, PolicyId, Program};
use enact::run::find_all_asked;

use super::App;
use super::members::{Kind, Member, Members, optional, required};
use super::problem::Problem;
use super::state::Served;

/// How wide texts for people are.
const TEXT_WIDTH: usize = 100;

const POLICY: Member =
    required("policy", Kind::Text, "a policy, `flagpoling`, or a version of it, `flagpoling@2024-12-24`");
const DECISIONS: Member = optional(
    "decisions",
    Kind::Texts,
    "what is asked: decisions, or definitions without parameters; all decisions when left out",
);
const ON: Member = optional("on", Kind::Day, "the day or moment on which it is asked");
const FACTS: Member = required("facts", Kind::Facts, "what is stated, as a facts file has it");
const POLICIES: Member = optional(
    "policies",
    Kind::Files,
    "texts by their path from the policies folder, put on top of what is served for this request alone; `null` takes a file away",
);

/// A request under way.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The server.
    pub app: &'a App,
    /// What stands in the request.
    pub members: Members<'a>,
}

/// What is asked about whom.
#[derive(Debug)]
struct Case {
    served: Arc<Served>,
    request: Request,
    facts: Facts,
    /// Whether no decision was named.
    all: bool,
}

impl Ask<'_> {
    /// Returns the policies that are meant.
    fn served(&self) -> Result<Arc<Served>, Problem> {
        self.app.current.with(self.members.files("policies"))
    }

    /// Returns what names the policy.
    fn policy(&self) -> &str {
        self.members.text("policy").unwrap_or("")
    }

    /// Finds what is asked.
    fn request(&self, served: &Served) -> Result<Request, Problem> {
        let (policy, pinned) = served.find(self.policy())?;
        let asked = asked(&served.ready.program, policy, self.members.texts("decisions"))?;
        Ok(Request { policy, pinned, asked })
    }

    /// Reads what is stated.
    fn facts(&self, program: &Program) -> Result<Facts, Problem> {
        let stated = self.members.facts("facts").unwrap_or("{}");
        let mut facts = read_facts(program, stated).map_err(|errors| Problem::facts("/facts", &errors))?;
        if let Some(on) = self.members.day("on") {
            set_on(&mut facts, on);
        }
        Ok(facts)
    }

    /// Reads all of it.
    fn case(&self) -> Result<Case, Problem> {
        let served = self.served()?;
        let request = self.request(&served)?;
        let facts = self.facts(&served.ready.program)?;
        Ok(Case { served, request, facts, all: self.members.texts("decisions").is_empty() })
    }
}

/// Finds decisions by name, each once; of none, all of the policy.
fn asked(program: &Program, policy: PolicyId, names: &[String]) -> Result<Vec<FamilyId>, Problem> {
    find_all_asked(program, policy, names).map_err(Problem::from)
}
