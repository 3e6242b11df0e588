//! A mailbox whose messages are known: what each of them holds is decided here, and so are the right answers.
//!
//! Every word that a query looks for stands in one field only, so that the answer does not depend on how a server
//! folds letters or where it looks; everything else varies freely.

use crate::fixture::dovecot::Dovecot;
use std::fs;
use std::time::{Duration, SystemTime};

/// What is known of a message.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    pub uid: u32,
    pub from: &'static str,
    pub to: &'static str,
    pub cc: Option<&'static str>,
    pub bcc: Option<&'static str>,
    pub subject: String,
    pub body: String,
    pub list: Option<&'static str>,
    /// INTERNALDATE.
    pub arrived: i64,
    /// The day of the Date header where it was written, as days since 1970; none for a message without Date.
    pub sent_day: Option<i64>,
    pub size: u64,
    pub flags: &'static str,
    pub attachment: Option<&'static str>,
}

pub const PEOPLE: [(&str, &str); 8] = [
    ("steve", "Steve Example <steve@apple.example>"),
    ("ann", "\"Ann, of B\" <ann@banana.example>"),
    ("jürgen", "=?utf-8?q?J=C3=BCrgen_M=C3=BCller?= <jm@cherry.example>"),
    ("李雷", "=?UTF-8?B?5p2O6Zu3?= <li@durian.example>"),
    ("ci", "Build Robot <ci@elder.example>"),
    ("olga", "=?koi8-r?B?788=?= olga <olga@fig.example>"),
    ("dave", "dave@grape.example (Dave in a comment)"),
    ("zoë", "=?iso-8859-1?q?Zo=EB?= <zoe@hazel.example>"),
];
pub const SUBJECTS: [(&str, &str); 6] = [
    ("report", "report"),
    ("invoice", "invoice"),
    ("überweisung", "=?utf-8?q?=C3=9Cberweisung?="),
    ("failed build", "failed build"),
    ("会議", "=?utf-8?b?5Lya6K2w?="),
    ("re: lunch", "re: lunch"),
];
pub const WORDS: [&str; 5] = ["mongoose", "quokka", "wombat", "Größenwahn", "tapir"];
pub const LISTS: [&str; 2] = ["<rust-users.lists.example>", "<announce.lists.example>"];
/// As in the names of a Maildir; `a` is the keyword.
pub const FLAGS: [&str; 8] = ["", "S", "FS", "RS", "F", "DS", "ST", "Sa"];
pub const KEYWORD: &str = "Work";
pub const DAY: i64 = 86_400;
/// 2026-01-01T00:00:00Z.
pub const START: i64 = 1_767_225_600;

/// A small generator of numbers: the same on every machine and in every year.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

/// `2 Jan 2026 03:04:05 +0530` for a moment and a zone in minutes.
fn date(t: i64, zone: i64) -> (String, i64) {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let local = t + zone * 60;
    let days = local.div_euclid(DAY);
    // From days to a civil date, after Howard Hinnant.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    let s = local.rem_euclid(DAY);
    let sign = if zone < 0 { '-' } else { '+' };
    let zone = zone.abs();
    let text = format!(
        "{day} {} {year} {:02}:{:02}:{:02} {sign}{:02}{:02}",
        MONTHS[usize::try_from(month - 1).unwrap()],
        s / 3600,
        s / 60 % 60,
        s % 60,
        zone / 60,
        zone % 60
    );
    (text, days)
}

/// `2026-01-31` for days since 1970.
pub fn day(days: i64) -> String {
    let (text, _) = date(days * DAY, 0);
    let mut parts = text.split(' ');
    let (d, m, y) = (parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap());
    let m = "JanFebMarAprMayJunJulAugSepOctNovDec".find(m).unwrap() / 3 + 1;
    format!("{y}-{m:02}-{d:0>2}")
}

