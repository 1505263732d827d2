//! Words for values and expressions: how the author, a reader of the answer and a facts file each spell them.

use crate::program::{
    Domain, EVALUATION_DATE, EVALUATION_TIME, FactId, FoldKind, HitKind, NodeId, Op, OriginKind, Program,
};
use crate::value::{Type, Value};

/// How many parts of a block are written out inside a phrase.
const PARTS_SHOWN: usize = 6;

/// Returns a value as explanations show it: members as facts files spell them, sets without braces.
pub fn shown(program: &Program, value: &Value, ty: &Type) -> String {
    match (value, ty.required()) {
        (Value::Member(id, index), _) => written(program, *id, *index),
        (Value::Text(text), _) => text.to_string(),
        (Value::Set(members), _) if members.is_empty() => "none (empty)".into(),
        (Value::Set(members), Type::Set(inner)) => {
            members.iter().map(|member| shown(program, member, inner)).collect::<Vec<_>>().join(", ")
        }
        (Value::Period { start, end: None }, _) => format!("{start} with open end"),
        (Value::List(items), Type::List(_)) => match items.len() {
            0 => "none (empty)".into(),
            1 => "1 entry".into(),
            many => format!("{many} entries"),
        },
        (value, ty) => program.value_text(value, ty),
    }
}

/// Returns a value as a sentence says it: `US and PM`.
pub fn in_sentence(program: &Program, value: &Value, ty: &Type) -> String {
    match (value, ty.required()) {
        (Value::Set(members), _) if members.is_empty() => "none".into(),
        (Value::Set(members), Type::Set(inner)) => {
            let parts: Vec<String> = members.iter().map(|member| shown(program, member, inner)).collect();
            join_words(&parts, "and")
        }
        (value, ty) => shown(program, value, ty),
    }
}

/// Joins words as a sentence does: `a, b and c`.
pub fn join_words(parts: &[String], last: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., end] => format!("{} {last} {end}", init.join(", ")),
    }
}

/// Returns a count in words up to twelve.
pub fn count_word(count: usize) -> String {
    const WORDS: [&str; 13] =
        ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    WORDS.get(count).map_or_else(|| count.to_string(), |word| (*word).to_owned())
}

fn written(program: &Program, id: crate::value::EnumId, index: u32) -> String {
    program.enum_type(id).members.get_index(index as usize).map_or_else(String::new, |(name, member)| {
        if member.written.is_empty() { name.clone() } else { member.written.clone() }
    })
}

/// An element bound by a quantifier: its value and where in the facts it stands.
#[derive(Debug, Clone, Default)]
pub struct Bound {
    /// Its value, if known.
    pub value: Option<Value>,
    /// Its type.
    pub ty: Option<Type>,
    /// Its JSON pointer, if it comes from a fact.
    pub pointer: Option<String>,
}

/// The elements around an expression, outermost first.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Their indexes.
    pub path: Vec<u32>,
    /// By level.
    pub bound: Vec<Bound>,
}

/// Puts expressions into words: labels where the author gave them, operators as the language writes them.
pub struct Phrases<'a> {
    /// What the policies mean.
    pub program: &'a Program,
    /// What `evaluation_date` is, if known.
    pub on: Option<String>,
}

/// How tightly a phrase holds together: brackets are put around looser parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tie {
    Logic,
    Compare,
    Sum,
    Operand,
}

