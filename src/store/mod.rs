//! Where mail and files come to rest: nothing here knows a socket.
pub mod batch;
pub mod dir;
pub mod local;
pub mod partial;
