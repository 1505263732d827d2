//! Tests for each condition: two applicants who differ only in it, with different outcomes (MC/DC, in its masking form).
//!
//! Source: Chilenski, *An investigation of three forms of the modified condition decision coverage criterion*, DOT/FAA/AR-01/18.

use std::collections::{BTreeMap, BTreeSet};

use super::conditions::reads_facts;
use super::look::{self, Look, rests_on};
use super::two::{self, Two};
use crate::authored::{Asking, Authored};
use crate::eval::{Status, evaluate};
use crate::facts::{Facts, Slot};
use crate::load::Loaded;
use crate::program::{
    DecisionId, EVALUATION_DATE, EVALUATION_TIME, FactId, FamilyId, NodeId, Op, OriginId, OriginKind, PolicyId,
    Program, VersionId,
};
use crate::solve::graph::{nothing_but, scopes};
use crate::solve::sat::Lit;
use crate::source::{SourceId, Span};
use crate::value::{Evaluated, Type, Value};

/// How many characters of a condition stand in the label of a test.
const MAX_LABEL: usize = 60;

/// Tests of one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairTests {
    /// The policy.
    pub policy: String,
    /// The file, in canonical layout.
    pub text: String,
    /// How many tests it holds.
    pub tests: usize,
    /// How many conditions have a pair.
    pub covered: usize,
    /// The conditions without a pair, and why.
    pub left_out: Vec<String>,
}

/// An applicant that is a test already.
struct Tested {
    family: FamilyId,
    facts: Facts,
    outcome: (Status, Option<Value>),
    nodes: Vec<Option<Evaluated>>,
}

/// Writes tests for the conditions of all versions whose texts are meant, the newest version of a text first. A file for each
/// policy that has any.
pub fn pair_tests(loaded: &Loaded, program: &Program, meant: impl Fn(SourceId) -> bool) -> Vec<PairTests> {
    let mut files = Vec::new();
    for (index, policy) in program.policies.iter().enumerate() {
        let mut writer = Writer {
            program,
            authored: Authored::new(loaded, program),
            tested: Vec::new(),
            done: BTreeSet::new(),
            left: BTreeMap::new(),
            policy: PolicyId(index as u32),
        };
        for &version in policy.versions.iter().rev().filter(|&&version| meant(program.version(version).source)) {
            writer.version(loaded, version);
        }
        let tests = writer.authored.count();
        let covered = writer.done.len();
        if tests + writer.left.len() > 0 {
            let left_out = writer.left.into_values().collect();
            let text = writer.authored.finish();
            files.push(PairTests { policy: policy.name.clone(), text, tests, covered, left_out });
        }
    }
    files
}

struct Writer<'a> {
    program: &'a Program,
    policy: PolicyId,
    authored: Authored<'a>,
    tested: Vec<Tested>,
    /// Conditions that have a pair.
    done: BTreeSet<Span>,
    /// Conditions that have none so far, and why.
    left: BTreeMap<Span, String>,
}

/// A condition without conditions below it.
struct Leaf {
    origin: OriginId,
    node: NodeId,
    reads: BTreeSet<FactId>,
}

