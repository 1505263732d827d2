//! What evaluation returns: an [`Answer`] for each thing asked, and the [`Verdicts`] of every node it looked at.

use std::collections::BTreeMap;

use crate::program::{FactId, FamilyId, NodeId, OriginId, PolicyId, Program, RuleId, VersionId};
use crate::value::{Evaluated, Fault, Type, Value};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The policy asked.
    pub policy: PolicyId,
    /// A version of it, even outside its time; used policies are picked by date as ever (T10).
    pub pinned: Option<VersionId>,
    /// Decisions and definitions asked, in this order.
    pub asked: Vec<FamilyId>,
}

/// All answers of one run.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// One answer for each thing asked, in the order asked.
    pub answers: Vec<Answer>,
    /// What every node came to under V1 to V8.
    pub verdicts: Verdicts,
}

/// Whether and how something is decided (D8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// One value in every completion.
    Decided,
    /// Several outcomes are possible.
    Undetermined,
    /// The facts break an invariant, or leave no completion.
    Contradictory,
    /// Rules give different outcomes and nothing orders them.
    Conflict,
    /// The result depends on an error value, or no rule decides and there is no `otherwise`.
    Error,
    /// Outside every version.
    NotInForce,
}

impl Status {
    /// All of them.
    const ALL: [Status; 6] = [
        Status::Decided,
        Status::Undetermined,
        Status::Contradictory,
        Status::Conflict,
        Status::Error,
        Status::NotInForce,
    ];

    /// Returns the status that records call by this word.
    pub fn from_text(text: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.text() == text)
    }

    /// Returns the word records use.
    pub fn text(self) -> &'static str {
        match self {
            Status::Decided => "decided",
            Status::Undetermined => "undetermined",
            Status::Contradictory => "contradictory",
            Status::Conflict => "conflict",
            Status::Error => "error",
            Status::NotInForce => "not_in_force",
        }
    }
}

/// One outcome of a completion.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// A value.
    Value(Value),
    /// Rules conflict.
    Conflict,
    /// An error value.
    Error(Fault),
    /// No rule stands and there is no `otherwise`.
    NoRule,
    /// Outside every version.
    NotInForce,
}

/// The outcomes of all completions (D10).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Possible {
    /// Each of them, sorted; at most [`MAX_POSSIBLE`].
    Listed(Vec<Outcome>),
    /// The least and greatest value, and the outcomes that are no value.
    Between(Value, Value, Vec<Outcome>),
    /// Of sets: the members of all, the members of some, and the outcomes that are no value.
    Sets(Value, Value, Vec<Outcome>),
    /// Not known, because the budget ended: anything of the type.
    Anything,
}

/// How many possible values are listed one by one (D10).
pub const MAX_POSSIBLE: usize = 16;

/// A fact, or a field of a listed record, that can still change the answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Missing {
    /// The fact.
    pub fact: FactId,
    /// Below it: indexes of list elements and fields in turn (`/jobs/0/employer` is element 0, then a field). Empty for the
    /// fact itself.
    pub path: Vec<u32>,
}

/// What decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A rule that stands.
    Rule(RuleId),
    /// The `otherwise`.
    Otherwise(OriginId),
    /// The decision's own expression, or a definition's.
    Expression(OriginId),
}

/// A rule that applies but does not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAside {
    /// The rule.
    pub rule: RuleId,
    /// What set it aside.
    pub by: SetAsideBy,
}

/// Why a rule that applies does not decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SetAsideBy {
    /// Standing rules that are exceptions to it.
    Exceptions(Vec<RuleId>),
    /// Its outcome is outranked by this one.
    Outranked(Value),
}

/// The answer to one thing asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What was asked.
    pub asked: FamilyId,
    /// The type of its value.
    pub ty: Type,
    /// The version in force of its policy, or the pinned one; nothing when none is or its day is not known.
    pub version: Option<VersionId>,
    /// Whether and how it is decided.
    pub status: Status,
    /// The value, when decided.
    pub value: Option<Value>,
    /// All outcomes still possible; one when decided.
    pub possible: Possible,
    /// Exactly what can still change the answer (D11), by fact and path.
    pub missing: Vec<Missing>,
    /// Broken or clashing invariants.
    pub violated: Vec<OriginId>,
    /// What stands in every completion (D9), in written order.
    pub because: Vec<Reason>,
    /// When nothing does though it is decided: the alternative reasons.
    pub either: Vec<Reason>,
    /// Rules that apply but do not decide.
    pub set_aside: Vec<SetAside>,
    /// What went wrong, for `error`.
    pub fault: Option<Fault>,
    /// Whether `possible` and `missing` are exact (D13).
    pub exact: bool,
}

impl Answer {
    /// Returns what it came to, as people read it: the value, `no rule`, `error`, or the status.
    pub fn text(&self, program: &Program) -> String {
        match (&self.value, self.status) {
            (Some(value), _) => program.value_text(value, &self.ty),
            (None, Status::Error) => match &self.possible {
                Possible::Listed(outcomes) if outcomes[..] == [Outcome::NoRule] => "no rule".into(),
                _ => "error".into(),
            },
            (None, status) => status.text().replace('_', " "),
        }
    }
}

/// What every node, rule and decision came to in one run: the data every explanation is made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verdicts {
    /// By node: nothing for nodes that were not looked at or that have no one value.
    pub nodes: Vec<Option<Evaluated>>,
    /// Nodes under quantifiers, by node and the indexes of the elements around them, outermost first.
    pub elements: BTreeMap<(NodeId, Vec<u32>), Evaluated>,
    /// By rule.
    pub rules: Vec<Option<RuleVerdict>>,
    /// By decision of a version.
    pub decisions: Vec<Option<DecisionVerdict>>,
    /// By policy: the version picked.
    pub picked: Vec<Option<Picked>>,
    /// Facts filled in by an assumption: the fact and the assumption's origin.
    pub assumed: BTreeMap<FactId, OriginId>,
}

/// Which version of a policy is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picked {
    /// This one.
    Version(VersionId),
    /// None.
    NotInForce,
    /// Not known: the deciding day, or the moment inside it, is not stated.
    Unknown,
}

/// What a rule came to.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleVerdict {
    /// Its `when`, and no `unless`: `y n ? !`.
    pub applies: Evaluated,
    /// It applies and no exception to it stands: `y n ? !`.
    pub stands: Evaluated,
    /// Its value.
    pub value: Evaluated,
}

/// What a decision of a version came to.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionVerdict {
    /// Its outcome: the error of a conflict is [`crate::value::FaultKind::Conflict`], of no rule
    /// [`crate::value::FaultKind::NoRule`].
    pub outcome: Evaluated,
    /// Whether its `otherwise` holds: `y n ?`; `n` without one.
    pub otherwise: Evaluated,
    /// Rules that apply but do not decide.
    pub set_aside: Vec<SetAside>,
}

impl Missing {
    /// Returns how facts files name it: the fact's key, or a JSON pointer to a field.
    pub fn text(&self, program: &Program) -> String {
        let fact = program.fact(self.fact);
        if self.path.is_empty() {
            return fact.key.clone();
        }
        let mut text = format!("/{}", fact.key);
        let mut ty = fact.ty.required().clone();
        for &step in &self.path {
            match ty {
                Type::List(record) => {
                    text += &format!("/{step}");
                    ty = Type::Record(record);
                }
                Type::Record(record) => {
                    let field = &program.record(record).fields[step as usize];
                    text += &format!("/{}", field.key);
                    ty = field.ty.required().clone();
                }
                _ => break,
            }
        }
        text
    }
}
