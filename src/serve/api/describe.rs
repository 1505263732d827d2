//! Types, facts and decisions as forms need them.

use std::collections::BTreeSet;

use enact::facts::fact_json;
use enact::interview::Question;
use enact::program::{
    Asked, EVALUATION_DATE, EVALUATION_TIME, Fact, FactId, FamilyId, Field, Member, Program, VersionId,
};
use enact::value::{EnumId, RecordId, Type, Value};
use serde_json::{Value as Json, json};

/// Describes things of a program. The enums that are met stand once beside what is described, as some have hundreds of members.
#[derive(Debug)]
pub struct Describer<'p> {
    program: &'p Program,
    enums: BTreeSet<EnumId>,
}

impl<'p> Describer<'p> {
    /// Begins with nothing.
    pub fn new(program: &'p Program) -> Self {
        Describer { program, enums: BTreeSet::new() }
    }

    /// Returns the enums met so far, by the name that types call them by.
    pub fn enums(&self) -> Json {
        let known = |&id: &EnumId| (self.enum_name(id), self.enum_type(id));
        Json::Object(self.enums.iter().map(known).collect())
    }

    /// Describes a type: `kind`, and what that kind has: an enum, fields, a currency, what a set or list is of. `optional` says
    /// that `null`, none, is a value.
    pub fn ty(&mut self, ty: &Type) -> Json {
        let mut described = match ty.required() {
            Type::YesNo => json!({ "kind": "yes_no" }),
            Type::Integer => json!({ "kind": "integer" }),
            Type::Decimal => json!({ "kind": "decimal" }),
            Type::Money(currency) => json!({ "kind": "money", "currency": currency.to_string() }),
            Type::Date => json!({ "kind": "date" }),
            Type::Time => json!({ "kind": "time" }),
            Type::Instant => json!({ "kind": "instant" }),
            Type::Months => json!({ "kind": "months" }),
            Type::Days => json!({ "kind": "days" }),
            Type::Minutes => json!({ "kind": "minutes" }),
            Type::Period => json!({ "kind": "period" }),
            Type::Text => json!({ "kind": "text" }),
            Type::Enum(id) => {
                self.enums.insert(*id);
                json!({ "kind": "enum", "enum": self.enum_name(*id) })
            }
            Type::Set(inner) => json!({ "kind": "set", "of": self.ty(inner) }),
            Type::List(id) => json!({ "kind": "list", "of": self.record(*id) }),
            Type::Record(id) => self.record(*id),
            // Stands in no other one.
            Type::Optional(_) => json!({}),
        };
        if ty.is_optional() {
            described["optional"] = true.into();
        }
        described
    }

    /// Policies may declare different enums of one name: the second has its number too.
    fn enum_name(&self, id: EnumId) -> String {
        let name = &self.program.enum_type(id).name;
        match self.program.enums.iter().position(|known| known.name == *name) {
            Some(first) if first != id.0 as usize => format!("{name}#{}", id.0),
            _ => name.clone(),
        }
    }

    fn enum_type(&self, id: EnumId) -> Json {
        let known = self.program.enum_type(id);
        let member = |member: &Member| match &member.label {
            Some(label) => json!({ "value": member.written, "label": label }),
            None => json!({ "value": member.written }),
        };
        let members: Vec<Json> = known.members.values().map(member).collect();
        json!({ "label": known.label, "open": known.open, "members": members })
    }

    fn record(&mut self, id: RecordId) -> Json {
        let known = self.program.record(id);
        let field = |field: &Field| json!({ "key": field.key, "label": field.label, "type": self.ty(&field.ty) });
        let fields: Vec<Json> = known.fields.iter().map(field).collect();
        json!({ "kind": "record", "name": known.name, "fields": fields })
    }

    /// Describes a fact.
    pub fn fact(&mut self, id: FactId) -> Json {
        let program = self.program;
        let fact = program.fact(id);
        let value = |value: &Value| fact_json(program, &fact.ty, value);
        let mut described = json!({
            "key": fact.key,
            "label": fact.label.as_ref().unwrap_or(&fact.name),
            "question": asked_for(id, fact),
            "type": self.ty(&fact.ty),
            "private": fact.private,
        });
        if let Some((least, greatest)) = &fact.within {
            described["within"] = json!([value(least), value(greatest)]);
        }
        if let Some(typical) = &fact.typical {
            described["typical"] = value(typical);
        }
        if let Some((judge, _)) = &fact.judged {
            described["judged_by"] = judge.as_str().into();
        }
        described
    }

    /// Describes what can be asked; nothing for what is no decision.
    pub fn decision(&mut self, id: FamilyId) -> Option<Json> {
        let program = self.program;
        let family = program.family(id);
        let newest = family.members.iter().rev().find_map(|(_, asked)| match asked {
            Asked::Decision(decision) => Some(program.decision(*decision)),
            Asked::Define(_) => None,
        })?;
        let version = |(version, _): &(Option<VersionId>, Asked)| Some(program.version((*version)?).name.as_str());
        let versions: Vec<&str> = family.members.iter().filter_map(version).collect();
        let label = &program.origin(newest.origin).label;
        Some(json!({ "name": family.name, "label": label, "type": self.ty(&newest.ty), "versions": versions }))
    }

    /// Describes a question.
    pub fn question(&mut self, question: &Question) -> Json {
        let mut described = json!({
            "fact": question.fact,
            "text": question.text,
            "place": question.place,
            "judged_by": question.judged_by,
            "type": self.ty(&question.ty),
            "hint": question.hint,
        });
        if let Some((least, greatest)) = &question.within {
            let value = |value: &Value| fact_json(self.program, &question.ty, value);
            described["within"] = json!([value(least), value(greatest)]);
        }
        described
    }
}

fn asked_for(id: FactId, fact: &Fact) -> Option<&str> {
    match id {
        EVALUATION_DATE => Some("On which day is it asked?"),
        EVALUATION_TIME => Some("At which moment is it asked?"),
        _ => fact.ask.as_deref(),
    }
}
