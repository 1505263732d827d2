//! Data: sets, enums, calendars, parameters, scales and tables, written out or read from files.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::diagnostic::{Code, Diagnostic};
use crate::load::{CsvRow, CsvTable};
use crate::program::{
    Boundary, Calendar, CalendarId, Clock, Dated, DatedId, DatedRow, EnumType, Field, HitKind, Member, NodeId, Op,
    OriginKind, Scale, ScaleId,
};
use crate::source::Span;
use crate::syntax::ast::{
    CalendarDecl, Cell, CellKind, CompareOp, EnumBody, EnumDecl, Expr, ExprKind, Hit, Name, ParameterDecl, ReadFrom,
    Row, ScaleDecl, SetBody, SetDecl, Start, TableBody, TableDecl,
};
use crate::value::{EnumId, Type, Value};

use super::graph::Typed;
use super::scope::{Entity, Site, Unit};
use super::{Lowerer, Reported};

/// How many members all dated snapshots of one set may have together: rows times days of change.
pub const MAX_DATED_MEMBERS: usize = 4_000_000;

/// A declaration whose values, not itself, bear the shared clauses.
static NO_CLAUSES: crate::syntax::ast::Common =
    crate::syntax::ast::Common { because: None, cites: Vec::new(), relies: Vec::new() };