impl Writer<'_> {
    fn version(&mut self, loaded: &Loaded, version: VersionId) {
        let program = self.program;
        let request = look::request(program, self.policy, version);
        let facts = nothing_but(program, &[]);
        let scopes = scopes(program, std::slice::from_ref(&request), &facts);
        let look = Look::new(loaded, program, version, request.clone(), &scopes);
        let leaves = leaves(&look);
        let wanted = leaves.iter().any(|leaf| !self.done.contains(&program.origin(leaf.origin).span));
        if !wanted {
            return;
        }
        let below: Vec<(FamilyId, BTreeSet<NodeId>)> = look
            .request
            .asked
            .iter()
            .filter_map(|&family| Some((family, look.decision_of(family)?)))
            .map(|(family, decision): (FamilyId, DecisionId)| (family, rests_on(program, Vec::new(), vec![decision])))
            .collect();
        two::with(program, &request, look.today, |two| {
            for leaf in &leaves {
                let it = program.origin(leaf.origin);
                // Conditions of notes decide nothing.
                let decides = below.iter().any(|(_, read)| read.contains(&leaf.node));
                if self.done.contains(&it.span) || !decides {
                    continue;
                }
                match self.leaf(&look, two, &leaves, &below, leaf) {
                    Ok(()) => {
                        self.done.insert(it.span);
                        self.left.remove(&it.span);
                    }
                    Err(why) => {
                        let place = loaded.sources.place(it.span);
                        self.left.insert(it.span, format!("{place}: `{}`: {why}", it.text));
                    }
                }
            }
        });
    }

    /// Finds the pair of a condition and writes what of it is no test yet.
    fn leaf(
        &mut self,
        look: &Look,
        two: &mut Two,
        leaves: &[Leaf],
        below: &[(FamilyId, BTreeSet<NodeId>)],
        leaf: &Leaf,
    ) -> Result<(), String> {
        let mut why = "it alone never changes an outcome".to_owned();
        for (index, (family, read)) in below.iter().enumerate() {
            if !read.contains(&leaf.node) {
                continue;
            }
            if self.has_pair(*family, leaf) {
                return Ok(());
            }
            let Some(pair) = pair(two, leaves, read, leaf, index) else { continue };
            match self.write(look, *family, index, leaf, pair) {
                Ok(()) => return Ok(()),
                Err(other) => why = other,
            }
        }
        Err(why)
    }

    /// Whether two tests written so far differ in this condition and outcome, and in no other fact.
    fn has_pair(&self, family: FamilyId, leaf: &Leaf) -> bool {
        let of: Vec<&Tested> = self.tested.iter().filter(|tested| tested.family == family).collect();
        let truth = |tested: &Tested| tested.nodes.get(leaf.node.index()).cloned().flatten();
        let differ = |a: &Tested, b: &Tested| {
            let (x, y) = (truth(a), truth(b));
            let opposite = matches!((&x, &y), (Some(x), Some(y)) if x.is_yes() && y.is_no() || x.is_no() && y.is_yes());
            opposite
                && a.outcome != b.outcome
                && a.facts.iter().all(|(fact, slot)| leaf.reads.contains(&fact) || slot == b.facts.get(fact))
        };
        of.iter().enumerate().any(|(index, a)| of[..index].iter().any(|b| differ(a, b)))
    }

    fn write(
        &mut self,
        look: &Look,
        family: FamilyId,
        index: usize,
        leaf: &Leaf,
        pair: [Facts; 2],
    ) -> Result<(), String> {
        let program = self.program;
        let ground = &look.space.encoder.ground;
        let root = look.graphed.roots[index];
        let read: BTreeSet<FactId> = ground.reads(root).iter().map(|&index| ground.variable(index).at.fact).collect();
        let pair = pair.map(|applicant| {
            let mut facts = Facts::new(program);
            for (fact, slot) in applicant.iter() {
                if fact != EVALUATION_TIME && (read.contains(&fact) || fact == EVALUATION_DATE) {
                    facts.set(fact, slot.clone());
                }
            }
            if !matches!(facts.get(EVALUATION_DATE), Slot::Given(_)) {
                facts.set(EVALUATION_DATE, Slot::Given(Value::Date(look.today)));
            }
            facts
        });
        let decided = |facts: &Facts| {
            let request = crate::eval::Request { asked: vec![family], ..look.request.clone() };
            let mut evaluation = evaluate(program, &request, facts);
            let answer = evaluation.answers.remove(0);
            Tested {
                family,
                facts: facts.clone(),
                outcome: (answer.status, answer.value),
                nodes: evaluation.verdicts.nodes,
            }
        };
        let tested = [decided(&pair[0]), decided(&pair[1])];
        let settled = |tested: &Tested| !matches!(tested.outcome.0, Status::Undetermined | Status::Contradictory);
        if !tested.iter().all(settled) || tested[0].outcome == tested[1].outcome {
            return Err("what it decides rests on something that no test of a day can state".into());
        }
        let number = self.done.len() + 1;
        let origin = program.origin(leaf.origin);
        let text = origin.label.as_ref().unwrap_or(&origin.text);
        let short: String = text.chars().take(MAX_LABEL).collect();
        let name = &program.family(family).name;
        for (side, tested) in ["yes", "no"].into_iter().zip(tested) {
            let known = |other: &Tested| other.family == family && other.facts == tested.facts;
            if self.tested.iter().any(known) {
                continue;
            }
            let name = format!("{name}_{number}_{side}");
            let label = format!("{side}: {short}");
            let looked = (look.request.policy, look.request.pinned);
            self.authored.test(&Asking { name: &name, label: &label, family, looked }, &tested.facts)?;
            self.tested.push(tested);
        }
        Ok(())
    }
}

