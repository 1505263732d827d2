//! Types as written to types.

use rust_decimal::Decimal;

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::program::{EnumType, Member};
use crate::source::Span;
use crate::syntax::ast::{Name, TypeExpr, TypeKind};
use crate::value::{Currency, EnumId, RecordId, Type, Value};

use super::scope::{TypeEntity, Unit};
use super::{Lowerer, Reported};

/// The types that need no declaration.
const BUILT_IN: &[(&str, Type)] = &[
    ("integer", Type::Integer),
    ("decimal", Type::Decimal),
    ("date", Type::Date),
    ("time", Type::Time),
    ("instant", Type::Instant),
    ("months", Type::Months),
    ("days", Type::Days),
    ("period", Type::Period),
    ("text", Type::Text),
    ("country", Type::Enum(EnumId::COUNTRY)),
    ("weekday", Type::Enum(EnumId::WEEKDAY)),
];

impl<'a> Lowerer<'a> {
    /// Resolves a type. `total of T` is the caller's business: only decisions have it.
    pub(super) fn ty(&mut self, unit: &Unit<'a>, ty: &'a TypeExpr) -> Result<Type, Reported> {
        let base = match &ty.kind {
            TypeKind::YesNo => Type::YesNo,
            TypeKind::Named(name) => self.named_type(unit, name)?,
            TypeKind::Money(currency) => Type::Money(self.currency(currency)?),
            TypeKind::Members(names) => Type::Enum(self.anonymous_enum(names)),
            TypeKind::Set(inner) => {
                let element = self.ty(unit, inner)?;
                if matches!(element, Type::Set(_) | Type::List(_) | Type::Record(_) | Type::Optional(_) | Type::Period)
                {
                    let found = self.graph.program.type_text(&element);
                    return Err(self.report(
                        Diagnostic::error(Code::TYPE, inner.span, format!("a set cannot hold `{found}`"))
                            .help("a set holds members, dates, numbers or texts; for records write `list of RECORD`"),
                    ));
                }
                Type::Set(Box::new(element))
            }
            TypeKind::List(name) => match self.named_type(unit, name)? {
                Type::Record(id) => Type::List(id),
                other => {
                    let found = self.graph.program.type_text(&other);
                    return Err(self.report(
                        Diagnostic::error(Code::TYPE, name.span, format!("a list holds records, `{found}` is none"))
                            .help(format!("write `set of {found}`, or declare a record")),
                    ));
                }
            },
            TypeKind::Total(_) => {
                return Err(self.report(
                    Diagnostic::error(Code::TYPE, ty.span, "only a decision is a `total of` something")
                        .help("here write the type without `total of`"),
                ));
            }
        };
        Ok(if ty.or_none { base.optional() } else { base })
    }

