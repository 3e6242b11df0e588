//! What a client may say once it is logged in.
use std::fs::{File, OpenOptions};
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::super::script::{Acts, Fault};
use super::super::tls::Tls;
use super::super::wire::{Flow, Stream};
use super::data::{self, Refusal, Source, Verdict};
use super::files;
use super::session::Session;

fn refusal(e: &io::Error) -> &'static str {
    match e.kind() {
        io::ErrorKind::NotFound => "No such file or directory",
        io::ErrorKind::PermissionDenied => "Permission denied",
        io::ErrorKind::AlreadyExists => "File exists",
        io::ErrorKind::DirectoryNotEmpty => "Directory not empty",
        io::ErrorKind::NotADirectory => "Not a directory",
        io::ErrorKind::IsADirectory => "Is a directory",
        io::ErrorKind::StorageFull => "No space left",
        _ => "Failed",
    }
}

impl Session<'_> {
    fn real(&self, arg: &[u8]) -> PathBuf {
        files::real(self.root, &files::resolve(&self.cwd, arg))
    }

    /// Says `done`, or 550 with the reason.
    fn outcome(&mut self, result: io::Result<()>, done: &str) {
        match result {
            Ok(()) => self.wire.reply(done),
            Err(e) => self.wire.reply(format!("550 {}", refusal(&e))),
        }
    }

    pub fn logged_in(
        &mut self,
        verb: &str,
        arg: &[u8],
        acts: &Acts,
        renaming: Option<PathBuf>,
    ) -> io::Result<Flow> {
        let path = self.real(arg);
        match verb {
            "TYPE" => match arg.to_ascii_uppercase().as_slice() {
                kind @ (b"A" | b"A N" | b"I" | b"L 8") => {
                    self.ascii = kind[0] == b'A';
                    self.wire.reply("200 Type set");
                }
                _ => self.wire.reply("504 Unknown type"),
            },
            "MODE" if arg.eq_ignore_ascii_case(b"S") => self.wire.reply("200 Stream"),
            "STRU" if arg.eq_ignore_ascii_case(b"F") => self.wire.reply("200 File"),
            "MODE" | "STRU" => self.wire.reply("504 Not here"),
            "ALLO" => self.wire.reply("202 Not needed"),
            "PWD" | "XPWD" => {
                let shown = if self.cwd.is_empty() { b"/".to_vec() } else { files::shown(&self.cwd) };
                let quoted = shown.iter().flat_map(|b| if *b == b'"' { vec![*b; 2] } else { vec![*b] });
                let quoted: Vec<u8> = quoted.collect();
                self.wire.reply([b"257 \"".as_slice(), &quoted, b"\" is where you are"].concat());
            }
            "CWD" | "CDUP" => {
                let to = files::resolve(&self.cwd, if verb == "CDUP" { b".." } else { arg });
                if files::real(self.root, &to).is_dir() {
                    self.cwd = to;
                    self.wire.reply("250 Directory changed");
                } else {
                    self.wire.reply("550 No such directory");
                }
            }
            "MKD" => match std::fs::create_dir(&path) {
                Ok(()) => {
                    let shown = files::shown(&files::resolve(&self.cwd, arg));
                    self.wire.reply([b"257 \"".as_slice(), &shown, b"\" made"].concat());
                }
                Err(e) => self.wire.reply(format!("550 {}", refusal(&e))),
            },
            "RMD" => self.outcome(std::fs::remove_dir(&path), "250 Removed"),
            "DELE" => self.outcome(std::fs::remove_file(&path), "250 Deleted"),
            "RNFR" => match path.symlink_metadata() {
                Ok(_) => {
                    self.renaming = Some(path);
                    self.wire.reply("350 And now?");
                }
                Err(e) => self.wire.reply(format!("550 {}", refusal(&e))),
            },
            "RNTO" => match renaming {
                None => self.wire.reply("503 RNFR first"),
                Some(_) if !self.options.rename_over && path.exists() => self.wire.reply("550 File exists"),
                Some(from) => self.outcome(std::fs::rename(from, &path), "250 Renamed"),
            },
            "SIZE" if self.ascii && !self.options.ascii_size => {
                self.wire.reply("550 SIZE not allowed in ASCII mode");
            }
            "SIZE" => match path.metadata() {
                Ok(meta) if meta.is_file() => self.wire.reply(format!("213 {}", meta.len())),
                Ok(_) => self.wire.reply("550 Not a plain file"),
                Err(e) => self.wire.reply([b"550 ", arg, b": ", refusal(&e).as_bytes()].concat()),
            },
            "MDTM" => self.mdtm(arg),
            "MFMT" => {
                let (time, name) = split(arg);
                match files::parse_stamp(time) {
                    None => self.wire.reply("501 MFMT YYYYMMDDHHMMSS name"),
                    Some(at) => {
                        let said = format!("213 Modify={}; ", String::from_utf8_lossy(time));
                        let result = files::set_modified(&self.real(name), at);
                        self.outcome(result, &said);
                    }
                }
            }
            "REST" => match std::str::from_utf8(arg).ok().and_then(|n| n.parse().ok()) {
                Some(n) => {
                    self.rest = if acts.has(&Fault::IgnoreRest) { 0 } else { n };
                    self.wire.reply(format!("350 Restarting at {n}"));
                }
                None => self.wire.reply("501 REST wants a number"),
            },
            "RANG" => {
                let text = String::from_utf8_lossy(arg).into_owned();
                match text.split_once(' ').map(|(from, to)| (from.parse(), to.parse())) {
                    Some((Ok(1), Ok(0))) => {
                        self.range = None;
                        self.wire.reply("350 Range reset");
                    }
                    Some((Ok(from), Ok(to))) => {
                        self.range = Some((from, to));
                        self.wire.reply(format!("350 Range {from}-{to}"));
                    }
                    _ => self.wire.reply("501 RANG start end"),
                }
            }
            "HASH" | "XSHA512" | "XSHA256" | "XSHA1" | "XSHA" | "XMD5" | "XCRC" => self.digest(verb, arg),
            "SITE" => self.site(arg),
            "STAT" if arg.is_empty() => {
                self.wire.reply("211-Status");
                self.wire.reply(" All is well");
                self.wire.reply("211 End");
            }
            "STAT" => {
                let lines = self.listing("LIST", arg).unwrap_or_default();
                self.wire
                    .put([b"213-Status follows:\r\n".as_slice(), &lines, b"213 End of status\r\n"].concat());
            }
            "MLST" => match path.metadata() {
                Ok(meta) => {
                    let at = files::resolve(&self.cwd, arg);
                    let shown = if at.is_empty() { b"/".to_vec() } else { files::shown(&at) };
                    let facts = files::facts(&meta);
                    self.wire.put(
                        [b"250-Listing\r\n ".as_slice(), facts.as_bytes(), &shown, b"\r\n250 End\r\n"]
                            .concat(),
                    );
                }
                Err(e) => self.wire.reply(format!("550 {}", refusal(&e))),
            },
            "PASV" | "EPSV" | "PORT" | "EPRT" => self.address(verb, arg, acts)?,
            "LIST" | "NLST" | "MLSD" | "RETR" | "STOR" | "APPE" => return self.transfer(verb, arg, acts),
            _ => self.wire.reply("500 Unknown command"),
        }
        Ok(Flow::Go)
    }

    fn mdtm(&mut self, arg: &[u8]) {
        let (time, name) = split(arg);
        let set = files::parse_stamp(time).filter(|_| !name.is_empty() && self.options.has("MDTM-SET"));
        let result = match set {
            Some(at) => files::set_modified(&self.real(name), at).and_then(|()| self.real(name).metadata()),
            None => self.real(arg).metadata(),
        };
        match result {
            Ok(meta) => self.wire.reply(format!("213 {}", files::stamp(&meta))),
            Err(e) => self.wire.reply(format!("550 {}", refusal(&e))),
        }
    }

    fn digest(&mut self, verb: &str, arg: &[u8]) {
        let algorithm = match verb {
            "XSHA512" => "SHA-512",
            "XSHA256" => "SHA-256",
            "XSHA1" | "XSHA" => "SHA-1",
            "XMD5" => "MD5",
            "XCRC" => "CRC32",
            _ => &self.hash,
        };
        let name = arg.strip_prefix(b"\"").and_then(|a| a.strip_suffix(b"\"")).unwrap_or(arg);
        let path = self.real(name);
        let (from, to) =
            self.range.take().filter(|_| verb == "HASH").map_or((0, None), |(f, t)| (f, Some(t + 1)));
        match files::digest(&path, algorithm, from, to) {
            Some(Ok(sum)) if verb == "HASH" => {
                let end = to.unwrap_or_else(|| path.metadata().map_or(0, |m| m.len()));
                let head = format!("213 {algorithm} {from}-{end} {sum} ");
                self.wire.reply([head.as_bytes(), name].concat());
            }
            Some(Ok(sum)) => self.wire.reply(format!("250 {}", sum.to_ascii_uppercase())),
            Some(Err(e)) => self.wire.reply(format!("550 {}", refusal(&e))),
            None => self.wire.reply("504 Unknown algorithm"),
        }
    }

    fn site(&mut self, arg: &[u8]) {
        let (command, rest) = split(arg);
        let command = String::from_utf8_lossy(command).to_ascii_uppercase();
        match command.as_str() {
            name if !self.options.has(&format!("SITE {name}")) => self.wire.reply("504 Not here"),
            "CHMOD" => {
                let (mode, name) = split(rest);
                let mode = std::str::from_utf8(mode).ok().and_then(|m| u32::from_str_radix(m, 8).ok());
                let Some(mode) = mode else { return self.wire.reply("501 SITE CHMOD mode name") };
                let result = std::fs::set_permissions(self.real(name), std::fs::Permissions::from_mode(mode));
                self.outcome(result, "200 Mode changed");
            }
            "UTIME" => {
                // Either `UTIME time name` or `UTIME name atime mtime ctime UTC`.
                let (first, name) = split(rest);
                let words: Vec<&[u8]> = rest.rsplitn(5, |b| *b == b' ').collect();
                let (time, name) = match (files::parse_stamp(first), words.as_slice()) {
                    (Some(time), _) => (Some(time), name),
                    (None, [b"UTC", _, mtime, _, name]) => (files::parse_stamp(mtime), *name),
                    _ => (None, name),
                };
                let Some(time) = time else { return self.wire.reply("501 SITE UTIME time name") };
                let result = files::set_modified(&self.real(name), time);
                self.outcome(result, "200 Time set");
            }
            _ => self.wire.reply("504 Not here"),
        }
    }

    fn address(&mut self, verb: &str, arg: &[u8], acts: &Acts) -> io::Result<()> {
        self.source = None;
        if matches!(verb, "PASV" | "EPSV") {
            if arg.eq_ignore_ascii_case(b"ALL") {
                self.wire.reply("200 EPSV only");
                return Ok(());
            }
            let listener = TcpListener::bind((self.wire.local, 0))?;
            let port = listener.local_addr()?.port();
            if !acts.has(&Fault::DeadPort) {
                self.source = Some(Source::Passive(listener));
            }
            self.wire.set_var("port", port);
            self.wire.set_var("p1", port >> 8);
            self.wire.set_var("p2", port & 255);
            match (verb, self.wire.local) {
                ("PASV", IpAddr::V4(ip)) => {
                    let ip = ip.octets().map(|n| n.to_string()).join(",");
                    self.wire.reply(format!("227 Entering Passive Mode ({ip},{},{})", port >> 8, port & 255));
                }
                ("PASV", IpAddr::V6(_)) => self.wire.reply("425 Use EPSV"),
                _ => self.wire.reply(format!("229 Entering Extended Passive Mode (|||{port}|)")),
            }
            return Ok(());
        }
        let text = String::from_utf8_lossy(arg).into_owned();
        let to = if verb == "PORT" {
            let n: Vec<u8> = text.split(',').filter_map(|n| n.parse().ok()).collect();
            n.try_into().ok().map(|[a, b, c, d, p, q]: [u8; 6]| {
                SocketAddr::from(([a, b, c, d], u16::from_be_bytes([p, q])))
            })
        } else {
            let mark = text.chars().next().unwrap_or('|');
            let parts: Vec<&str> = text.split(mark).collect();
            match parts.as_slice() {
                ["", "1" | "2", ip, port, ""] => {
                    ip.parse().ok().zip(port.parse().ok()).map(|(ip, port): (IpAddr, u16)| (ip, port).into())
                }
                _ => None,
            }
        };
        match to {
            None => self.wire.reply(format!("501 Bad {verb}")),
            // Only to the client itself: no bounces (RFC 2577).
            Some(to) if to.ip() != self.wire.peer || to.port() < 1024 => {
                self.wire.reply("500 Not your address");
            }
            Some(to) => {
                self.source = Some(Source::Active(to));
                self.wire.reply(format!("200 {verb} is fine"));
            }
        }
        Ok(())
    }

    fn listing(&self, verb: &str, arg: &[u8]) -> io::Result<Vec<u8>> {
        // `LIST -la name`: options are for the shell that once stood behind it.
        let mut arg = arg;
        while verb != "MLSD" && arg.starts_with(b"-") {
            arg = split(arg).1;
        }
        let path = self.real(arg);
        let meta = path.metadata()?;
        let entries = if meta.is_dir() {
            files::entries(&path)?
        } else if verb == "MLSD" {
            return Err(io::ErrorKind::NotADirectory.into());
        } else {
            vec![(arg.to_vec(), meta.clone())]
        };
        let mut out = Vec::new();
        if verb == "MLSD" {
            let facts = files::facts(&meta).replace("type=dir", "type=cdir");
            out.extend_from_slice(format!("{facts}.\r\n").as_bytes());
        }
        for (name, meta) in entries {
            match verb {
                "NLST" => out.extend_from_slice(&name),
                "MLSD" => out.extend_from_slice(&[files::facts(&meta).as_bytes(), &name].concat()),
                _ => out.extend_from_slice(&files::list_line(self.options.listing, &name, &meta)),
            }
            out.extend_from_slice(b"\r\n");
        }
        Ok(out)
    }

    fn transfer(&mut self, verb: &str, arg: &[u8], acts: &Acts) -> io::Result<Flow> {
        let rest = std::mem::take(&mut self.rest);
        if self.options.tls == Tls::Required && !self.private {
            self.wire.reply("521 Data connections must be protected: PROT P first");
            return Ok(Flow::Go);
        }
        let path = self.real(arg);
        let mut opening = "150 Here it comes".to_owned();
        let mut body: Box<dyn Read> = match verb {
            "STOR" | "APPE" => {
                let file = OpenOptions::new().write(true).create(true).append(verb == "APPE").open(&path);
                let file = file.and_then(|mut file| {
                    // As everywhere in the field: what was there is gone before the first byte of the new comes.
                    if verb == "STOR" {
                        if rest == 0 {
                            file.set_len(0)?;
                        } else {
                            file.seek(SeekFrom::Start(rest))?;
                        }
                    }
                    Ok(file)
                });
                return match file {
                    Ok(file) => self.receive(file, acts),
                    Err(e) => {
                        self.wire.reply(format!("553 {}", refusal(&e)));
                        Ok(Flow::Go)
                    }
                };
            }
            "RETR" => match File::open(&path).and_then(|file| Ok((file.metadata()?, file))) {
                Ok((meta, mut file)) if meta.is_file() => {
                    file.seek(SeekFrom::Start(rest))?;
                    opening =
                        format!("150 Opening data connection ({} bytes)", meta.len().saturating_sub(rest));
                    Box::new(file)
                }
                Ok(_) => {
                    self.wire.reply("550 Not a plain file");
                    return Ok(Flow::Go);
                }
                Err(e) => {
                    self.wire.reply(format!("550 {}", refusal(&e)));
                    return Ok(Flow::Go);
                }
            },
            _ => match self.listing(verb, arg) {
                Ok(lines) => Box::new(Cursor::new(lines)),
                Err(_) if self.options.missing_is_empty && verb != "MLSD" => Box::new(io::empty()),
                Err(e) => {
                    self.wire.reply(format!("{} {}", if verb == "MLSD" { 550 } else { 450 }, refusal(&e)));
                    return Ok(Flow::Go);
                }
            },
        };
        if let Some(listing) = acts.listing() {
            body = listing;
        }
        let ascii = self.ascii && verb == "RETR";
        self.data(acts, &opening, |session, stream| {
            data::send(&session.wire, stream, &mut *body, ascii, acts)
        })
    }

    fn receive(&mut self, mut file: File, acts: &Acts) -> io::Result<Flow> {
        if acts.has(&Fault::NoData) {
            self.wire.reply("226 Done");
            return Ok(Flow::Go);
        }
        self.data(acts, "150 Send it", |session, stream| {
            let verdict =
                data::receive(&session.wire, stream, &mut file, session.ascii, session.options, acts);
            file.flush()?;
            verdict
        })
    }

    /// The replies around a transfer, in the order the script wants.
    fn data(
        &mut self,
        acts: &Acts,
        opening: &str,
        run: impl FnOnce(&Session<'_>, Stream) -> io::Result<Verdict>,
    ) -> io::Result<Flow> {
        let mut opening = format!("{opening}\r\n").into_bytes();
        for fault in acts.faults() {
            if let Fault::Opening(bytes) = fault {
                opening.clone_from(bytes);
            }
        }
        let final_first = acts.has(&Fault::FinalFirst);
        let opening_last = acts.has(&Fault::DataFirst);
        if !opening_last {
            self.wire.put(&opening);
            if final_first {
                self.wire.reply("226 Done");
            }
            self.wire.flush()?;
        }
        let tls = self.data_acceptor.clone().filter(|_| self.private);
        let source = self.source.take();
        let stream = match data::connect(&mut self.wire, source, tls.as_ref(), self.options)? {
            Ok(stream) => stream,
            Err(Refusal { reply, fatal }) => {
                self.wire.reply(reply);
                return Ok(if fatal { Flow::Quit } else { Flow::Go });
            }
        };
        let verdict = run(self, stream)?;
        if opening_last {
            self.wire.put(&opening);
        }
        match verdict {
            Verdict::Complete if final_first => {}
            Verdict::Complete => self.wire.reply("226 Done"),
            Verdict::Failed => self.wire.reply("426 Failure on the data connection"),
            Verdict::Refused(reply) => self.wire.put(reply),
        }
        Ok(Flow::Go)
    }
}

/// The first word and what follows it.
fn split(arg: &[u8]) -> (&[u8], &[u8]) {
    let at = arg.iter().position(|b| *b == b' ').unwrap_or(arg.len());
    (&arg[..at], arg.get(at + 1..).unwrap_or_default())
}
