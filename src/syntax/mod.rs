//! Text to tree: one file in, its [`ast::File`] and all its findings out.

pub mod ast;
