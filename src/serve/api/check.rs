//! `POST /v1/check`.

use enact::check::analyse;

use super::{Ask, POLICIES};
use crate::cli::check::record;
use crate::serve::answer::Answer;
use crate::serve::members::{Files, Kind, Member, optional};
use crate::serve::problem::Problem;
use crate::serve::state::overlaid;

/// What it takes.
pub const MEMBERS: &[Member] = &[
    POLICIES,
    optional(
        "level",
        Kind::Choice(&["full", "errors"]),
        "`full` when left out; `errors` leaves out the analyses of what rules mean: fast enough to run while somebody types",
    ),
];

/// Answers, tests of the root included: the record says itself whether there are errors.
pub fn run(ask: &Ask) -> Result<Answer, Problem> {
    let (served, none) = (ask.app.current.get(), Files::new());
    let world = overlaid(&served.ready, ask.members.files("policies").unwrap_or(&none), true)?;
    let analysis = match (ask.members.choice("level"), world.program()) {
        (Some("errors"), _) | (_, None) => Default::default(),
        (_, Some(program)) => analyse(&world.loaded, program),
    };
    Ok(Answer::record(record(world, &analysis)))
}
