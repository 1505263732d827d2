//! What differs between engines: quotes, whole division, days as numbers.
//!
//! Everything between the columns of facts and the columns of answers is text equality and whole numbers, which all of them
//! compute alike: days since 1970-01-01, amounts in their smallest unit, minutes, microseconds.

use sqlparser::ast::{BinaryOperator, DataType, ExactNumberInfo, Ident};
use sqlparser::dialect as parsers;

use super::expr::{Sql, call, epoch};

/// An engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// DuckDB.
    DuckDb,
    /// Apache Spark 4, ANSI mode.
    Spark,
    /// PostgreSQL.
    Postgres,
    /// Apache DataFusion.
    DataFusion,
}

impl Dialect {
    /// All of them.
    pub const ALL: [Dialect; 4] = [Dialect::DuckDb, Dialect::Spark, Dialect::Postgres, Dialect::DataFusion];

    /// Returns the word it is named by.
    pub fn text(self) -> &'static str {
        match self {
            Dialect::DuckDb => "duckdb",
            Dialect::Spark => "spark",
            Dialect::Postgres => "postgres",
            Dialect::DataFusion => "datafusion",
        }
    }

    /// Returns what parses it.
    pub(crate) fn parser(self) -> Box<dyn parsers::Dialect> {
        match self {
            Dialect::DuckDb => Box::new(parsers::DuckDbDialect {}),
            Dialect::Spark => Box::new(parsers::SparkSqlDialect {}),
            Dialect::Postgres => Box::new(parsers::PostgreSqlDialect {}),
            Dialect::DataFusion => Box::new(parsers::GenericDialect {}),
        }
    }

    pub(crate) fn quoted(self, name: &str) -> Ident {
        Ident::with_quote(if self == Dialect::Spark { '`' } else { '"' }, name)
    }

    /// Whether a backslash in a text begins an escape.
    pub(crate) fn escapes(self) -> bool {
        self == Dialect::Spark
    }

    /// Whether it puts the text of a query in place of its name, so that what was to be computed once is computed at each
    /// mention, and at each mention of these, without end. `OFFSET 0` keeps PostgreSQL from it and keeps rows flowing.
    pub(crate) fn copies_queries(self) -> bool {
        self == Dialect::Postgres
    }

    /// Divides a number that is not negative by one that is positive, both whole, and drops the rest.
    pub(crate) fn divide(self, a: Sql, b: Sql) -> Sql {
        let op = match self {
            Dialect::DuckDb => BinaryOperator::DuckIntegerDivide,
            Dialect::Spark => BinaryOperator::MyIntegerDivide,
            Dialect::Postgres | Dialect::DataFusion => BinaryOperator::Divide,
        };
        a.binary(op, b)
    }

    /// Days from 1970-01-01 to a date.
    pub(crate) fn days_of(self, date: Sql) -> Sql {
        match self {
            Dialect::DuckDb | Dialect::Postgres => date.minus(epoch()),
            Dialect::Spark => call("unix_date", vec![date]),
            Dialect::DataFusion => date.cast(DataType::Int(None)),
        }
        .cast(DataType::BigInt(None))
    }

    /// The date so many days after 1970-01-01.
    pub(crate) fn date_of(self, days: Sql) -> Sql {
        let days = days.cast(DataType::Int(None));
        match self {
            Dialect::DuckDb | Dialect::Postgres => epoch().plus(days),
            Dialect::Spark => call("date_from_unix_date", vec![days]),
            Dialect::DataFusion => days.cast(DataType::Date),
        }
    }

    /// How many characters a text has.
    pub(crate) fn length(self, text: Sql) -> Sql {
        call(if self == Dialect::DataFusion { "character_length" } else { "length" }, vec![text])
            .cast(DataType::BigInt(None))
    }
}

/// `DECIMAL(digits, scale)`.
pub(crate) fn decimal(digits: u32, scale: u32) -> DataType {
    DataType::Decimal(ExactNumberInfo::PrecisionAndScale(u64::from(digits), i64::from(scale)))
}
