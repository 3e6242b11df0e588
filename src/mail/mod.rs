//! Messages as people speak of them: addresses, composing, sorting.
pub mod addresses;
pub mod compose;
pub mod facts;
pub mod rules;