    fn named_type(&mut self, unit: &Unit<'a>, name: &Name) -> Result<Type, Reported> {
        if let Some((_, ty)) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name.value) {
            return Ok(ty.clone());
        }
        if let Some(&(entity, span)) = unit.types.get(name.value.as_str()) {
            self.mark_used(span);
            return Ok(match entity {
                TypeEntity::Enum(id) => Type::Enum(id),
                TypeEntity::Record(id) => Type::Record(id),
            });
        }
        let names = BUILT_IN.iter().map(|(name, _)| *name).chain(unit.types.keys().copied()).chain(["yes/no"]);
        let hint = match name.value.as_str() {
            "bool" | "boolean" => Some("write `yes/no`".to_string()),
            "int" | "number" => Some("write `integer` or `decimal`".to_string()),
            "string" | "str" => Some("write `text`".to_string()),
            "money" => Some("name the currency: `money CAD`".to_string()),
            wrong => suggest(wrong, names),
        };
        let diagnostic = Diagnostic::error(Code::UNKNOWN_NAME, name.span, format!("unknown type `{}`", name.value))
            .found("no type has this name");
        Err(self.report(match hint {
            Some(hint) => diagnostic.help(hint),
            None => diagnostic.help("declare it with `enum` or `record`, or `use` the library that does"),
        }))
    }

    /// Reads a currency: three capitals (checked by the grammar).
    pub(super) fn currency(&mut self, name: &Name) -> Result<Currency, Reported> {
        match name.value.as_bytes().try_into() {
            Ok(letters) => Ok(Currency(letters)),
            Err(_) => Err(self.report(
                Diagnostic::error(Code::TYPE, name.span, format!("`{}` is no currency", name.value))
                    .help("a currency is three capitals: `CAD`"),
            )),
        }
    }

    /// Returns the enum of `{a, b}`: one for each list of members.
    fn anonymous_enum(&mut self, names: &[Name]) -> EnumId {
        let text = format!("{{{}}}", names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(", "));
        let enums = &mut self.graph.program.enums;
        if let Some(index) = enums.iter().position(|known| known.name == text) {
            return EnumId(index as u32);
        }
        let member = |name: &Name| (name.value.clone(), Member { label: None, written: name.value.clone() });
        enums.push(EnumType { name: text, label: None, open: false, members: names.iter().map(member).collect() });
        EnumId(enums.len() as u32 - 1)
    }

    /// Returns the record of the outputs of a table.
    pub(super) fn output_record(&mut self, span: Span, name: &str, fields: Vec<crate::program::Field>) -> RecordId {
        if let Some(&id) = self.output_records.get(&span)
            && self.graph.program.record(id).fields == fields
        {
            return id;
        }
        let records = &mut self.graph.program.records;
        records.push(crate::program::RecordType { name: name.to_string(), fields, period: None });
        let id = RecordId(records.len() as u32 - 1);
        self.output_records.insert(span, id);
        id
    }

    /// Says that a value has another type than the place needs.
    pub(super) fn mismatch(&mut self, span: Span, expected: &Type, found: &Type) -> Reported {
        let (expected_text, found_text) = (self.graph.program.type_text(expected), self.graph.program.type_text(found));
        let mut diagnostic =
            Diagnostic::error(Code::TYPE, span, format!("expected `{expected_text}`, found `{found_text}`"))
                .found(format!("is `{found_text}`"));
        let (wanted, got) = (expected.required(), found.required());
        let hint = match (wanted, got) {
            (Type::Days, Type::Integer) => Some("name the unit: `30 days`"),
            (Type::Months, Type::Integer) => Some("name the unit: `12 months`"),
            (Type::Days, Type::Months) | (Type::Months, Type::Days) => {
                Some("days and months are different things and never compare")
            }
            (Type::Money(_), Type::Integer | Type::Decimal) => Some("name the currency: `100.00 CAD`"),
            (Type::Date, Type::Instant) => Some("take its date: `date of … in \"UTC\"`"),
            (Type::Instant, Type::Date) => Some("take its end: `end of day … in \"UTC\"`"),
            (Type::YesNo, _) => Some("a condition is yes or no: compare it with something"),
            _ => None,
        };
        if let Some(hint) = hint {
            diagnostic = diagnostic.help(hint);
        }
        self.report(diagnostic)
    }

    /// Whether a value of type `found` may stand where `expected` is needed: an integer serves as a decimal, a `T` as a `T or none`.
    pub(super) fn fits(found: &Type, expected: &Type) -> bool {
        match (found, expected) {
            (Type::Optional(found), Type::Optional(expected)) => Self::fits(found, expected),
            (found, Type::Optional(expected)) => Self::fits(found, expected),
            (Type::Integer, Type::Decimal) => true,
            (Type::Set(found), Type::Set(expected)) => Self::fits(found, expected),
            (found, expected) => found == expected,
        }
    }

    /// Returns the type that holds both, if there is one.
    pub(super) fn join(a: &Type, b: &Type) -> Option<Type> {
        if Self::fits(a, b) {
            Some(b.clone())
        } else if Self::fits(b, a) {
            Some(a.clone())
        } else {
            match (a, b) {
                (Type::Optional(inner), other) | (other, Type::Optional(inner)) => {
                    Self::join(inner, other.required()).map(Type::optional)
                }
                _ => None,
            }
        }
    }
}

/// Returns an amount as a number: `15%` is 0.15.
pub(super) fn percent(number: Decimal) -> Value {
    Value::Number(number / Decimal::ONE_HUNDRED)
}
