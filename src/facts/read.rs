//! JSON to facts, strictly: every key known, every value of its type, every error with its place.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use super::error::{FactsError, ValueError};
use super::parse::{Json, parse_json};
use super::value::{no_member, read_number, read_spelt, read_text, short_weekday, text_value};
use super::{Facts, MAX_FACTS_BYTES, Slot};
use crate::diagnostic::did_you_mean;
use crate::load::time::shorten;
use crate::program::{Fact, FactId, Program};
use crate::value::{EnumId, Evaluated, RecordId, Type, Value};

/// How many errors are listed; the rest are counted.
const MAX_ERRORS: usize = 100;

/// Reads facts from JSON text: an object of facts by key.
///
/// A missing key is not stated, `null` is none, `{"unknown": true}` is stated unknown. All errors are returned, in the order of
/// the text. Good: `{"age": 30, "stays": [{"start": "2024-01-01"}]}`. Bad: `{"age": "30"}`, `{"age": 30, "age": 31}`.
pub fn read_facts(program: &Program, text: impl AsRef<[u8]>) -> Result<Facts, Vec<FactsError>> {
    read_facts_beside(program, text, |_| false)
}

/// Reads facts as [`read_facts`] does, from an object that holds more: keys that are no facts and stand `beside` them are passed
/// over.
pub fn read_facts_beside(
    program: &Program,
    text: impl AsRef<[u8]>,
    beside: impl Fn(&str) -> bool,
) -> Result<Facts, Vec<FactsError>> {
    let bytes = text.as_ref();
    if bytes.len() > MAX_FACTS_BYTES {
        return Err(vec![FactsError::TooLarge { bytes: bytes.len() }]);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| vec![FactsError::NotUtf8 { good: error.valid_up_to() }])?;
    let json = parse_json(text).map_err(|error| {
        let (line, column) = error.location(text);
        vec![FactsError::Syntax { what: error.what.to_owned(), line, column }]
    })?;
    let Json::Object(entries) = &json else { return Err(vec![FactsError::NotAnObject { found: json.kind() }]) };
    let mut reader = Reader::new(program);
    let by_key: HashMap<&str, FactId> =
        program.facts.iter().enumerate().map(|(index, fact)| (fact.key.as_str(), FactId(index as u32))).collect();
    let mut facts = Facts::new(program);
    let mut seen = HashSet::new();
    for (key, value) in entries {
        reader.inside(key, |reader| {
            if !seen.insert(key) {
                reader.push(|pointer| FactsError::DuplicateKey { pointer, key: shorten(key) });
            } else if let Some(&id) = by_key.get(key.as_str()) {
                if let Some(slot) = reader.fact(program.fact(id), value) {
                    facts.set(id, slot);
                }
            } else if !beside(key) {
                reader.push(|pointer| FactsError::UnknownFact {
                    pointer,
                    key: shorten(key),
                    help: suggest_fact(program, key),
                });
            }
        });
    }
    reader.finish().map(|()| facts)
}

/// States one fact from `name=value`, as `--set` gives it.
///
/// The name is that of policies or of facts files. The value is `unknown`, `none`, JSON for sets, lists and records, or plain text
/// as [`read_text`] reads it. A member spelt `none` or `unknown` is meant before the word.
pub fn set_fact(program: &Program, facts: &mut Facts, assignment: &str) -> Result<(), FactsError> {
    let Some((name, text)) = assignment.split_once('=') else {
        let error = ValueError::new(format!("`{}` states nothing", shorten(assignment))).help("write `fact=value`");
        return Err(FactsError::Value { pointer: String::new(), error });
    };
    let (name, text) = (name.trim(), text.trim());
    let by_key = program.facts.iter().position(|fact| fact.key == name);
    let Some(id) = by_key.map(|index| FactId(index as u32)).or_else(|| program.find_fact(name)) else {
        return Err(unknown_fact(program, name));
    };
    let slot = read_slot(program, id, name, text)?;
    facts.set(id, slot);
    Ok(())
}

/// Reads what a text states about a fact: `unknown`, `none`, JSON, or plain text. A member spelt `none` or `unknown` is meant
/// before the word. `name` is how the fact is called where the text stands.
pub(super) fn read_slot(program: &Program, id: FactId, name: &str, text: &str) -> Result<Slot, FactsError> {
    let fact = program.fact(id);
    let pointer = || pointer_to("", name);
    let is_member = match fact.ty.required() {
        Type::Enum(id) => {
            program.enum_type(*id).members.iter().any(|(name, member)| name == text || member.written == text)
        }
        _ => false,
    };
    let unknown = matches!(parse_json(text), Ok(json) if is_unknown(&json));
    Ok(match text {
        "unknown" if !is_member => Slot::StatedUnknown,
        "none" if !is_member && fact.ty.is_optional() => Slot::Given(Value::None),
        "none" if !is_member && *fact.ty.required() != Type::Text => {
            return Err(not_none(program, pointer(), &fact.key, &fact.ty));
        }
        _ if unknown => Slot::StatedUnknown,
        _ => {
            let value = read_text(program, &fact.ty, text).and_then(|value| within(program, fact, value));
            Slot::Given(value.map_err(|error| FactsError::Value { pointer: pointer(), error })?)
        }
    })
}