impl<'a> Lowerer<'a> {
    /// Finds the data file of a `read from` clause. Files that are missing or damaged have been reported when loading.
    fn table_file(&self, read: &ReadFrom) -> Result<&'a CsvTable, Reported> {
        self.loaded.table(read).ok_or(Reported)
    }

    /// Finds a column. One that is missing has been reported when loading.
    fn column(&self, file: &'a CsvTable, name: &Name) -> Result<usize, Reported> {
        file.column(&name.value).ok_or(Reported)
    }

    /// Returns the rows that `where` keeps.
    fn rows(&mut self, file: &'a CsvTable, read: &ReadFrom) -> Result<Vec<&'a CsvRow>, Reported> {
        let Some((column, wanted)) = &read.filter else { return Ok(file.rows.iter().collect()) };
        let column = self.column(file, column)?;
        Ok(file.rows.iter().filter(|row| row.cells[column] == wanted.value).collect())
    }

    fn needed_column(&mut self, file: &'a CsvTable, read: &ReadFrom) -> Result<usize, Reported> {
        match &read.column {
            Some(column) => self.column(file, column),
            None => Err(self.report(
                Diagnostic::error(Code::MISSING_CLAUSE, read.span, "which column?")
                    .help("write `read from \"…\" column NAME`"),
            )),
        }
    }

    /// Reads a cell by its type and reports what does not fit.
    fn cell(&mut self, ty: &Type, text: &str, place: Span, read: &ReadFrom) -> Result<Value, Reported> {
        crate::facts::read_text(&self.graph.program, ty, text).map_err(|problem| {
            self.report(
                Diagnostic::error(Code::CSV, place, problem.message)
                    .label(read.span, "read by this")
                    .help(problem.help.unwrap_or_else(|| "mend the row, or declare the type it has".to_string())),
            )
        })
    }

    /// Builds an enum: its members, written out or from a column.
    pub(super) fn enum_type(&mut self, decl: &'a EnumDecl) -> EnumType {
        let mut members = indexmap::IndexMap::new();
        match &decl.body {
            EnumBody::Members(list) => {
                for member in list {
                    let written = member.written.as_ref().unwrap_or(&member.name).value.clone();
                    let label = member.label.as_ref().map(|label| label.value.clone());
                    if members.insert(member.name.value.clone(), Member { label, written }).is_some() {
                        self.report(Diagnostic::error(
                            Code::DUPLICATE,
                            member.name.span,
                            format!("`{}` is a member twice", member.name.value),
                        ));
                    }
                }
            }
            EnumBody::Read(read) => {
                if let Ok(names) = self.enum_column(read) {
                    members.extend(names.into_iter().map(|name| (name.clone(), Member { label: None, written: name })));
                }
            }
        }
        let label = decl.head.label.as_ref().map(|label| label.value.clone());
        EnumType { name: decl.head.name.value.clone(), label, open: decl.open.is_some(), members }
    }

    fn enum_column(&mut self, read: &'a ReadFrom) -> Result<Vec<String>, Reported> {
        let file = self.table_file(read)?;
        let column = self.needed_column(file, read)?;
        let rows = self.rows(file, read)?;
        Ok(rows.into_iter().map(|row| row.cells[column].clone()).filter(|cell| !cell.is_empty()).collect())
    }

    /// Builds a declared set.
    pub(super) fn set_entity(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a SetDecl,
        site: Site,
    ) -> Result<Entity<'a>, Reported> {
        let ty = self.ty(unit, &decl.ty)?;
        let Type::Set(element) = &ty else {
            return Err(self.mismatch(decl.ty.span, &Type::Set(Box::new(Type::Enum(EnumId::COUNTRY))), &ty));
        };
        let read = match &decl.body {
            SetBody::Members(expr) => {
                let typed = self.expr_as(unit, expr, &ty)?;
                if self.graph.constant_value(typed.node).is_none() {
                    return Err(self.not_constant(expr));
                }
                let text = self.text(expr.span);
                let origin = self.declared(unit, OriginKind::Data, &decl.head, site, &decl.common, text);
                return Ok(Entity::Set(self.graph.typed(Op::Clause(origin, typed.node), ty)));
            }
            SetBody::Read(read) => read,
        };
        let file = self.table_file(read)?;
        let column = self.needed_column(file, read)?;
        let rows = self.rows(file, read)?;
        let origin = self.declared(unit, OriginKind::Data, &decl.head, site, &decl.common, String::new());
        let Some((from, until)) = &read.valid else {
            let mut members = BTreeSet::new();
            for row in rows {
                members.insert(self.cell(element, &row.cells[column], row.spans[column], read)?);
            }
            let set = self.graph.constant(Value::Set(members.into()), ty.clone());
            return Ok(Entity::Set(self.graph.typed(Op::Clause(origin, set.node), ty)));
        };
        let from = self.column(file, from)?;
        let until = until.as_ref().map(|until| self.column(file, until)).transpose()?;
        let mut spans: Vec<(Value, Boundary, Option<Boundary>, Span)> = Vec::new();
        for row in rows {
            let member = self.cell(element, &row.cells[column], row.spans[column], read)?;
            let start = self
                .boundary_cell(&row.cells[from], row.spans[from])?
                .unwrap_or(Boundary { date: NaiveDate::MIN, moment: None });
            let end = match until {
                Some(until) => self.boundary_cell(&row.cells[until], row.spans[until])?,
                None => None,
            };
            if end.is_some_and(|end| end <= start) {
                self.report(
                    Diagnostic::error(Code::DATED_ROWS, row.span, "this row ends before it starts")
                        .help("its end is the first day it no longer holds"),
                );
            }
            spans.push((member, start, end, row.span));
        }
        self.check_overlaps(&mut spans);
        let values = self.snapshots(&spans, decl.head.name.span)?;
        let row = |(member, start, end, span)| DatedRow { member, start, end, span };
        let dated =
            Dated { origin, origins: vec![None; values.len()], values, rows: spans.into_iter().map(row).collect() };
        let id = self.dated(dated, decl.head.name.span);
        Ok(Entity::DatedSet(id, ty))
    }

    /// Reads the start or end of a dated row: a day, or a moment with its offset; blank is open.
    fn boundary_cell(&mut self, text: &str, place: Span) -> Result<Option<Boundary>, Reported> {
        if text.is_empty() {
            return Ok(None);
        }
        crate::load::time::boundary_cell(text).map(Some).map_err(|problem| {
            self.report(
                Diagnostic::error(Code::DATED_ROWS, place, problem)
                    .help("write `2024-12-24`, or a moment with its offset: `2024-02-29T23:30:00-05:00`"),
            )
        })
    }

    fn check_overlaps(&mut self, spans: &mut [(Value, Boundary, Option<Boundary>, Span)]) {
        spans.sort_by(|a, b| (&a.0, a.1).cmp(&(&b.0, b.1)));
        let mut clashes = Vec::new();
        for pair in spans.windows(2) {
            let [(first, _, end, place), (second, start, _, other)] = pair else { continue };
            if first == second && end.is_none_or(|end| end > *start) {
                clashes.push((*other, *place));
            }
        }
        for (second, first) in clashes {
            self.report(
                Diagnostic::error(Code::DATED_ROWS, second, "this row overlaps another of the same key")
                    .label(first, "the other row")
                    .help("end the earlier row where the later one starts; ends are excluded"),
            );
        }
    }

    /// Returns the members from each day of change on.
    fn snapshots(
        &mut self,
        spans: &[(Value, Boundary, Option<Boundary>, Span)],
        place: Span,
    ) -> Result<Vec<(Boundary, Option<Value>)>, Reported> {
        let mut changes: BTreeMap<Boundary, (Vec<&Value>, Vec<&Value>)> = BTreeMap::new();
        for (member, start, end, _) in spans {
            changes.entry(*start).or_default().0.push(member);
            if let Some(end) = end {
                changes.entry(*end).or_default().1.push(member);
            }
        }
        let first = Boundary { date: NaiveDate::MIN, moment: None };
        changes.entry(first).or_default();
        if changes.len().saturating_mul(spans.len()) > MAX_DATED_MEMBERS {
            return Err(self.report(
                Diagnostic::error(
                    Code::TOO_LARGE,
                    place,
                    format!("{} rows change on {} days", spans.len(), changes.len()),
                )
                .help(format!("rows times days of change may not exceed {MAX_DATED_MEMBERS}: split the set")),
            ));
        }
        let mut members = BTreeSet::new();
        let snapshot = |(boundary, (added, removed)): (Boundary, (Vec<&Value>, Vec<&Value>))| {
            removed.iter().for_each(|member| _ = members.remove(*member));
            members.extend(added.into_iter().cloned());
            (boundary, Some(Value::Set(members.clone().into())))
        };
        Ok(changes.into_iter().map(snapshot).collect())
    }

    /// Adds a dated table, once a declaration and content.
    fn dated(&mut self, dated: Dated, place: Span) -> DatedId {
        if let Some(&id) = self.dated_by_place.get(&place)
            && self.graph.program.dated[id.index()] == dated
        {
            return id;
        }
        self.graph.program.dated.push(dated);
        let id = DatedId(self.graph.program.dated.len() as u32 - 1);
        self.dated_by_place.insert(place, id);
        id
    }

    pub(super) fn calendar(&mut self, unit: &mut Unit<'a>, decl: &'a CalendarDecl) -> Result<CalendarId, Reported> {
        if let Some(&id) = self.calendars.get(&decl.head.name.span) {
            return Ok(id);
        }
        let Some((first, last)) = &decl.covers else {
            return Err(self.report(
                Diagnostic::error(Code::MISSING_CLAUSE, decl.head.name.span, "which days does this calendar cover?")
                    .help("write `covers 2020-01-01 through 2030-12-31`"),
            ));
        };
        let mut weekend = Vec::new();
        if let Some(days) = &decl.weekend {
            let ty = Type::Set(Box::new(Type::Enum(EnumId::WEEKDAY)));
            let typed = self.expr_as(unit, days, &ty)?;
            match self.graph.constant_value(typed.node) {
                Some(Value::Set(days)) => {
                    weekend.extend(
                        days.iter()
                            .filter_map(|day| if let Value::Member(_, index) = day { Some(*index) } else { None }),
                    );
                }
                _ => return Err(self.not_constant(days)),
            }
        }
        let mut holidays = Vec::new();
        match &decl.holidays {
            Some(SetBody::Members(days)) => {
                let typed = self.expr_as(unit, days, &Type::Set(Box::new(Type::Date)))?;
                match self.graph.constant_value(typed.node) {
                    Some(Value::Set(days)) => {
                        holidays.extend(
                            days.iter().filter_map(|day| if let Value::Date(day) = day { Some(*day) } else { None }),
                        );
                    }
                    _ => return Err(self.not_constant(days)),
                }
            }
            Some(SetBody::Read(read)) => {
                let file = self.table_file(read)?;
                let column = self.needed_column(file, read)?;
                for row in self.rows(file, read)? {
                    if let Value::Date(day) = self.cell(&Type::Date, &row.cells[column], row.spans[column], read)? {
                        holidays.push(day);
                    }
                }
            }
            None => {}
        }
        holidays.sort_unstable();
        holidays.dedup();
        if weekend.len() >= 7 {
            return Err(self.report(
                Diagnostic::error(Code::BOUNDS, decl.head.name.span, "a calendar without a working day")
                    .help("leave a day out of `weekend`"),
            ));
        }
        let name = decl.head.name.value.clone();
        self.graph.program.calendars.push(Calendar { name, weekend, holidays, covers: (first.value, last.value) });
        let id = CalendarId(self.graph.program.calendars.len() as u32 - 1);
        self.calendars.insert(decl.head.name.span, id);
        Ok(id)
    }

    /// Resolves the start of a version or value.
    pub(super) fn boundary(&mut self, start: &Start) -> Result<Boundary, Reported> {
        crate::load::time::boundary(start).map_err(|diagnostic| self.report(diagnostic))
    }

    pub(super) fn parameter(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a ParameterDecl,
        site: Site,
    ) -> Result<Entity<'a>, Reported> {
        let ty = self.ty(unit, &decl.ty)?;
        let mut values = Vec::new();
        for dated in &decl.values {
            let from = self.boundary(&dated.from)?;
            let value = match &dated.value {
                Some(expr) => Some(self.constant(unit, expr, &ty)?),
                None => None,
            };
            let origin = self.value_origin(unit, &dated.common, dated.span, site);
            values.push((from, value, origin, dated.span));
        }
        self.check_order(values.iter().map(|(from, _, _, span)| (*from, *span)).collect());
        values.sort_by_key(|(from, ..)| *from);
        let origin = self.declared(unit, OriginKind::Data, &decl.head, site, &NO_CLAUSES, String::new());
        let origins = values.iter().map(|(_, _, origin, _)| *origin).collect();
        let values = values.into_iter().map(|(from, value, ..)| (from, value)).collect();
        let id = self.dated(Dated { origin, values, origins, rows: Vec::new() }, decl.head.name.span);
        Ok(Entity::Parameter(id, ty))
    }

    /// Two values from one day are an error.
    fn check_order(&mut self, mut starts: Vec<(Boundary, Span)>) {
        starts.sort();
        for pair in starts.windows(2) {
            if pair[0].0 == pair[1].0 {
                self.report(
                    Diagnostic::error(Code::DATED_ROWS, pair[1].1, "two values start on one day")
                        .label(pair[0].1, "the other value")
                        .help("each value holds until the next one starts"),
                );
            }
        }
    }

    pub(super) fn scale(
        &mut self,
        unit: &mut Unit<'a>,
        decl: &'a ScaleDecl,
        site: Site,
    ) -> Result<Entity<'a>, Reported> {
        let ty = self.ty(unit, &decl.ty)?;
        if !matches!(ty, Type::Money(_) | Type::Decimal) {
            return Err(self.report(
                Diagnostic::error(Code::TYPE, decl.ty.span, "a scale applies rates to amounts or decimals")
                    .help("write `scale tax: money CAD = …`"),
            ));
        }
        let mut values = Vec::new();
        for dated in &decl.values {
            let from = self.boundary(&dated.from)?;
            let mut bands: Vec<(Decimal, Option<Decimal>)> = Vec::new();
            for (index, band) in dated.value.iter().enumerate() {
                let rate = self.constant_number(unit, &band.rate, &Type::Decimal)?;
                let up_to = band.up_to.as_ref().map(|bound| self.constant_number(unit, bound, &ty)).transpose()?;
                let below = bands.last().map(|(_, bound)| *bound);
                let last = index + 1 == dated.value.len();
                let rises = match (below, up_to) {
                    (Some(Some(below)), Some(bound)) => below < bound,
                    (Some(None), _) => false,
                    _ => true,
                };
                if !rises || up_to.is_none() != last {
                    self.report(
                        Diagnostic::error(
                            Code::BOUNDS,
                            band.span,
                            "the bands of a scale rise, and the last one, alone, is `above`",
                        )
                        .help("write `{ 15% up to 50000 CAD, 26% above }`"),
                    );
                }
                bands.push((rate, up_to));
            }
            values.push((from, bands, dated.span));
        }
        self.check_order(values.iter().map(|(from, _, span)| (*from, *span)).collect());
        values.sort_by_key(|(from, ..)| *from);
        let origin = self.declared(unit, OriginKind::Data, &decl.head, site, &NO_CLAUSES, String::new());
        let scale = Scale { origin, values: values.into_iter().map(|(from, bands, _)| (from, bands)).collect() };
        let scales = &mut self.graph.program.scales;
        let index = scales.iter().position(|known| *known == scale).unwrap_or_else(|| {
            scales.push(scale);
            scales.len() - 1
        });
        Ok(Entity::Scale(ScaleId(index as u32), ty))
    }

    /// Lowers an expression that must be constant and returns its value.
    pub(super) fn constant(&mut self, unit: &mut Unit<'a>, expr: &'a Expr, ty: &Type) -> Result<Value, Reported> {
        let typed = self.expr_as(unit, expr, ty)?;
        match self.graph.constant_value(typed.node) {
            Some(value) => Ok(value.clone()),
            None => Err(self.not_constant(expr)),
        }
    }

    fn constant_number(&mut self, unit: &mut Unit<'a>, expr: &'a Expr, ty: &Type) -> Result<Decimal, Reported> {
        match self.constant(unit, expr, ty)? {
            Value::Number(number) => Ok(number),
            _ => Err(self.not_constant(expr)),
        }
    }

    fn not_constant(&mut self, expr: &Expr) -> Reported {
        self.report(
            Diagnostic::error(Code::TYPE, expr.span, "here a value is written out, not computed")
                .help("write a literal, a member or a set of them"),
        )
    }

    /// Lowers the rows of a table for given inputs (V12).
    pub(super) fn table_rows(
        &mut self,
        unit: &mut Unit<'a>,
        table: &'a TableDecl,
        site: Site,
        inputs: &[Typed],
    ) -> Result<Typed, Reported> {
        let mut fields = Vec::new();
        for output in &table.outputs {
            let ty = self.ty(unit, &output.ty)?;
            fields.push(Field { name: output.name.value.clone(), key: output.name.value.clone(), label: None, ty });
        }
        let single = if let [only] = fields.as_slice() { Some(only.ty.clone()) } else { None };
        let row_ty = match &single {
            Some(ty) => ty.clone(),
            None => Type::Record(self.output_record(table.head.name.span, &table.head.name.value, fields.clone())),
        };
        let mut rows = Vec::new();
        match &table.body {
            TableBody::Rows(written) => {
                for row in written {
                    if let Ok(row) = self.written_row(unit, table, row, inputs, &fields, &row_ty) {
                        rows.push(row);
                    }
                }
            }
            TableBody::Read(read) => {
                let file = self.table_file(read)?;
                rows = self.read_rows(unit, table, read, file, inputs, &fields, &row_ty)?;
            }
        }
        let mut ty = row_ty.clone();
        let otherwise = match &table.otherwise {
            None => None,
            Some(otherwise) => match otherwise.values.as_slice() {
                [Expr { kind: ExprKind::None, .. }] => {
                    ty = ty.optional();
                    Some(self.graph.constant(Value::None, ty.clone()).node)
                }
                values if values.len() == fields.len() => Some(self.outputs(unit, values, &fields, &row_ty)?),
                values => {
                    let (expected, found) = (fields.len(), values.len());
                    return Err(self.report(
                        Diagnostic::error(
                            Code::TABLE,
                            otherwise.span,
                            format!("the table has {expected} outputs, this gives {found}"),
                        )
                        .help("give one value an output, or `otherwise none`"),
                    ));
                }
            },
        };
        let hit = self.hit(unit, table, &fields)?;
        let ty = match (&hit, &row_ty) {
            (HitKind::Collect, Type::Record(id)) => Type::List(*id),
            (HitKind::Collect, _) => {
                // A list of single values is a list of records with one field.
                let record = self.output_record(table.head.name.span, &table.head.name.value, fields.clone());
                let as_record = Type::Record(record);
                for (_, output) in &mut rows {
                    *output = self.graph.node(Op::Tuple([*output].into()), as_record.clone());
                }
                Type::List(record)
            }
            _ => ty,
        };
        let op = Op::Rows { hit, rows: rows.into(), otherwise };
        let node = self.graph.node(op, ty.clone());
        let text = self.text(table.head.name.span);
        let origin = self.declared(unit, OriginKind::Table, &table.head, site, &table.common, text);
        Ok(self.graph.typed(Op::Clause(origin, node), ty))
    }

    fn hit(&mut self, unit: &mut Unit<'a>, table: &'a TableDecl, fields: &[Field]) -> Result<HitKind, Reported> {
        Ok(match &table.hit.value {
            Hit::Unique => HitKind::Unique,
            Hit::Any => HitKind::Any,
            Hit::Collect => HitKind::Collect,
            Hit::First => HitKind::First,
            Hit::Highest(ranks) => {
                let ty = fields.first().map_or(Type::YesNo, |field| field.ty.clone());
                HitKind::Highest(self.ranks(unit, std::slice::from_ref(ranks), &ty)?.into())
            }
        })
    }

    fn written_row(
        &mut self,
        unit: &mut Unit<'a>,
        table: &'a TableDecl,
        row: &'a Row,
        inputs: &[Typed],
        fields: &[Field],
        row_ty: &Type,
    ) -> Result<(NodeId, NodeId), Reported> {
        if row.cells.len() != inputs.len() || row.outputs.len() != fields.len() {
            return Err(self.report(
                Diagnostic::error(
                    Code::TABLE,
                    row.span,
                    format!("this row has {} cells and {} outputs", row.cells.len(), row.outputs.len()),
                )
                .label(
                    table.head.name.span,
                    format!("takes {} inputs and gives {} outputs", inputs.len(), fields.len()),
                )
                .help("write one cell an input (`any` where it does not matter), then `->`, then one value an output"),
            ));
        }
        let mut parts = Vec::new();
        for (cell, input) in row.cells.iter().zip(inputs) {
            parts.extend(self.cell_condition(unit, cell, input)?);
        }
        let condition = self.graph.node(Op::All(parts.into()), Type::YesNo);
        let origin = self.condition_origin(unit, OriginKind::Row, row.span, &row.tags, row.label.as_ref());
        let condition = self.graph.node(Op::Clause(origin, condition), Type::YesNo);
        let output = self.outputs(unit, &row.outputs, fields, row_ty)?;
        Ok((condition, output))
    }

    fn outputs(
        &mut self,
        unit: &mut Unit<'a>,
        values: &'a [Expr],
        fields: &[Field],
        row_ty: &Type,
    ) -> Result<NodeId, Reported> {
        let mut nodes = Vec::new();
        for (value, field) in values.iter().zip(fields) {
            nodes.push(self.expr_as(unit, value, &field.ty)?.node);
        }
        Ok(match nodes.as_slice() {
            [only] => *only,
            _ => self.graph.node(Op::Tuple(nodes.into()), row_ty.clone()),
        })
    }

    fn cell_condition(
        &mut self,
        unit: &mut Unit<'a>,
        cell: &'a Cell,
        input: &Typed,
    ) -> Result<Option<NodeId>, Reported> {
        let ty = input.ty.required().clone();
        let want = if input.ty.is_optional() { ty.clone().optional() } else { ty.clone() };
        let (node, guarded) = match &cell.kind {
            CellKind::Any => return Ok(None),
            CellKind::Value(Expr { kind: ExprKind::None, span }) => {
                if !input.ty.is_optional() {
                    return Err(self.report(
                        Diagnostic::error(Code::TABLE, *span, "this input is never none")
                            .help("declare the input as `… or none`, or write `any`"),
                    ));
                }
                (self.graph.node(Op::IsNone(input.node), Type::YesNo), false)
            }
            CellKind::Value(value) if matches!(value.kind, ExprKind::Set(_)) && !matches!(ty, Type::Set(_)) => {
                let set = self.expr_as(unit, value, &Type::Set(Box::new(ty.clone())))?;
                (self.graph.node(Op::In(input.node, set.node), Type::YesNo), true)
            }
            CellKind::Value(value) => {
                let value = self.expr_as(unit, value, &want)?;
                (self.graph.node(Op::Equal(input.node, value.node), Type::YesNo), false)
            }
            CellKind::Range(low, high) => {
                let (low, high) = (self.expr_as(unit, low, &ty)?, self.expr_as(unit, high, &ty)?);
                let above = self.graph.node(Op::LessEqual(low.node, input.node), Type::YesNo);
                let below = self.graph.node(Op::LessEqual(input.node, high.node), Type::YesNo);
                (self.graph.node(Op::All([above, below].into()), Type::YesNo), true)
            }
            CellKind::Compare(op, bound) => {
                let bound = self.expr_as(unit, bound, &ty)?.node;
                let op = match op {
                    CompareOp::Less => Op::Less(input.node, bound),
                    CompareOp::LessEqual => Op::LessEqual(input.node, bound),
                    CompareOp::Greater => Op::Less(bound, input.node),
                    _ => Op::LessEqual(bound, input.node),
                };
                (self.graph.node(op, Type::YesNo), true)
            }
        };
        if matches!(cell.kind, CellKind::Range(..) | CellKind::Compare(..)) && !ty.is_ordered() {
            let found = self.graph.program.type_text(&ty);
            return Err(self.report(
                Diagnostic::error(Code::TABLE, cell.span, format!("`{found}` has no order"))
                    .help("name the values it accepts"),
            ));
        }
        let node = if cell.negated { self.graph.node(Op::Not(node), Type::YesNo) } else { node };
        if guarded && input.ty.is_optional() {
            // A bound says nothing about a value that is not there: such a row does not match.
            let absent = self.graph.node(Op::IsNone(input.node), Type::YesNo);
            let there = self.graph.node(Op::Not(absent), Type::YesNo);
            return Ok(Some(self.graph.node(Op::All([there, node].into()), Type::YesNo)));
        }
        Ok(Some(node))
    }

    #[expect(clippy::too_many_arguments, reason = "one place reads a table from its file")]
    fn read_rows(
        &mut self,
        unit: &mut Unit<'a>,
        table: &'a TableDecl,
        read: &'a ReadFrom,
        file: &'a CsvTable,
        inputs: &[Typed],
        fields: &[Field],
        row_ty: &Type,
    ) -> Result<Vec<(NodeId, NodeId)>, Reported> {
        let mut find = |name: &Name| -> Result<(usize, Option<&'a str>), Reported> {
            let columns = read.columns.iter().find(|column| column.name.value == name.value);
            match columns {
                Some(column) => {
                    Ok((self.column(file, &column.column)?, column.split.as_ref().map(|split| split.value.as_str())))
                }
                None => match file.columns.iter().position(|column| *column == name.value) {
                    Some(index) => Ok((index, None)),
                    None => Err(self.report(
                        Diagnostic::error(Code::CSV, read.span, format!("no column fills `{}`", name.value))
                            .label(file.header, "its columns")
                            .help(format!("write `columns COLUMN as {}`", name.value)),
                    )),
                },
            }
        };
        let input_columns =
            table.head.parameters.iter().map(|input| find(&input.name)).collect::<Result<Vec<_>, _>>()?;
        let output_columns = table.outputs.iter().map(|output| find(&output.name)).collect::<Result<Vec<_>, _>>()?;
        let mut rows = Vec::new();
        for row in self.rows(file, read)? {
            let mut parts = Vec::new();
            for ((column, _), input) in input_columns.iter().zip(inputs) {
                let text = &row.cells[*column];
                if text.is_empty() || text == "any" {
                    continue;
                }
                let value = self.cell(input.ty.required(), text, row.spans[*column], read)?;
                let value = self.graph.constant(value, input.ty.required().clone());
                parts.push(self.graph.node(Op::Equal(input.node, value.node), Type::YesNo));
            }
            let condition = self.graph.node(Op::All(parts.into()), Type::YesNo);
            let origin = self.condition_origin(unit, OriginKind::Row, row.span, &[], None);
            let condition = self.graph.node(Op::Clause(origin, condition), Type::YesNo);
            let mut outputs = Vec::new();
            for ((column, split), field) in output_columns.iter().zip(fields) {
                let value = self.output_cell(&field.ty, *split, &row.cells[*column], row.spans[*column], read)?;
                outputs.push(self.graph.constant(value, field.ty.clone()).node);
            }
            let output = match outputs.as_slice() {
                [only] => *only,
                _ => self.graph.node(Op::Tuple(outputs.into()), row_ty.clone()),
            };
            rows.push((condition, output));
        }
        Ok(rows)
    }

    fn output_cell(
        &mut self,
        ty: &Type,
        split: Option<&str>,
        text: &str,
        place: Span,
        read: &ReadFrom,
    ) -> Result<Value, Reported> {
        match ty.required() {
            Type::Set(element) => {
                let separator = split.unwrap_or(" ");
                let parts = text.split(separator).map(str::trim).filter(|part| !part.is_empty());
                let members = parts.map(|part| self.cell(element, part, place, read)).collect::<Result<Vec<_>, _>>()?;
                Ok(Value::set(members))
            }
            _ => self.cell(ty, text, place, read),
        }
    }

    /// Returns the clock of a version: its deciding fact, and the moment where that is the evaluation date.
    pub(super) fn clock(&mut self, deciding: crate::program::FactId) -> Clock {
        use crate::program::{EVALUATION_DATE, EVALUATION_TIME};
        let ty = self.graph.program.fact(deciding).ty.clone();
        let day = self.graph.node(Op::Fact(deciding), ty);
        let moment = (deciding == EVALUATION_DATE).then(|| self.graph.node(Op::Fact(EVALUATION_TIME), Type::Instant));
        Clock { day, moment }
    }
}
