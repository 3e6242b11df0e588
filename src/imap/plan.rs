//! Cuts a search into what the server answers and what is decided here.
//!
//! Four things no server does: tell a moment (SEARCH compares days), look for attachments, take `7:*` at its word (where all are
//! older it names the last message, RFC 9051 §9 seq-range), and, with some, read UTF-8 or count seconds (WITHIN). The tree is cut at such leaves; every largest part that the server does understand becomes
//! one SEARCH. Its answers are sets, so the whole is set algebra, and only for the messages that are left over
//! INTERNALDATE, BODYSTRUCTURE or headers are asked for.

use super::{Day, Uid, UidSet, search::SearchKey, wire::Capabilities};
use crate::base::{date::Time, error::*};

/// See the module's essay.
#[derive(Clone, Debug)]
pub struct Plan {
    node: Node,
    /// What the server is asked, one SEARCH each.
    pub searches: Vec<SearchKey>,
    /// The search whose answer holds every message that can fit; `None`: the node itself tells.
    universe: Option<usize>,
}

#[derive(Clone, Debug)]
enum Node {
    Remote(usize),
    Local(SearchKey),
    /// One of these.
    Uids(UidSet),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
}

/// What has to be known of a message to decide about it here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub internal_date: bool,
    pub structure: bool,
    pub headers: Vec<String>,
}

/// What is known of one message.
pub trait Facts {
    fn internal_date(&self) -> Option<Time>;
    /// Whether it has an attachment whose name fits.
    fn attachment(&self, name: Option<&str>) -> bool;
    /// The decoded texts of all headers of that name, one a line; `None` if there is none.
    fn header(&self, name: &str) -> Option<String>;
}

impl Plan {
    /// `ascii`: the server said that it cannot take UTF-8 (`[BADCHARSET]`).
    ///
    /// # Errors
    /// `Refused`: the text of messages cannot be searched here.
    pub fn new(key: &SearchKey, caps: &Capabilities, ascii: bool, now: Time) -> Result<Plan> {
        let mut cut = Cut { caps, ascii, now, searches: Vec::new() };
        let node = cut.node(key)?;
        let mut searches = cut.searches;
        let universe = (!bounds(&node)).then(|| {
            searches.push(SearchKey::All);
            searches.len() - 1
        });
        Ok(Plan { node, searches, universe })
    }

    /// Whether the server's answer, as far as it is [`Plan::within`], is the whole answer.
    pub fn is_remote(&self) -> bool {
        match &self.node {
            Node::And(nodes) => nodes.iter().all(|n| matches!(n, Node::Remote(_) | Node::Uids(_))),
            node => matches!(node, Node::Remote(_)),
        }
    }

    /// What the server may name beyond this does not fit.
    pub fn within(&self) -> Option<UidSet> {
        let Node::And(nodes) = &self.node else { return None };
        let set = |n: &Node| if let Node::Uids(set) = n { Some(set.clone()) } else { None };
        nodes.iter().filter_map(set).reduce(|a, b| a.intersection(&b))
    }

    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        needs_of(&self.node, &mut needs);
        needs
    }

    /// The messages that can fit, by the server's answers alone.
    pub fn candidates(&self, found: &[UidSet]) -> UidSet {
        let all = self.universe.and_then(|at| found.get(at));
        match (candidates(&self.node, found), all) {
            (Some(set), _) => set,
            (None, Some(all)) => all.clone(),
            (None, None) => UidSet::new(),
        }
    }

    /// Whether this one fits.
    pub fn decide(&self, uid: Uid, found: &[UidSet], facts: &dyn Facts) -> bool {
        decide(&self.node, uid, found, facts)
    }
}

struct Cut<'a> {
    caps: &'a Capabilities,
    ascii: bool,
    now: Time,
    searches: Vec<SearchKey>,
}