/// Reads a value of a type from JSON text, for sets, lists and records in plain text.
pub(super) fn read_json_text(program: &Program, ty: &Type, text: &str) -> Result<Value, ValueError> {
    let wrong = |message: String| ValueError::new(message).help(format!("write {} as JSON", json_form(ty)));
    let json = parse_json(text).map_err(|_| wrong(format!("`{}` is no {}", shorten(text), program.type_text(ty))))?;
    let mut reader = Reader::new(program);
    let value = reader.value(program.type_text(ty).as_str(), ty, &json);
    match (value, reader.errors.into_iter().next()) {
        (Some(value), None) => Ok(value),
        (_, Some(FactsError::Value { pointer, error })) if pointer.is_empty() => Err(error),
        (_, Some(error)) => {
            let help = error.help().map(str::to_owned);
            Err(ValueError { message: format!("{}: {error}", error.pointer().unwrap_or("")), help })
        }
        (None, None) => Err(wrong(format!("`{}` is no {}", shorten(text), program.type_text(ty)))),
    }
}

fn json_form(ty: &Type) -> &'static str {
    match ty {
        Type::Set(_) => "a set as `[\"a\", \"b\"]`",
        Type::List(_) => "a list as `[{…}, {…}]`",
        _ => "a record as `{\"field\": value}`",
    }
}

/// Whether a value is `{"unknown": true}`.
fn is_unknown(json: &Json<'_>) -> bool {
    matches!(json, Json::Object(entries) if matches!(entries.as_slice(), [(key, Json::Bool(true))] if key == "unknown"))
}

/// The error of a key that no policy declares as a fact.
pub(super) fn unknown_fact(program: &Program, key: &str) -> FactsError {
    FactsError::UnknownFact { pointer: pointer_to("", key), key: shorten(key), help: suggest_fact(program, key) }
}

/// Says what was meant by a key that is no fact.
fn suggest_fact(program: &Program, key: &str) -> Option<String> {
    if let Some(fact) = program.find_fact(key) {
        return Some(format!("facts files spell it `{}`", program.fact(fact).key));
    }
    if program.families.iter().any(|family| family.name == key) {
        return Some(format!("`{key}` is decided or derived, not stated"));
    }
    did_you_mean(key, program.facts.iter().map(|fact| fact.key.as_str())).map(|near| format!("did you mean `{near}`?"))
}

fn not_none(program: &Program, pointer: String, name: &str, ty: &Type) -> FactsError {
    let written = match ty {
        Type::Enum(id) => program.enum_type(*id).members.values().any(|member| member.written == "none"),
        _ => false,
    };
    let help = if written {
        "`\"none\"`, as text, is one of its values"
    } else {
        "leave the key out, or write `{\"unknown\": true}`, where it is not known"
    };
    FactsError::None { pointer, name: name.to_owned(), ty: program.type_text(ty), help: help.to_owned() }
}

/// Checks a value against the bounds of its fact.
pub(crate) fn within(program: &Program, fact: &Fact, value: Value) -> Result<Value, ValueError> {
    match &fact.within {
        Some((low, high)) if value != Value::None && !(*low <= value && value <= *high) => {
            let text = |value: &Value| program.value_text(value, &fact.ty);
            let message = format!("`{}` is {}, outside {}..{}", fact.key, text(&value), text(low), text(high));
            Err(ValueError::new(message))
        }
        _ => Ok(value),
    }
}

/// Adds a key to a JSON pointer (RFC 6901). Only a key that nothing declares can be long; it is cut.
fn pointer_to(pointer: &str, key: &str) -> String {
    let long = key.len() > 256 || key.contains(char::is_control);
    let key = if long { Cow::from(shorten(key)) } else { Cow::from(key) };
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

struct Reader<'p> {
    program: &'p Program,
    pointer: String,
    errors: Vec<FactsError>,
    more: usize,
    /// The members of enums met so far, by how facts spell them.
    spellings: HashMap<EnumId, HashMap<&'p str, u32>>,
}

impl<'p> Reader<'p> {
    fn new(program: &'p Program) -> Self {
        Reader { program, pointer: String::new(), errors: Vec::new(), more: 0, spellings: HashMap::new() }
    }

