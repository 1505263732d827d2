//! The record of a diff: `enact.diff/1`. Stable key order, no clock, no host names.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::facts::record_json;
use crate::program::{FactId, Program};
use crate::source::{Sources, Span};
use crate::trace::ENGINE;
use crate::value::{Type, Value};

use super::words::{edit_name, region_text, rows_of};
use super::{Change, Comparison, Context, Diff, Edit, Fate, Group, Part, Region, Side, Test, Verdict, Witness};

/// The schema every record names.
pub const DIFF_SCHEMA: &str = "enact.diff/1";

/// A diff.
#[derive(Debug, Serialize)]
pub struct Record {
    schema: &'static str,
    engine: &'static str,
    old: SideRecord,
    new: SideRecord,
    on: Option<String>,
    complete: bool,
    gaps: Vec<String>,
    approximated: Vec<String>,
    notes: Vec<String>,
    edits: Vec<EditRecord>,
    decisions: Vec<DecisionRecord>,
    transitions: Vec<Transition>,
    reasons: Vec<Transition>,
    no_effect: Vec<String>,
    checks: Checks,
    population: Option<PopulationRecord>,
}

#[derive(Debug, Serialize)]
struct SideRecord {
    file: String,
    policy: String,
    version: Option<String>,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct EditRecord {
    change: &'static str,
    kind: String,
    name: String,
    label: Option<String>,
    clauses: Vec<String>,
    old_span: Option<String>,
    new_span: Option<String>,
    scope: String,
    details: Vec<String>,
    meaning: bool,
}

#[derive(Debug, Serialize)]
struct DecisionRecord {
    name: String,
    label: Option<String>,
    policy: String,
    reached: bool,
    fate: &'static str,
}

#[derive(Debug, Serialize)]
struct Transition {
    decision: String,
    policy: String,
    from: String,
    to: String,
    population: Option<Share>,
    groups: Vec<GroupRecord>,
}

#[derive(Debug, Serialize)]
struct Share {
    n: usize,
    of: usize,
}

#[derive(Debug, Serialize)]
struct GroupRecord {
    number: usize,
    cause: Vec<CauseRecord>,
    together: bool,
    follows: Vec<usize>,
    context: &'static str,
    after: Vec<usize>,
    regions: Vec<RegionRecord>,
    witness: WitnessRecord,
    nearest_unchanged: Option<WitnessRecord>,
    population: Option<Share>,
}

#[derive(Debug, Serialize)]
struct CauseRecord {
    /// Kind and name: `rule ban`.
    rule: String,
    change: &'static str,
    old_span: Option<String>,
    new_span: Option<String>,
    citation: Vec<String>,
}

#[derive(Debug, Serialize)]
struct RegionRecord {
    words: String,
    all: Vec<PartRecord>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum PartRecord {
    Condition { condition: String, clauses: Vec<String>, holds: bool, at: String },
    Fact(Box<FactRecord>),
}

#[derive(Debug, Serialize)]
struct FactRecord {
    fact: String,
    label: String,
    op: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    values: Option<Vec<Json>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lo: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hi: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    words: String,
}

#[derive(Debug, Serialize)]
struct WitnessRecord {
    facts: Map<String, Json>,
    words: Vec<String>,
    changed_from_baseline: Vec<String>,
    old: VerdictRecord,
    new: VerdictRecord,
}

#[derive(Debug, Serialize)]
struct VerdictRecord {
    status: &'static str,
    value: String,
    because: Vec<BecauseRecord>,
    undo: Vec<String>,
}

#[derive(Debug, Serialize)]
struct BecauseRecord {
    rule: String,
    label: String,
    clauses: Vec<String>,
    at: String,
}

#[derive(Debug, Serialize)]
struct Checks {
    witnesses_replayed: usize,
    unsat_certificate: bool,
    questions: usize,
}

#[derive(Debug, Serialize)]
struct PopulationRecord {
    rows: usize,
    matrix: Vec<MatrixRecord>,
    groups: Vec<CountRecord>,
    refused: Vec<RefusedRecord>,
}

#[derive(Debug, Serialize)]
struct MatrixRecord {
    decision: String,
    from: String,
    to: String,
    rows: usize,
}

#[derive(Debug, Serialize)]
struct CountRecord {
    group: usize,
    rows: usize,
}

#[derive(Debug, Serialize)]
struct RefusedRecord {
    what: String,
    rows: usize,
}

/// Makes the record of a diff.
pub fn record(comparison: &Comparison, sources: &Sources) -> Record {
    let diff = &comparison.diff;
    let writer = Writer { program: &comparison.program, sources, diff };
    let population = diff.population.as_ref().map(|population| PopulationRecord {
        rows: population.rows,
        matrix: population
            .matrix
            .iter()
            .map(|(decision, from, to, rows)| MatrixRecord {
                decision: decision.clone(),
                from: from.clone(),
                to: to.clone(),
                rows: *rows,
            })
            .collect(),
        groups: population.groups.iter().map(|&(group, rows)| CountRecord { group, rows }).collect(),
        refused: population
            .refused
            .iter()
            .map(|(what, rows)| RefusedRecord { what: what.clone(), rows: *rows })
            .collect(),
    });
    let decisions = diff.decisions.iter().map(|decision| DecisionRecord {
        name: decision.name.clone(),
        label: decision.label.clone(),
        policy: decision.policy.clone(),
        reached: decision.reached,
        fate: fate(decision.fate),
    });
    Record {
        schema: DIFF_SCHEMA,
        engine: ENGINE,
        old: side(&diff.old),
        new: side(&diff.new),
        on: diff.on.clone(),
        complete: diff.complete,
        gaps: diff.gaps.clone(),
        approximated: diff.approximated.clone(),
        notes: diff.notes.clone(),
        edits: diff.edits.iter().map(|edit| writer.edit(edit)).collect(),
        decisions: decisions.collect(),
        transitions: writer.transitions(false),
        reasons: writer.transitions(true),
        no_effect: diff.no_effect.iter().filter_map(|&index| diff.edits.get(index)).map(edit_name).collect(),
        checks: Checks {
            witnesses_replayed: diff.checks.replayed,
            unsat_certificate: diff.checks.certified,
            questions: diff.checks.questions,
        },
        population,
    }
}

fn side(side: &Side) -> SideRecord {
    SideRecord {
        file: side.name.clone(),
        policy: side.policy.clone(),
        version: side.version.clone(),
        sha256: side.hash.clone(),
    }
}

fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Same => "same",
        Fate::Affected => "affected",
        Fate::Unknown => "unknown",
        Fate::Inserted => "added",
        Fate::Repealed => "removed",
    }
}

