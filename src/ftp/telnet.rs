//! The byte 255 in a name.
//!
//! The control connection is a Telnet connection (RFC 959 §4.1), on which a byte 255 is an escape: it has to be doubled to stand for itself
//! (RFC 854), and a server may eat a single one and the byte behind it. ProFTPD and the elder servers do that; vsftpd and Pure-FTPd take
//! every byte as it comes, and two for two. Nothing announces which of them one talks to, so when the first command with such a byte is about
//! to go out the server is asked for the size of a file that nobody has, its name with a doubled one: if one of the two comes back in the
//! reply, the server speaks Telnet. Names in UTF-8 never hold that byte, so hardly any session pays for the question.

use super::Client;
use crate::{base::error::*, textproto::Command};

const IAC: u8 = 255;
const NOBODYS: &[u8] = b"\xff\xff.rftp-asks";

impl Client {
    /// Learns before these commands are sent how a byte 255 in them has to be written.
    pub(super) fn learn_escape(&mut self, commands: &[Command]) -> Result<()> {
        let asked_for = commands.iter().any(|c| c.wire().contains(&IAC));
        if !asked_for || self.escape_known || self.passive.is_asked() {
            return Ok(());
        }
        self.escape_known = true;
        self.in_step();
        self.conn.send(&[Command::new("SIZE").arg(NOBODYS)?])?;
        let reply = self.any()?;
        let came_back = reply.lines.iter().flatten().filter(|b| **b == IAC).count();
        if came_back == 1 {
            self.conn.escape(IAC);
        }
        Ok(())
    }
}