    /// Does something with the pointer one step further.
    fn inside<T>(&mut self, key: &str, then: impl FnOnce(&mut Self) -> T) -> T {
        let length = self.pointer.len();
        self.pointer = pointer_to(&self.pointer, key);
        let result = then(self);
        self.pointer.truncate(length);
        result
    }

    /// Adds an error; texts and suggestions are made only for those that are listed.
    fn push(&mut self, error: impl FnOnce(String) -> FactsError) {
        if self.errors.len() < MAX_ERRORS { self.errors.push(error(self.pointer.clone())) } else { self.more += 1 }
    }

    fn finish(mut self) -> Result<(), Vec<FactsError>> {
        if self.more > 0 {
            self.errors.push(FactsError::More { count: self.more });
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }

    fn wrong<T>(&mut self, error: ValueError) -> Option<T> {
        self.push(|pointer| FactsError::Value { pointer, error });
        None
    }

    /// Reads a stated fact; nothing after an error.
    fn fact(&mut self, fact: &Fact, json: &Json<'_>) -> Option<Slot> {
        let value = match self.stated(&fact.key, &fact.ty, json)? {
            Evaluated::Value(value) => value,
            _ => return Some(Slot::StatedUnknown),
        };
        match within(self.program, fact, value) {
            Ok(value) => Some(Slot::Given(value)),
            Err(error) => self.wrong(error),
        }
    }

    /// Reads a fact or field: a value, or `{"unknown": true}`.
    fn stated(&mut self, name: &str, ty: &Type, json: &Json<'_>) -> Option<Evaluated> {
        if is_unknown(json) { Some(Evaluated::Unknown) } else { self.value(name, ty, json).map(Evaluated::Value) }
    }

    fn value(&mut self, name: &str, ty: &Type, json: &Json<'_>) -> Option<Value> {
        if matches!(json, Json::Null) {
            if ty.is_optional() {
                return Some(Value::None);
            }
            let program = self.program;
            self.push(|pointer| not_none(program, pointer, name, ty));
            return None;
        }
        let read = match (ty.required(), json) {
            (Type::YesNo, Json::Bool(yes)) => Ok(Value::Bool(*yes)),
            (ty @ (Type::Integer | Type::Months | Type::Days | Type::Minutes), Json::Number(number)) => {
                read_number(ty, number)
            }
            (ty @ (Type::Decimal | Type::Money(_)), Json::Number(number)) => read_number(ty, number),
            (ty @ (Type::Decimal | Type::Money(_)), Json::Text(text)) => read_number(ty, text),
            (ty @ (Type::Date | Type::Time | Type::Instant | Type::Period), Json::Text(text)) => read_spelt(ty, text),
            (Type::Text, Json::Text(text)) => Ok(text_value(text)),
            (Type::Enum(id), Json::Text(text)) => return self.member(*id, text),
            (Type::Set(inner), Json::Array(items)) => return self.set(name, inner, items),
            (Type::List(id), Json::Array(items)) => return self.list(*id, items),
            (Type::Record(id), Json::Object(entries)) => return self.record(*id, entries),
            (required, json) => Err(self.mismatch(name, required, json)),
        };
        match read {
            Ok(value) => Some(value),
            Err(error) => self.wrong(error),
        }
    }

    /// Reads a member of an enum, as facts spell it.
    fn member(&mut self, id: EnumId, text: &str) -> Option<Value> {
        let program = self.program;
        let spellings = self.spellings.entry(id).or_insert_with(|| {
            let members = program.enum_type(id).members.values().zip(0..);
            members.map(|(member, index)| (member.written.as_str(), index)).collect()
        });
        let written = spellings.get(text).copied();
        match written.or_else(|| short_weekday(program, id, text).map(|index| index as u32)) {
            Some(index) => Some(Value::Member(id, index)),
            // A name that data spells otherwise is a mistake, even where other values exist.
            None if program.enum_type(id).open
                && !text.is_empty()
                && !program.enum_type(id).members.contains_key(text) =>
            {
                Some(text_value(text))
            }
            None => {
                self.push(|pointer| FactsError::Value { pointer, error: no_member(program, id, text) });
                None
            }
        }
    }

    fn mismatch(&self, name: &str, ty: &Type, json: &Json<'_>) -> ValueError {
        let article = |ty: &Type| match ty {
            Type::YesNo => "`true` or `false`".to_owned(),
            Type::Integer => "a whole number".to_owned(),
            Type::Months | Type::Days | Type::Minutes => format!("a whole number of {}", self.program.type_text(ty)),
            Type::Decimal | Type::Money(_) => "a number".to_owned(),
            Type::Date => "a date, as text `YYYY-MM-DD`".to_owned(),
            Type::Time => "a time, as text `HH:MM`".to_owned(),
            Type::Instant => "an instant, as text `2024-12-24T23:59:00Z`".to_owned(),
            Type::Period => "a period, as text `2024-01-01 until 2025-01-01`".to_owned(),
            Type::Text => "text".to_owned(),
            Type::Enum(_) => format!("a value of `{}`, as text", self.program.type_text(ty)),
            Type::Set(_) | Type::List(_) => "an array".to_owned(),
            Type::Record(_) | Type::Optional(_) => "an object".to_owned(),
        };
        if let Json::Object(entries) = json
            && entries.iter().any(|(key, _)| key == "unknown")
        {
            let error = ValueError::new(format!(
                "`{name}` is an object with the key `unknown` that is not `{{\"unknown\": true}}`"
            ));
            return error.help("leave the key out, or write exactly `{\"unknown\": true}`");
        }
        let error = ValueError::new(format!("`{name}` is {}, it takes {}", json.kind(), article(ty)));
        match (ty, json) {
            (Type::YesNo, Json::Text(text)) if matches!(text.as_str(), "yes" | "true") => {
                error.help("write `true`, without quotes")
            }
            (Type::YesNo, Json::Text(text)) if matches!(text.as_str(), "no" | "false") => {
                error.help("write `false`, without quotes")
            }
            (Type::Integer | Type::Months | Type::Days | Type::Minutes, Json::Text(text))
                if read_number(ty, text).is_ok() =>
            {
                error.help(format!("write `{}`, without quotes", shorten(text)))
            }
            (Type::Set(_), Json::Text(text)) => error.help(format!("write `[\"{}\"]`", shorten(text))),
            (Type::List(_), Json::Object(_)) => error.help("put the object into `[` and `]`"),
            _ => error,
        }
    }

    /// Reads a set, given whole: no member unknown, none or repeated (V9).
    fn set(&mut self, name: &str, inner: &Type, items: &[Json<'_>]) -> Option<Value> {
        let mut members = BTreeSet::new();
        let mut good = true;
        for (index, item) in items.iter().enumerate() {
            self.inside(&index.to_string(), |reader| {
                let member = if is_unknown(item) {
                    reader.wrong(ValueError::new(format!("`{name}` is given whole: no member of a set is unknown")))
                } else {
                    reader.value(name, inner, item)
                };
                good &= member.is_some();
                let Some(member) = member else { return };
                if !members.contains(&member) {
                    members.insert(member);
                    return;
                }
                good = false;
                let shown = reader.program.value_text(&member, inner);
                reader.wrong::<()>(ValueError::new(format!("`{shown}` stands twice in `{name}`")));
            });
        }
        good.then(|| Value::Set(Arc::new(members)))
    }

    /// Reads a list, given whole; fields of its records may be unknown.
    fn list(&mut self, id: RecordId, items: &[Json<'_>]) -> Option<Value> {
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.inside(&index.to_string(), |reader| {
                let name = reader.program.record(id).name.clone();
                if is_unknown(item) {
                    let error = ValueError::new("a list is given whole: no element of it is unknown");
                    reader.wrong::<()>(error.help("fields of an element may be unknown"));
                } else {
                    values.extend(reader.value(&name, &Type::Record(id), item));
                }
            });
        }
        (values.len() == items.len()).then(|| Value::List(values.into()))
    }

    /// Reads a record; a field that is not stated is unknown.
    fn record(&mut self, id: RecordId, entries: &[(String, Json<'_>)]) -> Option<Value> {
        let record = self.program.record(id);
        let mut fields = vec![Evaluated::Unknown; record.fields.len()];
        let mut seen = HashSet::new();
        let mut good = true;
        for (key, json) in entries {
            self.inside(key, |reader| {
                let place = record.fields.iter().position(|field| field.key == *key);
                let read = match place {
                    _ if !seen.insert(key) => {
                        reader.push(|pointer| FactsError::DuplicateKey { pointer, key: shorten(key) });
                        None
                    }
                    Some(index) => {
                        let field = &record.fields[index];
                        reader.stated(&field.key, &field.ty, json).map(|value| fields[index] = value)
                    }
                    None => {
                        let by_name = record.fields.iter().find(|field| field.name == *key);
                        let help = match by_name {
                            Some(field) => Some(format!("facts files spell it `{}`", field.key)),
                            None => did_you_mean(key, record.fields.iter().map(|field| field.key.as_str()))
                                .map(|near| format!("did you mean `{near}`?")),
                        };
                        let (record, key) = (record.name.clone(), shorten(key));
                        reader.push(|pointer| FactsError::UnknownField { pointer, record, key, help });
                        None
                    }
                };
                good &= read.is_some();
            });
        }
        good.then(|| Value::Record(fields.into()))
    }
}
