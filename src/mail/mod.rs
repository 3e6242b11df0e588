//! What a mail user agent does with messages before and after they travel.
pub mod rules;