impl Cut<'_> {
    fn remote(&mut self, key: SearchKey) -> Node {
        self.searches.push(key);
        Node::Remote(self.searches.len() - 1)
    }

    fn is_remote(&self, key: &SearchKey) -> bool {
        key.is_remote(self.caps) && (!self.ascii || key.is_ascii()) && !key.any(&is_open)
    }

    fn node(&mut self, key: &SearchKey) -> Result<Node> {
        use SearchKey as K;
        if self.is_remote(key) {
            return Ok(self.remote(key.clone()));
        }
        let seconds = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        Ok(match key {
            K::Younger(n) => self.node(&K::SinceMoment(Time(self.now.0.saturating_sub(seconds(*n)))))?,
            K::Older(n) => self.node(&K::BeforeMoment(Time(self.now.0.saturating_sub(seconds(*n)) + 1)))?,
            // A server's day begins anywhere between 14 hours before and 12 hours after that of UTC.
            K::SinceMoment(t) => {
                let near = self.remote(K::Since(Day::utc(*t).plus(-1)));
                Node::And(vec![near, Node::Local(key.clone())])
            }
            K::BeforeMoment(t) => {
                let near = self.remote(K::Before(Day::utc(*t).plus(2)));
                Node::And(vec![near, Node::Local(key.clone())])
            }
            K::Uid(set) => Node::And(vec![self.remote(key.clone()), Node::Uids(set.clone())]),
            K::Not(inner) => Node::Not(Box::new(self.node(inner)?)),
            K::And(keys) => {
                // Sets of UIDs without an end narrow the server's search as well.
                let asked = |k: &SearchKey| self.is_remote(k) || is_open(k);
                let (remote, local): (Vec<_>, Vec<_>) = keys.iter().cloned().partition(asked);
                let mut nodes: Vec<Node> = remote.iter().filter(|k| is_open(k)).filter_map(uids).collect();
                if !remote.is_empty() {
                    nodes.push(self.remote(SearchKey::and(remote)));
                }
                for key in &local {
                    nodes.push(self.node(key)?);
                }
                Node::And(nodes)
            }
            K::Or(keys) => {
                let (remote, local): (Vec<_>, Vec<_>) = keys.iter().cloned().partition(|k| self.is_remote(k));
                let mut nodes = Vec::new();
                if !remote.is_empty() {
                    nodes.push(self.remote(SearchKey::or(remote)));
                }
                for key in &local {
                    nodes.push(self.node(key)?);
                }
                Node::Or(nodes)
            }
            K::GmailRaw(_) if !self.caps.has("X-GM-EXT-1") => {
                return Err(Error::new(
                    Kind::Refused,
                    "the server does not know Gmail's search (X-GM-EXT-1)",
                ));
            }
            K::Body(_) | K::Text(_) | K::GmailRaw(_) | K::Keyword(..) => {
                let text = "the server cannot search the text of messages for letters beyond ASCII";
                return Err(Error::new(Kind::Refused, text));
            }
            other => Node::Local(other.clone()),
        })
    }
}

/// `7:*`; a `*` alone is the last message and meant so.
fn is_open(key: &SearchKey) -> bool {
    matches!(key, SearchKey::Uid(set) if set.ranges().last().is_some_and(|(a, b)| a < b && *b == Uid::MAX))
}

fn uids(key: &SearchKey) -> Option<Node> {
    if let SearchKey::Uid(set) = key { Some(Node::Uids(set.clone())) } else { None }
}

/// Whether the server's answers alone bound the candidates.
fn bounds(node: &Node) -> bool {
    match node {
        Node::Remote(_) => true,
        Node::Local(_) | Node::Not(_) | Node::Uids(_) => false,
        Node::And(nodes) => nodes.iter().any(bounds),
        Node::Or(nodes) => nodes.iter().all(bounds),
    }
}

fn candidates(node: &Node, found: &[UidSet]) -> Option<UidSet> {
    match node {
        Node::Remote(at) => Some(found.get(*at).cloned().unwrap_or_default()),
        Node::Uids(set) => Some(set.clone()),
        Node::Local(_) | Node::Not(_) => None,
        Node::And(nodes) => {
            nodes.iter().filter_map(|n| candidates(n, found)).reduce(|a, b| a.intersection(&b))
        }
        Node::Or(nodes) => {
            nodes.iter().try_fold(UidSet::new(), |sum, n| Some(sum.union(&candidates(n, found)?)))
        }
    }
}

