//! What can be sent more than once.

use crate::base::error::Result;
use std::io::Read;

/// A message whose size is known before it is read, and which can be read again from its start: for the transaction after
/// "too many recipients", for a connection that turned out to be dead, for another exchanger, for a retry.
pub trait Body {
    /// Bytes with CRLF line ends, exactly.
    fn size(&self) -> u64;
    fn open(&self) -> Result<Box<dyn Read + '_>>;
}