impl Phrases<'_> {
    /// Returns the words for a fact: its label, else its name; the day asked itself.
    pub fn fact(&self, id: FactId) -> String {
        let fact = self.program.fact(id);
        if id == EVALUATION_DATE {
            return self.on.clone().unwrap_or_else(|| "the day asked".into());
        }
        if id == EVALUATION_TIME {
            return "the moment asked".into();
        }
        fact.label.clone().unwrap_or_else(|| fact.name.clone())
    }

    /// Returns the words for an expression, on one line.
    pub fn node(&self, id: NodeId, around: &Around) -> String {
        self.tied(id, around, Tie::Logic, 0)
    }

    fn tied(&self, id: NodeId, around: &Around, outer: Tie, depth: u32) -> String {
        // Invariant: expressions are shallow (the parser limits them) but lowering may add levels; words end, in any case.
        if depth > 40 {
            return "…".into();
        }
        let (tie, text) = self.words(id, around, depth + 1);
        if tie < outer { format!("({text})") } else { text }
    }

    fn words(&self, id: NodeId, around: &Around, depth: u32) -> (Tie, String) {
        let program = self.program;
        let operand = |child: NodeId| self.tied(child, around, Tie::Operand, depth);
        let sum = |child: NodeId| self.tied(child, around, Tie::Sum, depth);
        let compare =
            |left: NodeId, sign: &str, right: NodeId| (Tie::Compare, format!("{} {sign} {}", sum(left), sum(right)));
        let add =
            |left: NodeId, sign: &str, right: NodeId| (Tie::Sum, format!("{} {sign} {}", sum(left), operand(right)));
        let call =
            |name: &str, parts: &[NodeId]| (Tie::Operand, format!("{name}({})", self.list(parts, around, ", ", depth)));
        match program.op(id) {
            Op::Const(value) => (Tie::Operand, self.constant(value, &program.info(id).ty)),
            Op::Fact(fact) => (Tie::Operand, self.fact(*fact)),
            Op::Bound(level) => (Tie::Operand, self.bound(*level, around)),
            Op::Clause(origin, inner) => {
                let origin = program.origin(*origin);
                match (&origin.label, origin.kind) {
                    (Some(label), _) => (Tie::Operand, label.clone()),
                    (None, OriginKind::Define | OriginKind::Table | OriginKind::Data | OriginKind::Decision)
                        if !origin.name.is_empty() =>
                    {
                        (Tie::Operand, origin.name.clone())
                    }
                    _ => self.words(*inner, around, depth),
                }
            }
            Op::Field(record, index) => (Tie::Operand, self.field(*record, *index, around, depth)),
            Op::Tuple(parts) => (Tie::Operand, format!("{{ {} }}", self.list(parts, around, ", ", depth))),
            Op::Fail(kind) => (Tie::Operand, format!("error: {}", kind.text())),
            Op::All(parts) => (Tie::Logic, self.list(parts, around, " and ", depth)),
            Op::Any(parts) => (Tie::Logic, self.list(parts, around, " or ", depth)),
            Op::AtLeast(least, parts) => {
                (Tie::Operand, format!("at least {least} of {{ {} }}", self.list(parts, around, ", ", depth)))
            }
            Op::Not(inner) => self.negated(*inner, around, depth),
            Op::If(condition, yes, no) => {
                (Tie::Logic, format!("if {} then {} else {}", sum(*condition), sum(*yes), sum(*no)))
            }
            Op::Equal(a, b) => compare(*a, "is", *b),
            Op::Less(a, b) if self.is_constant(*a) => compare(*b, ">", *a),
            Op::Less(a, b) => compare(*a, "<", *b),
            Op::LessEqual(a, b) if self.is_constant(*a) => compare(*b, ">=", *a),
            Op::LessEqual(a, b) => compare(*a, "<=", *b),
            Op::IsNone(a) => (Tie::Compare, format!("{} is none", sum(*a))),
            Op::IsEmpty(a) => (Tie::Compare, format!("{} is empty", sum(*a))),
            Op::In(a, b) => compare(*a, "in", *b),
            Op::Within(a, b) => compare(*a, "within", *b),
            Op::Overlaps(a, b) => compare(*a, "overlaps", *b),
            Op::Add(a, b) => self.plus(*a, *b, "", around, depth),
            Op::AddDays(a, b) => self.plus(*a, *b, " day", around, depth),
            Op::AddMinutes(a, b) => self.plus(*a, *b, " minute", around, depth),
            Op::AddMonths(a, b, _) => self.plus(*a, *b, " month", around, depth),
            Op::AddBusinessDays(a, b, calendar) => {
                let calendar = &program.calendars[calendar.index()].name;
                let days = operand(*b).trim_end_matches(" days").trim_end_matches(" day").to_owned();
                (Tie::Sum, format!("{} + {days} business days of {calendar}", sum(*a)))
            }
            Op::Subtract(a, b) => add(*a, "-", *b),
            Op::Multiply(a, b) => (Tie::Sum, format!("{} * {}", operand(*a), operand(*b))),
            Op::Divide(a, b) => (Tie::Sum, format!("{} / {}", operand(*a), operand(*b))),
            Op::Negate(a) => (Tie::Sum, format!("-{}", operand(*a))),
            Op::Round(a, places, _) => (Tie::Operand, format!("{} rounded to {places} places", operand(*a))),
            Op::Min(parts) if program.info(id).ty.required() == &Type::Date => call("earliest", parts),
            Op::Max(parts) if program.info(id).ty.required() == &Type::Date => call("latest", parts),
            Op::Min(parts) => call("min", parts),
            Op::Max(parts) => call("max", parts),
            Op::Scale(scale, amount, _) => {
                let origin = program.origin(program.scales[scale.index()].origin);
                let name = origin.label.as_ref().unwrap_or(&origin.name);
                (Tie::Operand, format!("{name}({})", self.tied(*amount, around, Tie::Logic, depth)))
            }
            Op::DaysBetween(a, b) => (Tie::Sum, format!("days from {} to {}", sum(*a), sum(*b))),
            Op::MonthsBetween(a, b, _) => (Tie::Sum, format!("months from {} to {}", sum(*a), sum(*b))),
            Op::Age(a, b, _) => (Tie::Operand, format!("age({}, {})", sum(*a), sum(*b))),
            Op::WeekdayOf(a) => (Tie::Operand, format!("weekday of {}", operand(*a))),
            Op::EndOfMonth(a) => (Tie::Operand, format!("end of month {}", operand(*a))),
            Op::EndOfDay(a, zone) => (Tie::Operand, format!("end of day {} in {zone}", operand(*a))),
            Op::DateOf(a, zone) => (Tie::Operand, format!("date of {} in {zone}", operand(*a))),
            Op::Period(a, b, last) => {
                (Tie::Sum, format!("{} {} {}", sum(*a), if *last { "through" } else { "until" }, sum(*b)))
            }
            Op::DaysCovered { list, within, .. } => {
                (Tie::Operand, format!("days covered by {} within {}", operand(*list), operand(*within)))
            }
            Op::SetOf(parts) => (Tie::Operand, format!("{{{}}}", self.list(parts, around, ", ", depth))),
            Op::Count(a) => (Tie::Operand, format!("count({})", sum(*a))),
            Op::Every { domain, body, .. } => self.quantified("every", *domain, Some(*body), around, depth),
            Op::Exists { domain, body, .. } => self.quantified("any", *domain, Some(*body), around, depth),
            Op::Fold { fold, domain, filter, .. } => {
                let word = match fold {
                    FoldKind::Count => "count of",
                    FoldKind::Sum => "sum over",
                    FoldKind::Min => "least over",
                    FoldKind::Max => "greatest over",
                };
                self.quantified(word, *domain, *filter, around, depth)
            }
            Op::Dated(dated, _) => {
                let origin = program.origin(program.dated[dated.index()].origin);
                (Tie::Operand, origin.label.clone().unwrap_or_else(|| origin.name.clone()))
            }
            Op::Rows { hit, .. } => (
                Tie::Operand,
                if matches!(hit, HitKind::Collect) { "rows of the table".into() } else { "row of the table".into() },
            ),
            Op::Decision(decision) => {
                let decision = program.decision(*decision);
                let origin = program.origin(decision.origin);
                let name = || program.family(decision.family).name.clone();
                (Tie::Operand, origin.label.clone().unwrap_or_else(name))
            }
            Op::Used(family, _) => (Tie::Operand, family_label(program, *family)),
            Op::InForce(version) => {
                let version = program.version(*version);
                (
                    Tie::Operand,
                    format!("{} {} is in force", program.policies[version.policy.index()].name, version.name),
                )
            }
        }
    }

    fn negated(&self, inner: NodeId, around: &Around, depth: u32) -> (Tie, String) {
        let sum = |child: NodeId| self.tied(child, around, Tie::Sum, depth);
        match self.program.op(inner) {
            Op::Equal(a, b) => (Tie::Compare, format!("{} is not {}", sum(*a), sum(*b))),
            Op::IsNone(a) => (Tie::Compare, format!("{} is not none", sum(*a))),
            Op::IsEmpty(a) => (Tie::Compare, format!("{} is not empty", sum(*a))),
            Op::In(a, b) => (Tie::Compare, format!("{} not in {}", sum(*a), sum(*b))),
            Op::Less(a, b) => (Tie::Compare, format!("{} >= {}", sum(*a), sum(*b))),
            Op::LessEqual(a, b) => (Tie::Compare, format!("{} > {}", sum(*a), sum(*b))),
            Op::Any(parts) => (Tie::Operand, format!("none of {{ {} }}", self.list(parts, around, ", ", depth))),
            _ => (Tie::Logic, format!("not {}", self.tied(inner, around, Tie::Compare, depth))),
        }
    }

    /// `d - 30 days` is a sum with a negative number; a bare number of days or months gets its unit.
    fn plus(&self, a: NodeId, b: NodeId, unit: &str, around: &Around, depth: u32) -> (Tie, String) {
        let left = self.tied(a, around, Tie::Sum, depth);
        let mut right = self.tied(b, around, Tie::Operand, depth);
        if !unit.is_empty() && right.parse::<i64>().is_ok() {
            let one = right.trim_start_matches('-') == "1";
            right = format!("{right}{unit}{}", if one { "" } else { "s" });
        }
        match right.strip_prefix('-') {
            Some(positive) => (Tie::Sum, format!("{left} - {positive}")),
            None => (Tie::Sum, format!("{left} + {right}")),
        }
    }

    fn quantified(
        &self,
        word: &str,
        domain: Domain,
        body: Option<NodeId>,
        around: &Around,
        depth: u32,
    ) -> (Tie, String) {
        let walked = match domain {
            Domain::Each(list) => self.tied(list, around, Tie::Operand, depth),
            Domain::Range(from, to) => {
                format!("{} to {}", self.tied(from, around, Tie::Sum, depth), self.tied(to, around, Tie::Sum, depth))
            }
        };
        let text = match body {
            Some(body) => format!("{word} {walked}: {}", self.tied(body, around, Tie::Logic, depth)),
            None => format!("{word} {walked}"),
        };
        (Tie::Logic, text)
    }

    fn list(&self, parts: &[NodeId], around: &Around, between: &str, depth: u32) -> String {
        let tie = if between == ", " { Tie::Logic } else { Tie::Compare };
        let mut texts: Vec<String> =
            parts.iter().take(PARTS_SHOWN).map(|&part| self.tied(part, around, tie, depth)).collect();
        if parts.len() > PARTS_SHOWN {
            texts.push(format!("… ({} more)", parts.len() - PARTS_SHOWN));
        }
        texts.join(between)
    }

    fn field(&self, record: NodeId, index: u32, around: &Around, depth: u32) -> String {
        let program = self.program;
        let mut ty = program.info(record).ty.required();
        if let Type::List(_) = ty {
            ty = &Type::YesNo;
        }
        let label = match ty {
            Type::Record(id) => program
                .record(*id)
                .fields
                .get(index as usize)
                .map(|field| field.label.clone().unwrap_or_else(|| field.name.clone())),
            _ => None,
        };
        let label = label.unwrap_or_else(|| format!("part {}", index + 1));
        match program.op(record) {
            Op::Bound(_) => label,
            _ => format!("{}.{label}", self.tied(record, around, Tie::Operand, depth)),
        }
    }

    fn bound(&self, level: u32, around: &Around) -> String {
        let Some(bound) = around.bound.get(level as usize) else { return "each".into() };
        match (&bound.value, &bound.ty, &bound.pointer) {
            (Some(value), Some(ty), _) if !matches!(ty, Type::Record(_)) => shown(self.program, value, ty),
            (_, _, Some(pointer)) => pointer.clone(),
            _ => "each".into(),
        }
    }

    fn constant(&self, value: &Value, ty: &Type) -> String {
        match value {
            Value::Set(members) if members.is_empty() => "{}".into(),
            Value::Set(_) => format!("{{{}}}", shown(self.program, value, ty)),
            Value::Text(_) => self.program.value_text(value, ty),
            _ => shown(self.program, value, ty),
        }
    }

    /// Whether a node is a constant, or a constant with a label around it.
    pub fn is_constant(&self, id: NodeId) -> bool {
        match self.program.op(id) {
            Op::Const(_) => true,
            Op::Clause(_, inner) => matches!(self.program.op(*inner), Op::Const(_)),
            _ => false,
        }
    }
}

/// Returns the label of a decision or definition over all versions: the newest one, else its name.
pub fn family_label(program: &Program, id: crate::program::FamilyId) -> String {
    let family = program.family(id);
    let label = family.members.iter().rev().find_map(|(_, asked)| {
        let origin = match asked {
            crate::program::Asked::Decision(decision) => Some(program.decision(*decision).origin),
            crate::program::Asked::Define(node) => match program.op(*node) {
                Op::Clause(origin, _) => Some(*origin),
                _ => None,
            },
        };
        origin.and_then(|origin| program.origin(origin).label.clone())
    });
    label.unwrap_or_else(|| family.name.clone())
}
