//! Columns in layers: each is made once, in the first query whose source has all that it reads.
//!
//! ```sql
//! WITH layer_0 AS (SELECT "id", "age_years" FROM facts),
//!      layer_1 AS (SELECT *, CASE WHEN "age_years" IS NULL THEN 2 ELSE 1 END AS n1 FROM layer_0) …
//! ```

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sqlparser::ast::helpers::attached_token::AttachedToken;
use sqlparser::ast::{
    Cte, Expr, GroupByExpr, Ident, LimitClause, ObjectName, Offset, OffsetRows, Query, Select, SelectFlavor,
    SelectItem, SetExpr, TableAlias, TableFactor, TableWithJoins, WildcardAdditionalOptions, With,
};

use super::dialect::Dialect;
use super::expr::{Sql, column, int};

struct Column {
    name: Ident,
    /// Nothing for a column of the table of facts.
    made: Option<Sql>,
    layer: usize,
}

/// All columns so far.
#[derive(Default)]
pub(crate) struct Layers {
    columns: Vec<Column>,
    by_expr: HashMap<Expr, u32>,
    inputs: BTreeMap<String, u32>,
}

impl Layers {
    /// Returns a column of the table of facts.
    pub(crate) fn input(&mut self, dialect: Dialect, name: &str) -> Sql {
        let ident = dialect.quoted(name);
        let index = *self.inputs.entry(name.to_owned()).or_insert_with(|| {
            self.columns.push(Column { name: ident.clone(), made: None, layer: 0 });
            self.columns.len() as u32 - 1
        });
        column(ident, index)
    }

    /// Makes a column of an expression, unless it is one or a literal, or such a column is there.
    pub(crate) fn column(&mut self, sql: Sql) -> Sql {
        if sql.is_atom() {
            return sql;
        }
        if let Some(&index) = self.by_expr.get(&sql.expr) {
            return column(self.columns[index as usize].name.clone(), index);
        }
        let layer = sql.reads.iter().map(|&index| self.columns[index as usize].layer).max().unwrap_or(0) + 1;
        let index = self.columns.len() as u32;
        // Names of facts are quoted and these are not; `enact_` keeps them apart for engines that fold case.
        let name = Ident::new(format!("enact_{index}"));
        self.by_expr.insert(sql.expr.clone(), index);
        self.columns.push(Column { name: name.clone(), made: Some(sql), layer });
        column(name, index)
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// Returns the query that gives `outputs`, and the columns of the table it reads, by name.
    pub(crate) fn query(&self, dialect: Dialect, table: &str, outputs: Vec<(Ident, Sql)>) -> (Query, BTreeSet<String>) {
        let needed = self.needed(&outputs);
        let of_layer = |layer| {
            let columns = self.columns.iter().enumerate().filter(move |(_, column)| column.layer == layer);
            columns.filter(|(index, _)| needed[*index]).map(|(_, column)| column).collect::<Vec<_>>()
        };
        let inputs: BTreeSet<String> =
            self.inputs.iter().filter(|(_, index)| needed[**index as usize]).map(|(name, _)| name.clone()).collect();
        let last =
            self.columns.iter().zip(&needed).filter(|(_, needed)| **needed).map(|(column, _)| column.layer).max();
        let name = |layer: usize| Ident::new(format!("layer_{layer}"));
        let table_name = ObjectName::from(table.split('.').map(|part| dialect.quoted(part)).collect::<Vec<_>>());
        let first =
            of_layer(0).into_iter().map(|column| SelectItem::UnnamedExpr(Expr::Identifier(column.name.clone())));
        let mut tables = vec![cte(name(0), select(first.collect(), table_name), dialect)];
        for layer in 1..=last.unwrap_or(0) {
            let all = SelectItem::Wildcard(WildcardAdditionalOptions::default());
            let made = of_layer(layer).into_iter().filter_map(|column| {
                let made = column.made.as_ref()?;
                Some(SelectItem::ExprWithAlias { expr: made.expr.clone(), alias: column.name.clone() })
            });
            let items = std::iter::once(all).chain(made).collect();
            tables.push(cte(name(layer), select(items, ObjectName::from(name(layer - 1))), dialect));
        }
        let items = outputs.into_iter().map(|(alias, sql)| SelectItem::ExprWithAlias { expr: sql.expr, alias });
        let mut query = select(items.collect(), ObjectName::from(name(last.unwrap_or(0))));
        query.with = Some(With { with_token: AttachedToken::empty(), recursive: false, cte_tables: tables });
        (query, inputs)
    }

    /// Which columns the outputs rest on.
    fn needed(&self, outputs: &[(Ident, Sql)]) -> Vec<bool> {
        let mut needed = vec![false; self.columns.len()];
        let mut waiting: Vec<u32> = outputs.iter().flat_map(|(_, sql)| sql.reads.iter().copied()).collect();
        while let Some(index) = waiting.pop() {
            if !std::mem::replace(&mut needed[index as usize], true)
                && let Some(made) = &self.columns[index as usize].made
            {
                waiting.extend(&made.reads);
            }
        }
        needed
    }
}

fn cte(name: Ident, mut select: Query, dialect: Dialect) -> Cte {
    if dialect.copies_queries() {
        let offset = Offset { value: int(0).expr, rows: OffsetRows::None };
        select.limit_clause =
            Some(LimitClause::LimitOffset { limit: None, offset: Some(offset), limit_by: Vec::new() });
    }
    Cte {
        alias: TableAlias { explicit: false, name, columns: Vec::new(), at: None },
        query: Box::new(select),
        from: None,
        materialized: None,
        closing_paren_token: AttachedToken::empty(),
    }
}

fn select(projection: Vec<SelectItem>, from: ObjectName) -> Query {
    let relation = TableFactor::Table {
        name: from,
        alias: None,
        args: None,
        with_hints: Vec::new(),
        version: None,
        with_ordinality: false,
        partitions: Vec::new(),
        json_path: None,
        sample: None,
        index_directives: Vec::new(),
        inheritance: None,
    };
    let select = Select {
        select_token: AttachedToken::empty(),
        optimizer_hints: Vec::new(),
        distinct: None,
        select_modifiers: None,
        top: None,
        top_before_distinct: false,
        projection,
        exclude: None,
        into: None,
        from: vec![TableWithJoins { relation, joins: Vec::new() }],
        lateral_views: Vec::new(),
        prewhere: None,
        selection: None,
        connect_by: Vec::new(),
        group_by: GroupByExpr::Expressions(Vec::new(), Vec::new()),
        cluster_by: Vec::new(),
        distribute_by: Vec::new(),
        sort_by: Vec::new(),
        having: None,
        named_window: Vec::new(),
        qualify: None,
        window_before_qualify: false,
        value_table_mode: None,
        flavor: SelectFlavor::Standard,
    };
    Query {
        with: None,
        body: Box::new(SetExpr::Select(Box::new(select))),
        order_by: None,
        limit_clause: None,
        fetch: None,
        locks: Vec::new(),
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators: Vec::new(),
    }
}