/// The messages, and their bytes.
pub fn make(count: usize, seed: u64) -> Vec<(Mail, Vec<u8>)> {
    let mut dice = Dice(seed);
    (0..count)
        .map(|n| {
            let (who, from) = PEOPLE[dice.roll(PEOPLE.len())];
            let (to, to_wire) = [("alpha", "alpha@x.example"), ("beta", "beta@y.example")][dice.roll(2)];
            let cc = [None, None, Some("gamma")][dice.roll(3)];
            let bcc = [None, None, None, Some("delta")][dice.roll(4)];
            let (subject, subject_wire) = SUBJECTS[dice.roll(SUBJECTS.len())];
            let word = WORDS[dice.roll(WORDS.len())];
            let list = [None, None, None, Some(LISTS[0]), Some(LISTS[1])][dice.roll(5)];
            // Over 120 days, at any second of the day.
            let arrived = START + i64::try_from(dice.roll(120 * 86_400)).unwrap();
            let zone = [0, 60, -300, 330, 840, -720][dice.roll(6)];
            let written = arrived - i64::try_from(dice.roll(7200)).unwrap();
            let (date, sent_day) = date(written, zone);
            let dated = dice.roll(20) > 0;
            let filler = "lorem ipsum dolor sit amet ".repeat(dice.roll(200));
            let attachment = [None, None, None, Some("data.pdf"), Some("résumé.doc")][dice.roll(5)];
            let mut text = format!("From: {from}\r\nTo: <{to_wire}>\r\nSubject: {subject_wire} {n}\r\n");
            if let Some(cc) = cc {
                text += &format!("Cc: {cc}@z.example\r\n");
            }
            if let Some(bcc) = bcc {
                text += &format!("Bcc: {bcc}@w.example\r\n");
            }
            if dated {
                text += &format!("Date: {date}\r\n");
            }
            if let Some(list) = list {
                text += &format!("List-Id: Some list {list}\r\n");
            }
            text += &format!("Message-ID: <{n}.{seed}@id.example>\r\nX-Serial: serial-{n}-end\r\nMIME-Version: 1.0\r\n");
            let body = format!("{word}\r\n{filler}\r\n");
            let charset = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
            match attachment {
                None => text += &format!("{charset}{body}"),
                Some(name) => {
                    let name: String = name.bytes().map(|b| match b {
                        b'a'..=b'z' | b'.' => char::from(b).to_string(),
                        b => format!("%{b:02X}"),
                    }).collect();
                    text += &format!(
                        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n{charset}{body}\r\n--b\r\n\
                         Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
                         Content-Disposition: attachment; filename*=utf-8''{name}\r\n\r\naGVsbG8=\r\n--b--\r\n"
                    );
                }
            }
            let mail = Mail {
                uid: u32::try_from(n + 1).unwrap(),
                from: who,
                to,
                cc,
                bcc,
                subject: format!("{subject} {n}"),
                body: word.into(),
                list,
                arrived,
                sent_day: dated.then_some(sent_day),
                size: text.len() as u64,
                flags: FLAGS[dice.roll(FLAGS.len())],
                attachment,
            };
            (mail, text.into_bytes())
        })
        .collect()
}

/// Puts them into the INBOX, each with its time of arrival.
pub fn fill(server: &Dovecot, mails: &[(Mail, Vec<u8>)]) {
    server.fill(server.user, "INBOX", mails.iter().map(|(m, bytes)| (bytes.as_slice(), m.flags)));
    let maildir = server.maildir(server.user, "INBOX");
    fs::write(maildir.join("dovecot-keywords"), format!("0 {KEYWORD}\n")).unwrap();
    let cur = maildir.join("cur");
    let mut files: Vec<_> = fs::read_dir(cur).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), mails.len());
    for (path, (mail, _)) in files.iter().zip(mails) {
        let at = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(mail.arrived).unwrap());
        fs::File::options().write(true).open(path).unwrap().set_modified(at).unwrap();
    }
}