fn decide(node: &Node, uid: Uid, found: &[UidSet], facts: &dyn Facts) -> bool {
    match node {
        Node::Remote(at) => found.get(*at).is_some_and(|s| s.contains(uid)),
        Node::Uids(set) => set.contains(uid),
        Node::Local(key) => local(key, facts),
        Node::And(nodes) => nodes.iter().all(|n| decide(n, uid, found, facts)),
        Node::Or(nodes) => nodes.iter().any(|n| decide(n, uid, found, facts)),
        Node::Not(inner) => !decide(inner, uid, found, facts),
    }
}

fn local(key: &SearchKey, facts: &dyn Facts) -> bool {
    let holds = |name: &str, text: &str| {
        let text = text.to_lowercase();
        facts.header(name).is_some_and(|h| text.is_empty() || h.to_lowercase().contains(&text))
    };
    match key {
        SearchKey::SinceMoment(t) => facts.internal_date().is_some_and(|d| d >= *t),
        SearchKey::BeforeMoment(t) => facts.internal_date().is_some_and(|d| d < *t),
        SearchKey::Attachment(name) => facts.attachment(name.as_deref()),
        SearchKey::Field(field, text) => holds(field.name(), text),
        SearchKey::Header(name, text) => holds(name, text),
        _ => false,
    }
}

