//! The native half of the Python package `enact`: texts of JSON in, texts of records out, tables as Arrow. Python's own types are the
//! other half's, `python/enact`.
//!
//! - `policies`: what is loaded, and what can be asked of it;
//! - `table`: a table of applicants in, a table of answers out;
//! - `raise`: what is wrong, as exceptions.

mod policies;
mod raise;
mod table;

/// The module `enact._enact`.
#[pyo3::pymodule(name = "_enact")]
mod native {
    #[pymodule_export]
    use super::policies::Policies;
    #[pymodule_export]
    use super::table::Answers;
}
