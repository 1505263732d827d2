//! Explanations of small policies, one behaviour each, and of what hostile texts do to renderings.

mod hostile;
mod schema;
mod shape;
mod statuses;

use crate::eval::{Evaluation, Request, evaluate};
use crate::facts::{Facts, read_facts};
use crate::load::{Folder, load};
use crate::lower::lower;
use crate::program::{FamilyId, Program};
use crate::source::Sources;

use super::aside::Asides;
use super::{Level, Record, Trace, answer, at_level, explain, hashes, record, text};

/// A folder of policies, lowered.
pub(super) struct World {
    pub(super) program: Program,
    pub(super) sources: Sources,
}

/// One run.
pub(super) struct Run {
    pub(super) request: Request,
    pub(super) facts: Facts,
    pub(super) evaluation: Evaluation,
}

impl World {
    /// Lowers files by path. Panics with the findings if there are any errors.
    pub(super) fn new(files: &[(&str, &str)]) -> World {
        let files = files.iter().map(|&(path, text)| (path.to_owned(), text.as_bytes().to_vec()));
        World::of(Folder { name: "policies".into(), files: files.collect() })
    }

    fn of(folder: Folder) -> World {
        let loaded = load(&folder);
        let lowered = lower(&loaded);
        let errors: Vec<String> = loaded
            .diagnostics
            .iter()
            .chain(&lowered.diagnostics)
            .filter(|diagnostic| diagnostic.is_error())
            .map(|it| format!("{} {}", it.span().map_or(String::new(), |span| loaded.sources.place(span)), it.message))
            .collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        World { program: lowered.program, sources: loaded.sources }
    }

    /// Evaluates decisions of a policy on facts as JSON.
    pub(super) fn run(&self, policy: &str, decisions: &[&str], facts: &str) -> Run {
        let program = &self.program;
        let family = |name: &&str| {
            FamilyId(program.families.iter().position(|family| family.name == *name).expect("a decision") as u32)
        };
        let request = Request {
            policy: program.find_policy(policy).expect("a policy"),
            pinned: None,
            asked: decisions.iter().map(family).collect(),
        };
        let facts = read_facts(program, facts).unwrap_or_else(|errors| panic!("{errors:?}"));
        let evaluation = evaluate(program, &request, &facts);
        Run { request, facts, evaluation }
    }

    /// Explains the first answer in full, with what needs other runs.
    pub(super) fn whole(&self, run: &Run) -> Trace {
        let Run { request, facts, evaluation } = run;
        let asides = Asides::gather(&self.program, &self.sources, request, facts, evaluation, 0);
        explain(&self.program, &self.sources, request, facts, evaluation, 0, asides, Some(hashes([], [], b"{}")))
    }

    /// The answer and the tree at level `why`, as text.
    pub(super) fn texts(&self, policy: &str, decision: &str, facts: &str) -> (String, String) {
        let trace = self.whole(&self.run(policy, &[decision], facts));
        (answer::render(&trace, 100).to_string(), text::render(&at_level(&trace, Level::Why), 100).to_string())
    }

    /// The record of a run.
    pub(super) fn record(&self, run: &Run) -> Record {
        let Run { request, facts, evaluation } = run;
        let asides: Vec<Asides> = (0..evaluation.answers.len())
            .map(|index| Asides::gather(&self.program, &self.sources, request, facts, evaluation, index))
            .collect();
        record(&self.program, &self.sources, request, facts, evaluation, &asides, hashes([], [], b"{}"))
    }

    /// Explains the first answer in full, without what needs other runs.
    pub(super) fn trace(&self, run: &Run) -> Trace {
        let Run { request, facts, evaluation } = run;
        explain(&self.program, &self.sources, request, facts, evaluation, 0, Asides::default(), None)
    }
}
