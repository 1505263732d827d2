//! What a change of text changes: by declaration, and for people.

#[allow(dead_code, reason = "for the semantic comparison, which works on one program of both sides")]
mod join;
