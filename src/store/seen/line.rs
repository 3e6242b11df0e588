//! The lines of the memory: what each may say, and how it is written and read.

use crate::{
    base::{
        date::Time,
        digest,
        error::*,
        record::{self, Map, Value, json},
    },
    store::{Place, Taken},
};

/// What a line says, once it is known to hold.
#[derive(Clone, Debug)]
pub(super) enum Fact {
    Seen {
        at: Time,
        size: Option<u64>,
        sha256: Option<[u8; 32]>,
    },
    Failed(Time),
    Gone(Time),
    Back,
    /// A number that a caller keeps here, under a name of its own.
    Mark(u64),
}

/// One message that is about to be where it belongs.
#[derive(Debug)]
pub(super) struct Intent {
    pub(super) uid: Box<str>,
    at: Time,
    size: Option<u64>,
    sha256: Option<[u8; 32]>,
    /// Until it is written down.
    pub(super) place: Option<Box<Place>>,
}

/// Who is told what the file says.
pub(super) type Tell<'a> = &'a mut dyn FnMut(&str, Fact) -> Result<()>;

/// Takes one line in: `None` if it is none of ours. Intents without an end are left in `open`.
pub(super) fn read(value: &Value, open: &mut Vec<Intent>, tell: Tell<'_>) -> Option<Result<()>> {
    if let Some(done) = value.get("done") {
        let n = usize::try_from(done.as_u64()?).ok()?.min(open.len());
        let number = |n: &Value| n.as_u64().and_then(|n| usize::try_from(n).ok());
        let undone = match value.get("undone") {
            Some(list) => list.as_array()?.iter().map(number).collect::<Option<Vec<_>>>()?,
            None => Vec::new(),
        };
        for (_, intent) in open.drain(..n).enumerate().filter(|(at, _)| !undone.contains(at)) {
            if let Err(e) = tell(&intent.uid, intent.fact()) {
                return Some(Err(e));
            }
        }
        return Some(Ok(()));
    }
    if let Some(name) = value.get("mark") {
        return Some(tell(name.as_str()?, Fact::Mark(value.get("number")?.as_u64()?)));
    }
    let at = Time::from_person(value.get("at")?.as_str()?)?;
    let size = value.get("size").and_then(Value::as_u64);
    let sha256 = match value.get("sha256") {
        Some(text) => Some(digest::unhex(text.as_str()?.as_bytes())?.try_into().ok()?),
        None => None,
    };
    if let Some(uid) = value.get("uid") {
        let place = Some(Box::new(Place::from_json(value)?));
        open.push(Intent { uid: uid.as_str()?.into(), at, size, sha256, place });
        return Some(Ok(()));
    }
    if let Some(uid) = value.get("failed") {
        return Some(tell(uid.as_str()?, Fact::Failed(at)));
    }
    let (uids, fact) = if let Some(uids) = value.get("seen") {
        (uids, Fact::Seen { at, size, sha256 })
    } else if let Some(uids) = value.get("gone") {
        (uids, Fact::Gone(at))
    } else {
        (value.get("back")?, Fact::Back)
    };
    for uid in uids.as_array()? {
        if let Err(e) = tell(uid.as_str()?, fact.clone()) {
            return Some(Err(e));
        }
    }
    Some(Ok(()))
}

impl Fact {
    pub(super) fn line(&self, uid: &str) -> String {
        let value = match self {
            Fact::Seen { at, size, sha256: Some(sha256) } => {
                let sha256 = digest::hex(sha256);
                json!({ "seen": [uid], "at": at.rfc3339(), "size": size, "sha256": sha256 })
            }
            Fact::Seen { at, .. } => json!({ "seen": [uid], "at": at.rfc3339() }),
            Fact::Failed(at) => json!({ "failed": uid, "at": at.rfc3339() }),
            Fact::Gone(at) => json!({ "gone": [uid], "at": at.rfc3339() }),
            Fact::Back => json!({ "back": [uid], "at": Time::default().rfc3339() }),
            Fact::Mark(n) => json!({ "mark": uid, "number": n }),
        };
        record::to_line(&value) + "\n"
    }
}

impl Intent {
    pub(super) fn new(uid: &str, at: Time, taken: &Taken, place: Place) -> Intent {
        Intent {
            uid: uid.into(),
            at,
            size: Some(taken.size),
            sha256: Some(taken.sha256),
            place: Some(Box::new(place)),
        }
    }

    pub(super) fn fact(&self) -> Fact {
        Fact::Seen { at: self.at, size: self.size, sha256: self.sha256 }
    }

    pub(super) fn write(&self, text: &mut String) {
        let mut map = Map::new();
        map.insert("uid".into(), json!(self.uid));
        map.insert("at".into(), json!(self.at.rfc3339()));
        map.insert("size".into(), json!(self.size));
        map.insert("sha256".into(), json!(self.sha256.map(|s| digest::hex(&s))));
        if let Some(place) = &self.place {
            place.to_json(&mut map);
        }
        *text += &record::to_line(&Value::Object(map));
        text.push('\n');
    }
}

pub(super) fn header(account: &str) -> String {
    record::to_line(&json!({ "account": account, "version": 1 })) + "\n"
}
