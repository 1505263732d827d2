//! Compiled decisions: made once of a program and a request, then decided many times, without allocation.
//!
//! ```text
//! layout   facts in typed slots
//! axes     which plan is for which days
//! build    lowered form to steps, in the order of evaluation of every engine
//! plan     steps, and what each means
//! row      one applicant: a pass over the steps; what it leaves is the trace
//! residue  what is left to be asked where that does not settle it, as a key
//! read     plain spellings of facts, straight to slots
//! columns  many applicants: the same steps, 64 verdicts a word
//! ```
//!
//! A compiled decision never says anything else than [`crate::eval::evaluate`]. What it cannot settle (an answer that is not
//! known on what is stated, contradictory facts, an error, a list) it leaves open, and the interpreter is asked (D13).
//! That is sound because no value of what is unknown changes an answer that is known without it (V7).
//!
//! ```
//! use enact::compile::{Compiled, Reader, Trace};
//! use enact::{check, eval, load};
//!
//! let mut folder = load::Folder::default();
//! let text = "policy library_card effective from 2025-01-01\n\
//!             fact age_years: integer\n\
//!             decision may_borrow: yes/no otherwise no\n\
//!             rule adults may_borrow is yes when age_years >= 18\n";
//! folder.files.insert("library_card/2025-01-01.enact".into(), text.into());
//! let program = check::check(&load::load(&folder)).program.expect("no errors");
//! let policy = program.find_policy("library_card").expect("declared above");
//! let asked = program.policies[policy.index()].families.clone();
//! let request = eval::Request { policy, pinned: None, asked };
//!
//! // Once.
//! let compiled = Compiled::new(&program, &request);
//! let reader = Reader::new(&program, compiled.layout());
//! let (mut row, mut trace) = (compiled.layout().row(), Trace::default());
//! // For each applicant.
//! assert!(reader.json(r#"{"evaluation_date": "2025-06-01", "age_years": 30}"#, &mut row));
//! compiled.decide(&row, &mut trace);
//! assert!(compiled.verdict(&trace, 0).is_yes());
//! // Where that is unknown, and to read facts that are spelt otherwise: `eval::evaluate`, `facts::read_facts`.
//! ```

mod axes;
mod build;
mod columns;
mod layout;
mod plan;
mod read;
mod residue;
mod row;
#[cfg(test)]
mod tests;

pub use columns::{Answers, Columns, Mark};
pub use layout::{
    BEYOND, FIRST, Kind, Layout, MAX_SET_MEMBERS, Members, NONE, NOT_STATED, Row, Typed, UNKNOWN, day_number,
};
pub use plan::Verdict;
pub use read::{Beside, Reader};
pub use residue::Residue;
pub use row::{Settled, Trace};

use std::collections::BTreeSet;

use axes::Axis;
use plan::Plan;

use crate::eval::Request;
use crate::eval::scope::Scope;
use crate::facts::{Facts, Slot};
use crate::program::{FactId, Program};
use crate::value::Value;

/// The most plans of one request: stretches of days between boundaries, times those of other deciding facts.
pub const MAX_PLANS: usize = 1024;

/// What is asked of a program, as steps over typed slots. It holds all it needs, and can be shared between threads.
#[derive(Debug, Clone, Default)]
pub struct Compiled {
    layout: Layout,
    /// The slots that are sets.
    set_slots: Vec<usize>,
    axes: Vec<Axis>,
    /// By place; nothing where rows go to the interpreter.
    plans: Vec<Option<Plan>>,
}

impl Compiled {
    /// Compiles a request. Where it has more than [`MAX_PLANS`] plans, every row is left to the interpreter.
    pub fn new(program: &Program, request: &Request) -> Compiled {
        let reach = axes::reach(program, request);
        let typed = |&fact: &FactId| Typed::of(program, fact);
        let layout = Layout { slots: reach.facts.iter().filter_map(typed).collect() };
        let is_set = |&slot: &usize| matches!(layout.slots[slot].kind, Kind::Set(_));
        let set_slots = (0..layout.slots.len()).filter(is_set).collect();
        let mut compiled = Compiled { layout, set_slots, ..Compiled::default() };
        let Some(axes) = axes::axes(program, &compiled.layout, request, &reach) else { return compiled };
        let count = axes.iter().map(Axis::len).try_fold(1usize, usize::checked_mul);
        let Some(count) = count.filter(|&count| count <= MAX_PLANS) else { return compiled };
        compiled.plans = (0..count)
            .map(|place| {
                let facts = days(program, &axes, place)?;
                let scope = Scope::new(program, request, &facts);
                build::plan(program, &compiled.layout, request, &scope)
            })
            .collect();
        compiled.axes = axes;
        compiled
    }

    /// Returns the slots of rows.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }
}

/// Returns the facts that an answer to a request can rest on: those it reads in any version, and those that pick the versions.
pub fn reads(program: &Program, request: &Request) -> BTreeSet<FactId> {
    axes::reach(program, request).facts
}

/// The deciding facts on the days of a plan.
fn days(program: &Program, axes: &[Axis], mut place: usize) -> Option<Facts> {
    let mut facts = Facts::new(program);
    for axis in axes.iter().rev() {
        let day = axis.day(place % axis.len())?;
        facts.set(axis.fact, Slot::Given(Value::Date(day)));
        place /= axis.len();
    }
    Some(facts)
}
