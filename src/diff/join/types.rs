//! Enums, records and calendars of two programs as those of one, and the values that name them.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use crate::program::{Calendar, CalendarId, EnumType, Op, Program, RecordType};
use crate::value::{EnumId, Evaluated, Fault, RecordId, Type, Value};

use super::by_name;

/// Where the types of the second program are in the joint one: by their old index.
#[derive(Debug, Default)]
pub(super) struct Types {
    enums: Vec<(EnumId, Vec<MemberAs>)>,
    records: Vec<RecordId>,
    /// The fields' types of the second's records, in its own ids: says what stands in a value.
    fields: Vec<Vec<Type>>,
    pub(super) calendars: Vec<CalendarId>,
    /// Joint enums that differ between the two.
    pub(super) united: Vec<EnumId>,
}

/// What a member of the second is in the joint program.
#[derive(Debug, Clone)]
enum MemberAs {
    /// The member of this index.
    Member(u32),
    /// A text: the first, whose enum is open, writes it so in its data, and keeps its values.
    Text(Arc<str>),
}

impl Types {
    /// Adds the types of the second program to the first: an enum of one name is one, with the members of both, the first's
    /// first; a record of one name is one if its fields agree.
    pub(super) fn unite(program: &mut Program, other: &Program) -> Types {
        let mut types = Types::default();
        types.unite_enums(program, other);
        types.unite_records(program, other);
        for calendar in &other.calendars {
            let same = program.calendars.iter().position(|known: &Calendar| known == calendar);
            types.calendars.push(CalendarId(same.unwrap_or(program.calendars.len()) as u32));
            if same.is_none() {
                program.calendars.push(calendar.clone());
            }
        }
        types
    }

    fn unite_enums(&mut self, program: &mut Program, other: &Program) {
        let known = by_name(program.enums.iter().map(|enum_type| enum_type.name.as_str()));
        let written = texts(program);
        for enum_type in &other.enums {
            let same = known.get(&enum_type.name).and_then(|indexes| indexes.first()).copied();
            let id = EnumId(same.unwrap_or(program.enums.len()) as u32);
            let members = match same {
                None => {
                    program.enums.push(enum_type.clone());
                    (0..enum_type.members.len() as u32).map(MemberAs::Member).collect()
                }
                Some(index) => {
                    let shared = &mut program.enums[index];
                    let names = |of: &EnumType| of.members.keys().cloned().collect::<FxHashSet<String>>();
                    if shared.open != enum_type.open || names(shared) != names(enum_type) {
                        self.united.push(id);
                    }
                    unite_members(shared, enum_type, &written)
                }
            };
            self.enums.push((id, members));
        }
    }

    fn unite_records(&mut self, program: &mut Program, other: &Program) {
        let known = by_name(program.records.iter().map(|record| record.name.as_str()));
        self.fields =
            other.records.iter().map(|record| record.fields.iter().map(|it| it.ty.clone()).collect()).collect();
        self.records = vec![RecordId(0); other.records.len()];
        // A record may hold one that is declared after it; none holds itself.
        let mut done = vec![false; other.records.len()];
        for index in 0..other.records.len() {
            let mut open = vec![index];
            while let Some(&record) = open.last() {
                let inner = other.records[record].fields.iter().filter_map(|field| record_of(&field.ty));
                let waits_for = inner.map(|RecordId(inner)| inner as usize).find(|&inner| !done[inner]);
                match waits_for.filter(|inner| !open.contains(inner)) {
                    Some(inner) => open.push(inner),
                    None => {
                        open.pop();
                        if !std::mem::replace(&mut done[record], true) {
                            let namesakes = known.get(&other.records[record].name).map_or(&[][..], Vec::as_slice);
                            self.records[record] = self.unite_record(program, &other.records[record], namesakes);
                        }
                    }
                }
            }
        }
    }

    fn unite_record(&self, program: &mut Program, record: &RecordType, namesakes: &[usize]) -> RecordId {
        let mut record = record.clone();
        record.fields.iter_mut().for_each(|field| field.ty = self.ty(&field.ty));
        let agrees = |known: &RecordType| {
            let mut pairs = known.fields.iter().zip(&record.fields);
            known.period == record.period
                && known.fields.len() == record.fields.len()
                && pairs.all(|(a, b)| a.name == b.name && a.ty == b.ty)
        };
        let same = namesakes.iter().copied().find(|&index| agrees(&program.records[index]));
        let id = same.unwrap_or(program.records.len());
        if same.is_none() {
            program.records.push(record);
        }
        RecordId(id as u32)
    }

