//! MIME: transfer encodings, header fields, reading and building messages, all as streams.
//!
//! Nothing here ever holds a body: codecs and the reader are pushed bytes in any pieces, a message that is built is a list
//! of segments whose exact size is known before the first byte is read. Parsers are total: whatever the bytes, they
//! give what can be said about them and a list of defects, in time linear in the input.

pub mod build;
pub mod charset;
pub mod defect;
pub mod downgrade;
pub mod encode;
pub mod header;
pub mod legacy;
pub mod lint;
pub mod mailbox;
pub mod media_type;
pub mod names;
pub mod params;
pub mod partial;
pub mod read;
pub mod text;
pub mod tnef;
