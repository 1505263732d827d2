//! What a change of text changes: by declaration, and for people.

#[allow(dead_code, reason = "for the semantic comparison, which works on one program of both sides")]
mod join;
#[allow(dead_code, reason = "for the comparison as people see it")]
mod structural;
