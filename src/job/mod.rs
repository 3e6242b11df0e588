//! How work is carried out, whatever the work is: retrying, metering. No clock of its own sleeps here.
pub mod meter;
pub mod pool;
pub mod retry;
pub mod segments;