/// Two applicants who differ only in facts of a condition, as ordinary as can be; other conditions the same as far as that can be.
fn pair(two: &mut Two, leaves: &[Leaf], read: &BTreeSet<NodeId>, leaf: &Leaf, index: usize) -> Option<[Facts; 2]> {
    let [a, b] = two.both(leaf.node)?;
    let (yes, no) = (two.space.encoder.truth(a).yes, two.space.encoder.truth(b).no);
    let mut who: Vec<Lit> = two.equal_but(|fact| leaf.reads.contains(&fact));
    who.extend([yes, no, two.differs[index], two.meant]);
    let mut strict = who.clone();
    for other in leaves.iter().filter(|other| other.node != leaf.node && read.contains(&other.node)) {
        if !other.reads.is_disjoint(&leaf.reads)
            && let Some([a, b]) = two.both(other.node)
        {
            let (a, b) = (two.space.encoder.truth(a).yes, two.space.encoder.truth(b).yes);
            let same = two.space.encoder.equal(a, b);
            strict.push(same);
        }
    }
    two.example(&strict).or_else(|| two.example(&who))
}

/// The conditions of a version that have no conditions below them, in the order of the text.
fn leaves(look: &Look) -> Vec<Leaf> {
    let program = look.program;
    let mut found: Vec<Leaf> = Vec::new();
    for (origin, inner, id) in look.clauses() {
        let it = program.origin(origin);
        let kind = matches!(it.kind, OriginKind::Condition | OriginKind::Part);
        let yes_or_no = *program.info(inner).ty.required() == Type::YesNo;
        if !kind || !yes_or_no || !reads_facts(program, inner) || !is_leaf(program, inner) {
            continue;
        }
        let ground = &look.space.encoder.ground;
        let reads = ground.reads(id).iter().map(|&index| ground.variable(index).at.fact).collect();
        let clause = program.nodes.get_index_of(&Op::Clause(origin, inner));
        if let Some(node) = clause {
            found.push(Leaf { origin, node: NodeId(node as u32), reads });
        }
    }
    found.sort_by_key(|leaf| program.origin(leaf.origin).span);
    found.dedup_by_key(|leaf| program.origin(leaf.origin).span);
    found
}

/// Whether no clause on a condition stands below a node.
fn is_leaf(program: &Program, node: NodeId) -> bool {
    let mut waiting = vec![node];
    let mut seen = BTreeSet::new();
    while let Some(node) = waiting.pop() {
        for child in program.op(node).children() {
            let clause = matches!(program.op(child), Op::Clause(..) | Op::Decision(_) | Op::Used(..));
            if clause && *program.info(child).ty.required() == Type::YesNo {
                // A definition has conditions of its own.
                return false;
            }
            if seen.insert(child) {
                waiting.push(child);
            }
        }
    }
    true
}
