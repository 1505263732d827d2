//! The difference of two texts of a policy: what changed in the text, and who is affected.

pub mod model;
pub mod structural;

pub use model::*;
pub use structural::Edit;
