//! What is asked, as data.

use crate::eval::Missing;
use crate::program::{EVALUATION_DATE, EVALUATION_TIME, Program};
use crate::value::{EnumId, Type, Value};

/// How many members are listed with a question.
pub const MAX_LISTED: usize = 16;
/// How many members are listed when it is asked why.
pub const MAX_LISTED_ON_HELP: usize = 64;

/// A question about a fact, or a field of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// What it is about.
    pub missing: Missing,
    /// The fact as facts files spell it, or a JSON pointer to a field.
    pub fact: String,
    /// The question in the author's words, else the label, else the name.
    pub text: String,
    /// The entry of a list that it is about: `entry 2 of "stays"`.
    pub place: Option<String>,
    /// Who judges it: it is not for the applicant to answer.
    pub judged_by: Option<String>,
    /// The type of its answer.
    pub ty: Type,
    /// The least and greatest value, both allowed.
    pub within: Option<(Value, Value)>,
    /// The members to choose from, in declared order; none for other types.
    pub members: Vec<Member>,
    /// Whether a member may be named by its number, from 1.
    pub numbered: bool,
    /// How to answer: `yes or no`, `a date, YYYY-MM-DD`.
    pub hint: String,
}

/// A member to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// As facts files spell it.
    pub written: String,
    /// In the author's words.
    pub label: Option<String>,
}

impl Question {
    /// Makes the question about something missing; nothing if its path does not fit the fact.
    pub(super) fn new(program: &Program, missing: &Missing) -> Option<Question> {
        let fact = program.fact(missing.fact);
        let ty = missing.ty(program)?;
        let label = fact.label.as_ref().unwrap_or(&fact.name);
        let (text, place) = match (missing.fact, missing.path.is_empty()) {
            (EVALUATION_DATE, _) => ("On which day is it asked?".into(), None),
            (EVALUATION_TIME, _) => ("At which moment is it asked?".into(), None),
            (_, true) => (fact.ask.clone().unwrap_or_else(|| label.clone()), None),
            (_, false) => {
                let (field, entry) = below(program, missing);
                let place = entry.map_or_else(|| format!("of \"{label}\""), |n| format!("entry {n} of \"{label}\""));
                (field, Some(place))
            }
        };
        let members = members(program, &ty);
        let numbered = !members.is_empty()
            && members.len() <= MAX_LISTED
            && !members.iter().any(|member| member.written.bytes().all(|byte| byte.is_ascii_digit()));
        let within = fact.within.clone().filter(|_| missing.path.is_empty());
        let hint = hint(program, &ty, within.as_ref(), numbered);
        Some(Question {
            missing: missing.clone(),
            fact: missing.text(program),
            text,
            place,
            judged_by: fact.judged.as_ref().map(|(judge, _)| judge.clone()),
            ty,
            within,
            members,
            numbered,
            hint,
        })
    }
}

/// Returns the label of the field at a path, and the number of the list entry it stands in, from 1.
fn below(program: &Program, missing: &Missing) -> (String, Option<u32>) {
    let mut ty = program.fact(missing.fact).ty.clone();
    let (mut label, mut entry) = (String::new(), None);
    for &step in &missing.path {
        ty = match ty.required() {
            Type::List(id) => {
                entry = Some(step.saturating_add(1));
                Type::Record(*id)
            }
            Type::Record(id) => match program.record(*id).fields.get(step as usize) {
                Some(field) => {
                    label = field.label.clone().unwrap_or_else(|| field.name.clone());
                    field.ty.clone()
                }
                None => break,
            },
            _ => break,
        };
    }
    (label, entry)
}

/// Returns the enum whose members answer, alone or in a set.
pub(super) fn enum_of(ty: &Type) -> Option<EnumId> {
    match ty.required() {
        Type::Enum(id) => Some(*id),
        Type::Set(inner) => enum_of(inner),
        _ => None,
    }
}

fn members(program: &Program, ty: &Type) -> Vec<Member> {
    let Some(id) = enum_of(ty) else { return Vec::new() };
    let member =
        |member: &crate::program::Member| Member { written: member.written.clone(), label: member.label.clone() };
    program.enum_type(id).members.values().map(member).collect()
}

/// Says how to answer.
fn hint(program: &Program, ty: &Type, within: Option<&(Value, Value)>, numbered: bool) -> String {
    let required = ty.required();
    let mut hint: String = match required {
        Type::YesNo => "yes or no".into(),
        Type::Integer => "a whole number".into(),
        Type::Decimal => "a number".into(),
        Type::Money(currency) => format!("an amount in {currency}"),
        Type::Date => "a date, YYYY-MM-DD".into(),
        Type::Time => "a time, HH:MM".into(),
        Type::Instant => "a moment, such as 2024-12-24T23:59:00-05:00".into(),
        Type::Months => "a number of months".into(),
        Type::Days => "a number of days".into(),
        Type::Minutes => "a number of minutes".into(),
        Type::Period => "a period: FIRST through LAST, two dates".into(),
        Type::Text => "a text".into(),
        Type::Enum(id) => one_of(program, *id, numbered),
        Type::Set(inner) => match **inner {
            Type::Enum(id) => format!("{}; several with commas, `{{}}` for none at all", one_of(program, id, numbered)),
            _ => "several with commas, `{}` for none at all".into(),
        },
        Type::List(_) => "how many entries; each is asked about where it matters".into(),
        Type::Record(_) | Type::Optional(_) => "whether there is one: yes or no".into(),
    };
    if let Some((low, high)) = within {
        hint += &format!(" from {} to {}", program.value_text(low, required), program.value_text(high, required));
    }
    if ty.is_optional() && !matches!(required, Type::Record(_)) {
        hint += if members(program, ty).iter().any(|member| member.written == "none") {
            ", or `null` for none"
        } else {
            ", or `none`"
        };
    }
    hint
}

fn one_of(program: &Program, id: EnumId, numbered: bool) -> String {
    let declared = program.enum_type(id);
    if id == EnumId::COUNTRY {
        return "a country in two capitals, such as CA or US".into();
    }
    let mut hint = match declared.members.len() {
        _ if numbered => "a word or number of the list".to_owned(),
        few if few <= MAX_LISTED => "a word of the list".into(),
        many if many <= MAX_LISTED_ON_HELP => format!("one of {many} words, which `?` lists"),
        many => format!("one of {many} words"),
    };
    if declared.open {
        hint += ", or another text";
    }
    hint
}
