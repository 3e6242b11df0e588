//! The sandbox: in-process servers for the tests and for `scripts/demo`.
#[path = "mod.rs"]
mod sandbox;

fn main() {}
