//! enact.

pub mod check;
mod countries;
pub mod diagnostic;
pub mod doc;
pub mod eval;
pub mod facts;
pub mod load;
pub mod lower;
pub mod program;
pub mod source;
pub mod syntax;
pub mod trace;
pub mod value;