    /// Returns a type of the second in the ids of the joint program.
    pub(super) fn ty(&self, ty: &Type) -> Type {
        match ty {
            Type::Enum(EnumId(id)) => Type::Enum(self.enums[*id as usize].0),
            Type::Set(inner) => Type::Set(Box::new(self.ty(inner))),
            Type::List(RecordId(id)) => Type::List(self.records[*id as usize]),
            Type::Record(RecordId(id)) => Type::Record(self.records[*id as usize]),
            Type::Optional(inner) => Type::Optional(Box::new(self.ty(inner))),
            Type::YesNo
            | Type::Integer
            | Type::Decimal
            | Type::Money(_)
            | Type::Date
            | Type::Time
            | Type::Instant
            | Type::Months
            | Type::Days
            | Type::Minutes
            | Type::Period
            | Type::Text => ty.clone(),
        }
    }

    /// Returns a value of the second in the ids of the joint program. `ty`, of the second, says whether a text is one, or a
    /// value of an open enum that the first has as a member. Origins in errors are counted from `first_origin`.
    pub(super) fn value(&self, program: &Program, value: &Value, ty: Option<&Type>, first_origin: u32) -> Value {
        let ty = ty.map(Type::required);
        match value {
            Value::Member(EnumId(id), index) => {
                let (id, members) = &self.enums[*id as usize];
                match &members[*index as usize] {
                    MemberAs::Member(index) => Value::Member(*id, *index),
                    MemberAs::Text(text) => Value::Text(text.clone()),
                }
            }
            Value::Text(text) => match ty {
                Some(Type::Enum(EnumId(id))) => {
                    let (id, _) = self.enums[*id as usize];
                    let members = &program.enum_type(id).members;
                    let written = members.values().position(|member| member.written == **text);
                    let member = written.or_else(|| members.get_index_of(&**text));
                    member.map_or_else(|| value.clone(), |index| Value::Member(id, index as u32))
                }
                _ => value.clone(),
            },
            Value::Set(members) => {
                let element = match ty {
                    Some(Type::Set(element)) => Some(&**element),
                    _ => None,
                };
                Value::set(members.iter().map(|member| self.value(program, member, element, first_origin)))
            }
            Value::Record(fields) => {
                let types = match ty {
                    Some(Type::Record(RecordId(id))) => self.fields[*id as usize].as_slice(),
                    _ => &[],
                };
                let field = |(index, field): (usize, &Evaluated)| match field {
                    Evaluated::Value(it) => Evaluated::Value(self.value(program, it, types.get(index), first_origin)),
                    Evaluated::Unknown => Evaluated::Unknown,
                    Evaluated::Error(fault) => {
                        Evaluated::Error(Fault { origin: fault.origin.map(|id| first_origin + id), ..*fault })
                    }
                };
                Value::Record(fields.iter().enumerate().map(field).collect())
            }
            Value::List(items) => {
                let item_ty = match ty {
                    Some(Type::List(id)) => Some(Type::Record(*id)),
                    _ => None,
                };
                Value::List(
                    items.iter().map(|item| self.value(program, item, item_ty.as_ref(), first_origin)).collect(),
                )
            }
            Value::None
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Instant(_)
            | Value::Period { .. } => value.clone(),
        }
    }
}

/// Returns the record that a type names.
fn record_of(ty: &Type) -> Option<RecordId> {
    match ty.required() {
        Type::Record(id) | Type::List(id) => Some(*id),
        _ => None,
    }
}

/// Adds the members of the second's enum to the first's of that name.
fn unite_members(shared: &mut EnumType, other: &EnumType, written: &FxHashSet<Arc<str>>) -> Vec<MemberAs> {
    let was_open = shared.open;
    shared.open |= other.open;
    let mut members = Vec::with_capacity(other.members.len());
    for (name, member) in &other.members {
        if let Some(index) = shared.members.get_index_of(name) {
            members.push(MemberAs::Member(index as u32));
        } else if let Some(text) = written.get(member.written.as_str()).filter(|_| was_open) {
            members.push(MemberAs::Text(text.clone()));
        } else {
            members.push(MemberAs::Member(shared.members.len() as u32));
            shared.members.insert(name.clone(), member.clone());
        }
    }
    members
}

/// Returns the texts that a program holds as constants, in its nodes and its data.
fn texts(program: &Program) -> FxHashSet<Arc<str>> {
    let constants = program.nodes.keys().filter_map(|op| match op {
        Op::Const(value) => Some(value),
        _ => None,
    });
    let data = program.dated.iter().flat_map(|dated| dated.values.iter().filter_map(|(_, value)| value.as_ref()));
    let mut found = FxHashSet::default();
    let mut open: Vec<&Value> = constants.chain(data).collect();
    while let Some(value) = open.pop() {
        match value {
            Value::Text(text) => _ = found.insert(text.clone()),
            Value::Set(members) => open.extend(members.iter()),
            Value::List(items) => open.extend(items.iter()),
            Value::Record(fields) => open.extend(fields.iter().filter_map(Evaluated::value)),
            _ => {}
        }
    }
    found
}
