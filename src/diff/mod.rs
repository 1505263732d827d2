//! What a change of text changes: by declaration, and for people.

#[allow(dead_code, reason = "for the semantic comparison, which works on one program of both sides")]
mod join;
#[allow(dead_code, unused_imports, reason = "for the semantic comparison, which asks which edit decides a change")]
mod revert;
#[allow(dead_code, reason = "for the comparison as people see it")]
mod structural;

#[cfg(test)]
mod testing;
