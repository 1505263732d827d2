//! Tables: rows of applicants in typed columns to rows of answers.

use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader};
use arrow_pyarrow::FromPyArrow;
use arrow_schema::{Schema, SchemaRef};
use enact::arrow::{Columns, Input, MAX_BATCH_ROWS, Use};
use enact::batch::{Beside, Form, ID, Job, Problem, Refused, Side};
use enact::diagnostic::render::escape_json;
use enact::eval::Request;
use enact::facts::Facts;
use enact::program::Program;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::raise;

/// How many rows are decided at once: enough that columns pay, few enough that they stay in the caches.
const BATCH_ROWS: usize = 2_048;

const _: () = assert!(BATCH_ROWS <= MAX_BATCH_ROWS);

/// A table of answers. It gives itself as Arrow, as often as it is asked for.
#[pyclass(frozen, module = "enact._enact")]
pub struct Answers {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    refused: Vec<Refused>,
    summary: String,
}

#[pymethods]
impl Answers {
    /// The Arrow PyCapsule interface; no other schema can be requested.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        // A consumer casts what it gets, as the interface says.
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, self.schema.clone());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), c"arrow_array_stream")
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// The names of the columns.
    fn columns(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// The rows that are not decided, as a list of `row`, `line` and `problems`.
    fn refused(&self) -> String {
        // Strings, numbers and lists always serialise.
        escape_json(&serde_json::to_string(&self.refused).unwrap_or_default())
    }

    /// What the rows came to: `enact.batch/1`.
    fn summary(&self) -> &str {
        &self.summary
    }
}

/// Takes what gives itself as Arrow: a table or stream, else one batch.
pub fn rows(table: &Bound<'_, PyAny>) -> PyResult<Box<dyn RecordBatchReader + Send>> {
    if !table.hasattr("__arrow_c_stream__")? && table.hasattr("__arrow_c_array__")? {
        let batch = RecordBatch::from_pyarrow_bound(table)?;
        let schema = batch.schema();
        return Ok(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    }
    Ok(Box::new(RecordBatchStreamReader::from_pyarrow_bound(table)?))
}

/// Decides row after row.
pub fn decide(
    program: &Program,
    request: Request,
    stated: Facts,
    rows: Box<dyn RecordBatchReader + Send>,
    keep: Vec<String>,
    ignore: Vec<String>,
) -> PyResult<Answers> {
    let schema = rows.schema();
    let header: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
    // The id is copied anyway.
    let keep: Vec<String> = keep.into_iter().filter(|name| name != ID).collect();
    let beside = Beside { keep: keep.clone(), ignore };
    let job = Job::new(Form::Csv, &header, beside, Side::new(program, request, stated), None, None)
        .map_err(|problems| raise::problems(&problems))?;
    let mut input = input(&schema, &job, &keep)?;
    let columns = Columns::new(job.asked(), &keep, header.iter().any(|name| name == ID), Some(&schema));
    let mut worker = job.worker();
    let mut answers =
        Answers { schema: columns.schema().clone(), batches: Vec::new(), refused: Vec::new(), summary: String::new() };
    for batch in rows {
        let batch = batch.and_then(|batch| batch.project(input.wanted()));
        let batch = batch.map_err(|error| raise::usage(format!("the table cannot be read: {error}")))?;
        for first in (0..batch.num_rows()).step_by(BATCH_ROWS) {
            let part = input.batch(batch.slice(first, BATCH_ROWS.min(batch.num_rows() - first)));
            let decided = worker.decide(&part.chunk());
            answers.refused.extend(decided.refused);
            if let Some(table) = decided.table {
                answers.batches.push(columns.fill(table, Some(&part)).map_err(raise::refused)?);
            }
        }
    }
    let summary = worker.finish().record();
    answers.summary = escape_json(&serde_json::to_string(&summary).unwrap_or_default());
    Ok(answers)
}

/// Looks at what each column is for.
fn input(schema: &Schema, job: &Job<'_>, keep: &[String]) -> PyResult<Input> {
    let used = |name: &str| {
        if job.is_fact(name) {
            Use::Fact
        } else if name == ID || keep.iter().any(|kept| kept == name) {
            Use::Keep
        } else {
            Use::Nothing
        }
    };
    Input::new(schema, used).map_err(|errors| raise::problems(&errors.iter().map(Problem::from).collect::<Vec<_>>()))
}
