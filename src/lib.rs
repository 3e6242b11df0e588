//! The library under wirepost's five programs: blocking clients for FTP, SMTP, POP3 and IMAP on one
//! synchronous socket layer, with MIME, mail stores, synchronisation and the command-line ground they share.
//!
//! There is no code in this file. It holds the map, and `tests/it/layers.rs` reads it: a module may use
//! only the modules its row names, a row may name only rows above it (so no cycle can be written), and an
//! outside crate that has a home in the second table is named in its home files and nowhere else.
//!
//! ```text
//! base      :
//! net       : base
//! textproto : base net
//! mime      : base
//! mail      : base mime
//! store     : base
//! ftp       : base net textproto
//! smtp      : base net textproto
//! pop3      : base net textproto
//! imap      : base net textproto
//! job       : base
//! sync      : base job
//! cli       : base net textproto job
//! bin       : *
//! ```
//!
//! ```homes
//! base64      : base/b64
//! fearless_simd : base/b64_wide
//! sha2        : base/digest
//! sha1        : base/digest
//! md5         : base/digest
//! crc32fast   : base/digest
//! hmac        : base/digest
//! pbkdf2      : base/digest
//! jiff        : base/date
//! glob        : base/pattern
//! getrandom   : base/random
//! serde_json  : base/record
//! idna        : base/address
//! native_tls  : net/tls/native
//! openssl     : net/tls/openssl
//! socket2     : net/dial
//! dns_lookup  : net/dial
//! imap_codec  : imap/oracle
//! arbitrary   : imap/oracle
//! csv         : mail/merge
//! flate2      : imap/deflate imap/tests mail/attach
//! mime_guess  : mime/media_type
//! encoding_rs : mime/charset
//! stringprep  : textproto/sasl
//! signal_hook : cli/signal
//! rpassword   : cli/secrets
//! clap        : cli bin
//! anyhow      : cli bin
//! indicatif   : cli/progress
//! ```
pub mod base;
pub mod cli;
pub mod ftp;
pub mod imap;
pub mod job;
pub mod mail;
pub mod mime;
pub mod net;
pub mod pop3;
pub mod smtp;
pub mod store;
pub mod sync;
pub mod textproto;