fn needs_of(node: &Node, needs: &mut Needs) {
    match node {
        Node::Remote(_) | Node::Uids(_) => {}
        Node::Local(key) => match key {
            SearchKey::SinceMoment(_) | SearchKey::BeforeMoment(_) => needs.internal_date = true,
            SearchKey::Attachment(_) => needs.structure = true,
            SearchKey::Field(field, _) => needs.headers.push(field.name().to_string()),
            SearchKey::Header(name, _) => needs.headers.push(name.clone()),
            _ => {}
        },
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().for_each(|n| needs_of(n, needs)),
        Node::Not(inner) => needs_of(inner, needs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imap::{
        parse::values,
        search::{Field, Flag},
    };
    use proptest::prelude::*;

    fn caps(text: &str) -> Capabilities {
        Capabilities::of(&values(text.as_bytes()).unwrap())
    }

    /// A message as our own evaluation sees it, for all keys.
    struct Model(Time, bool, bool);

    impl Facts for Model {
        fn internal_date(&self) -> Option<Time> {
            Some(self.0)
        }
        fn attachment(&self, _: Option<&str>) -> bool {
            self.1
        }
        fn header(&self, _: &str) -> Option<String> {
            Some(if self.2 { "Müller".into() } else { "Meier".into() })
        }
    }

    fn truth(key: &SearchKey, m: &Model) -> bool {
        use SearchKey as K;
        match key {
            K::All => true,
            K::Flag(..) => m.0.0 % 2 == 0,
            K::Field(_, text) => m.header("").unwrap().contains(text.as_str()),
            K::Since(day) => m.0 >= day.start().unwrap(),
            K::Before(day) => m.0 < day.start().unwrap(),
            K::SinceMoment(t) => m.0 >= *t,
            K::BeforeMoment(t) => m.0 < *t,
            K::Younger(n) => m.0.0 >= NOW.0 - *n as i64,
            K::Older(n) => m.0.0 <= NOW.0 - *n as i64,
            K::Attachment(_) => m.1,
            K::Not(k) => !truth(k, m),
            K::And(ks) => ks.iter().all(|k| truth(k, m)),
            K::Or(ks) => ks.iter().any(|k| truth(k, m)),
            _ => unreachable!(),
        }
    }

    const NOW: Time = Time(1_790_000_000);

    fn key() -> impl Strategy<Value = SearchKey> {
        let near = NOW.0 - 400_000..NOW.0;
        let leaf = prop_oneof![
            Just(SearchKey::Flag(Flag::Seen, true)),
            Just(SearchKey::Field(Field::From, "Müller".into())),
            near.clone().prop_map(|t| SearchKey::SinceMoment(Time(t))),
            near.prop_map(|t| SearchKey::BeforeMoment(Time(t))),
            (1u64..400_000).prop_map(SearchKey::Younger),
            (1u64..400_000).prop_map(SearchKey::Older),
            Just(SearchKey::Attachment(None)),
        ];
        leaf.prop_recursive(4, 16, 3, |inner| {
            prop_oneof![
                inner.clone().prop_map(SearchKey::not),
                prop::collection::vec(inner.clone(), 2..4).prop_map(SearchKey::and),
                prop::collection::vec(inner, 2..4).prop_map(SearchKey::or),
            ]
        })
    }

    proptest! {
        /// However the tree is cut, the answer is the same.
        #[test]
        fn cutting_changes_no_answer(key in key(), within: bool, ascii: bool, offsets in prop::collection::vec((0i64..400_000, any::<bool>(), any::<bool>()), 1..12)) {
            let caps = caps(if within { "WITHIN" } else { "X" });
            let plan = Plan::new(&key, &caps, ascii, NOW).unwrap();
            let messages: Vec<_> = offsets.iter().map(|(o, a, h)| Model(Time(NOW.0 - o), *a, *h)).collect();
            let uid = |i: usize| Uid::try_from(i + 1).unwrap();
            let found: Vec<UidSet> = plan.searches.iter().map(|k| {
                assert!(k.is_remote(&caps) && (!ascii || k.is_ascii()));
                messages.iter().enumerate().filter(|(_, m)| truth(k, m)).map(|(i, _)| uid(i)).collect()
            }).collect();
            let candidates = plan.candidates(&found);
            for (i, m) in messages.iter().enumerate() {
                let fits = candidates.contains(uid(i)) && plan.decide(uid(i), &found, m);
                prop_assert_eq!(fits, truth(&key, m));
            }
        }
    }

    #[test]
    fn a_set_without_an_end_holds_nothing_older() {
        struct Nothing;
        impl Facts for Nothing {
            fn internal_date(&self) -> Option<Time> {
                None
            }
            fn attachment(&self, _: Option<&str>) -> bool {
                false
            }
            fn header(&self, _: &str) -> Option<String> {
                None
            }
        }
        let seen = SearchKey::Flag(Flag::Seen, true);
        let open = || SearchKey::Uid(UidSet::parse(b"3,20:*").unwrap());
        // The mailbox holds 3 and 10, none of them seen, and the server takes `20:*` for 10.
        let server = |key: &SearchKey| -> UidSet {
            if *key == seen { UidSet::new() } else { [3, 10].into_iter().collect() }
        };
        for (key, want, remote) in [
            (open(), &[3][..], true),
            (SearchKey::And(vec![seen.clone().not(), open()]), &[3], true),
            (SearchKey::Or(vec![seen.clone(), open()]), &[3], false),
            (open().not(), &[10], false),
            (SearchKey::Uid(UidSet::parse(b"*").unwrap()), &[3, 10], true),
        ] {
            let plan = Plan::new(&key, &caps("X"), false, NOW).unwrap();
            assert_eq!(plan.is_remote(), remote, "{key:?}");
            let found: Vec<UidSet> = plan.searches.iter().map(server).collect();
            let fits: Vec<Uid> =
                plan.candidates(&found).iter().filter(|u| plan.decide(*u, &found, &Nothing)).collect();
            assert_eq!(fits, want, "{key:?}");
        }
    }

    #[test]
    fn what_the_server_can_do_is_one_search() {
        let key = SearchKey::And(vec![SearchKey::Flag(Flag::Seen, false), SearchKey::Younger(60)]);
        assert!(Plan::new(&key, &caps("WITHIN"), false, NOW).unwrap().is_remote());
        let plan = Plan::new(&key, &caps("X"), false, NOW).unwrap();
        assert!(!plan.is_remote() && plan.universe.is_none() && plan.needs().internal_date);
        let lone = Plan::new(&SearchKey::Attachment(None), &caps("X"), false, NOW).unwrap();
        assert_eq!(lone.searches, [SearchKey::All]);
        let text = SearchKey::Text("ü".into());
        assert_eq!(Plan::new(&text, &caps("X"), true, NOW).unwrap_err().kind(), Kind::Refused);
    }
}