fn change(change: Change) -> &'static str {
    match change {
        Change::Inserted => "added",
        Change::Repealed => "removed",
        Change::Replaced => "changed",
    }
}

struct Writer<'a> {
    program: &'a Program,
    sources: &'a Sources,
    diff: &'a Diff,
}

impl Writer<'_> {
    fn place(&self, span: Option<Span>) -> Option<String> {
        span.map(|span| self.sources.place(span))
    }

    fn edit(&self, edit: &Edit) -> EditRecord {
        EditRecord {
            change: change(edit.change),
            kind: edit.kind.clone(),
            name: edit.name.clone(),
            label: edit.label.clone(),
            clauses: edit.tags.clone(),
            old_span: self.place(edit.old),
            new_span: self.place(edit.new),
            scope: edit.scope.clone(),
            details: edit.details.clone(),
            meaning: edit.meaning,
        }
    }

    /// The groups of each decision by outcome before and after, in the order in which they are first met.
    fn transitions(&self, reasons: bool) -> Vec<Transition> {
        let mut transitions: Vec<Transition> = Vec::new();
        for decision in &self.diff.decisions {
            let first = transitions.len();
            for group in if reasons { &decision.reasons } else { &decision.groups } {
                let own = transitions.iter_mut().skip(first).find(|it| it.from == group.from && it.to == group.to);
                match own {
                    Some(transition) => transition.groups.push(self.group(group)),
                    None => transitions.push(Transition {
                        decision: decision.name.clone(),
                        policy: decision.policy.clone(),
                        from: group.from.clone(),
                        to: group.to.clone(),
                        population: None,
                        groups: vec![self.group(group)],
                    }),
                }
            }
        }
        if let Some(population) = &self.diff.population {
            for transition in &mut transitions {
                let n =
                    transition.groups.iter().filter_map(|group| group.population.as_ref()).map(|share| share.n).sum();
                transition.population = Some(Share { n, of: population.rows });
            }
        }
        transitions
    }

    fn group(&self, group: &Group) -> GroupRecord {
        let cause = |edit: &Edit| CauseRecord {
            rule: edit_name(edit),
            change: change(edit.change),
            old_span: self.place(edit.old),
            new_span: self.place(edit.new),
            citation: edit.tags.clone(),
        };
        let population = self.diff.population.as_ref();
        GroupRecord {
            number: group.number,
            cause: group.cause.iter().filter_map(|&index| self.diff.edits.get(index)).map(cause).collect(),
            together: group.together,
            follows: group.follows.clone(),
            context: match group.context {
                Context::Old => "old_outcome",
                Context::New => "new_outcome",
                Context::Anyone => "anyone",
            },
            after: group.after.clone(),
            regions: group.regions.iter().map(|region| self.region(region)).collect(),
            witness: self.witness(&group.witness),
            nearest_unchanged: group.nearest_unchanged.as_ref().map(|witness| self.witness(witness)),
            population: population.map(|it| Share { n: rows_of(it, group), of: it.rows }),
        }
    }

    fn region(&self, region: &Region) -> RegionRecord {
        let part = |part: &Part| match part {
            Part::Condition { label, tags, holds, at } => PartRecord::Condition {
                condition: label.clone(),
                clauses: tags.clone(),
                holds: *holds,
                at: self.sources.place(*at),
            },
            Part::Fact { fact, key, label, test, words } => self.fact(*fact, key, label, test, words),
        };
        RegionRecord { words: region_text(region), all: region.all.iter().map(part).collect() }
    }

    fn fact(&self, fact: FactId, key: &str, label: &str, test: &Test, words: &str) -> PartRecord {
        let ty = self.member_type(fact, key);
        let json = |value: &Value| record_json(self.program, &ty, value);
        let list = |values: &[Value]| Some(values.iter().map(json).collect());
        let (op, values, lo, hi) = match test {
            Test::In(values) => ("in", list(values), None, None),
            Test::NotIn(values) => ("not_in", list(values), None, None),
            Test::Between(Some(lo), Some(hi)) => ("between", None, Some(json(lo)), Some(json(hi))),
            Test::Between(Some(lo), None) => ("ge", None, Some(json(lo)), None),
            Test::Between(None, Some(hi)) => ("le", None, None, Some(json(hi))),
            Test::Between(None, None) => ("any", None, None, None),
            Test::Holds(values) => ("holds", list(values), None, None),
            Test::HoldsNone(values) => ("holds_none", list(values), None, None),
            Test::Weekday(days) => {
                ("weekday", Some(days.iter().map(|&day| weekday(self.program, day)).collect()), None, None)
            }
        };
        PartRecord::Fact(Box::new(FactRecord {
            fact: key.to_owned(),
            label: label.to_owned(),
            op,
            values,
            lo,
            hi,
            unit: unit(&ty),
            words: words.to_owned(),
        }))
    }

    /// The type of what is tested: of a set its members, of a pointer to a field that field.
    fn member_type(&self, fact: FactId, key: &str) -> Type {
        let mut ty = self.program.fact(fact).ty.clone();
        for step in key.split('/').skip(2) {
            let (Type::List(id) | Type::Record(id)) = ty.required() else { continue };
            if let Some(field) = self.program.record(*id).fields.iter().find(|field| field.key == step) {
                ty = field.ty.clone();
            }
        }
        match ty.required() {
            Type::Set(inner) => inner.as_ref().clone(),
            _ => ty,
        }
    }

    fn witness(&self, witness: &Witness) -> WitnessRecord {
        WitnessRecord {
            facts: witness.facts.clone(),
            words: witness.words.clone(),
            changed_from_baseline: witness.unusual.clone(),
            old: self.verdict(&witness.old),
            new: self.verdict(&witness.new),
        }
    }

    fn verdict(&self, verdict: &Verdict) -> VerdictRecord {
        let because = verdict.because.iter().map(|because| BecauseRecord {
            rule: because.rule.clone(),
            label: because.label.clone(),
            clauses: because.tags.clone(),
            at: self.sources.place(because.at),
        });
        VerdictRecord {
            status: verdict.status,
            value: verdict.value.clone(),
            because: because.collect(),
            undo: verdict.undo.clone(),
        }
    }
}

fn weekday(program: &Program, day: u32) -> Json {
    let days = &program.enum_type(crate::value::EnumId::WEEKDAY).members;
    days.get_index(day as usize).map_or(Json::Null, |(name, _)| name.as_str().into())
}

fn unit(ty: &Type) -> Option<String> {
    match ty.required() {
        Type::Money(currency) => Some(currency.to_string()),
        Type::Months => Some("months".into()),
        Type::Days => Some("days".into()),
        Type::Minutes => Some("minutes".into()),
        _ => None,
    }
}
