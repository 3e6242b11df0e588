//! Messages as people speak of them.
mod canonical;
pub mod raw;
