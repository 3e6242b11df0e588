//! rftp against hostile and broken servers: one numbered case a test, each with the exit code, the JSON, the files on
//! both sides, the limits and the streams checked.
mod data;
mod listing;
mod login;
mod many;
mod upload;
