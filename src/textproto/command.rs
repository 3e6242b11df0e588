//! One command line, built so that nothing can be smuggled into it and no secret gets out of it.

use crate::base::{error::*, secret::Secret};
use std::fmt;
use zeroize::Zeroize;

/// A verb and its arguments, without CRLF. `wire` goes to the server, `shown` to the trace.
#[derive(Clone)]
pub struct Command {
    wire: Vec<u8>,
    shown: String,
    secret: bool,
}

impl Command {
    /// A verb of ours: `STOR`, `MAIL FROM:`. Constant text only.
    pub fn new(verb: &'static str) -> Command {
        Command { wire: verb.into(), shown: verb.into(), secret: false }
    }

    /// An argument after one space.
    ///
    /// # Errors
    /// `Usage` if it holds CR, LF or NUL: it could carry a second command (RFC 959 §5.3.1, RFC 5321 §2.3.8).
    pub fn arg(self, text: impl AsRef<[u8]>) -> Result<Command> {
        let mut command = self.text(" ")?;
        command.append(text.as_ref())?;
        Ok(command)
    }

    /// As [`Command::arg`], without the space before it.
    pub fn text(mut self, text: impl AsRef<[u8]>) -> Result<Command> {
        self.append(text.as_ref())?;
        Ok(self)
    }

    /// A secret after one space; the trace shows `****`.
    pub fn secret(mut self, secret: &Secret) -> Result<Command> {
        if has_control(secret.expose()) {
            return Err(Error::new(Kind::Config, "the password holds a line break or a NUL byte"));
        }
        if !self.wire.is_empty() {
            self.wire.push(b' ');
            self.shown.push(' ');
        }
        self.wire.extend_from_slice(secret.expose());
        self.shown.push_str("****");
        self.secret = true;
        Ok(self)
    }

    fn append(&mut self, text: &[u8]) -> Result<()> {
        if has_control(text) {
            let shown = crate::base::escape::bytes(text).into_owned();
            return Err(Error::new(Kind::Usage, format!("a line break or NUL byte in an argument: {shown}")));
        }
        self.wire.extend_from_slice(text);
        self.shown.push_str(&String::from_utf8_lossy(text));
        Ok(())
    }

    pub fn wire(&self) -> &[u8] {
        &self.wire
    }

    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        if self.secret {
            self.wire.zeroize();
        }
    }
}

fn has_control(text: &[u8]) -> bool {
    text.iter().any(|b| matches!(b, b'\r' | b'\n' | 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_smuggled_in_and_no_secret_out() {
        for bad in ["a\r\nDELE b", "a\nb", "a\rb", "a\0b"] {
            assert_eq!(Command::new("STOR").arg(bad).unwrap_err().kind(), Kind::Usage);
            assert!(Command::new("PASS").secret(&Secret::new(bad)).is_err());
        }
        let pass = Command::new("PASS").secret(&Secret::new("hunter2")).unwrap();
        assert_eq!(pass.wire(), b"PASS hunter2");
        assert_eq!(pass.shown(), "PASS ****");
        assert_eq!(
            Command::new("MAIL FROM:").text("<>").unwrap().arg("SIZE=7").unwrap().wire(),
            b"MAIL FROM:<> SIZE=7"
        );
    }
}
