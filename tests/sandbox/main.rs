//! The sandbox: in-process servers for the tests and for `scripts/demo`.
fn main() {}
