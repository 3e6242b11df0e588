//! Identifiers that the server gives again once their message is gone: RFC 1939 §7 lets it, and servers that count do.

use super::*;
use crate::sandbox::script::{Action, End, on};

impl Site {
    /// Message `n` under an identifier.
    fn put(&self, n: usize, uidl: &str) {
        let uid = self.server.store.add(message(n));
        self.inbox(|all| all.iter_mut().find(|m| m.uid == uid).unwrap().uidl = Some(uidl.to_owned()));
    }

    fn inbox<T>(&self, f: impl FnOnce(&mut Vec<crate::sandbox::store::Message>) -> T) -> T {
        self.server.store.with("user", |account| f(&mut account.mailboxes.get_mut("INBOX").unwrap().messages))
    }
}

#[test]
fn what_was_deleted_leaves_no_identifier_behind() {
    let site = site(vec![]);
    for n in 1..=3 {
        site.put(n, "1");
        assert_eq!(site.fetch(&["--delete"]).exits(0).events("message")[0]["outcome"], "ok");
        assert_eq!((site.left(), site.subjects("Mail")), (vec![], numbers(1..=n)));
    }
    // A rule that skips takes nothing over from the message before: never delivered is never deleted.
    site.put(4, "1");
    let rules = site.world.file("rules", "subject 4 -> skip\n").display().to_string();
    for _ in 0..2 {
        site.fetch(&["--delete", "--rules", &rules]).exits(0);
        assert_eq!(site.left(), ["4"]);
    }
    // Nor does --catch-up.
    site.inbox(Vec::clear);
    site.put(5, "2");
    site.fetch(&[]).exits(0);
    site.put(6, "1");
    site.fetch(&["--catch-up"]).exits(0);
    site.fetch(&["--delete"]).exits(0);
    assert_eq!(
        (site.left(), site.subjects("Mail")),
        (vec!["6".into()], ["1", "2", "3", "5"].map(String::from).into())
    );
}

#[test]
fn what_somebody_else_deleted_leaves_none_either() {
    let site = site(vec![]);
    site.put(1, "a");
    site.put(2, "b");
    site.fetch(&[]).exits(0);
    let mut first = site.inbox(|all| all.remove(0));
    site.fetch(&[]).exits(0);
    site.put(3, "c");
    site.put(4, "a");
    assert_eq!(site.rpop(&["list", "--new", "--json"]).go().exits(0).events("listed").len(), 2);
    assert_eq!(site.fetch(&["--dry-run"]).exits(0).events("message").len(), 2);
    // What is passed over for now is not known by it.
    site.fetch(&["--max", "1"]).exits(0);
    assert_eq!(site.subjects("Mail"), numbers(1..=3));
    site.fetch(&["--delete"]).exits(0);
    assert_eq!((site.left(), site.subjects("Mail")), (vec![], numbers(1..=4)));
    // A server with a bad day did not list it, and it is the same message after all: looked at once.
    site.put(5, "d");
    site.put(6, "e");
    site.fetch(&[]).exits(0);
    first = site.inbox(|all| std::mem::replace(&mut all[0], first));
    site.fetch(&[]).exits(0);
    site.inbox(|all| all[0] = first);
    let out = site.fetch(&[]);
    assert_eq!(out.exits(0).events("message")[0]["reason"], "duplicate");
    assert_eq!(site.fetch(&[]).exits(0).events("message").len(), 0);
    site.fetch(&["--delete"]).exits(0);
    assert!(site.left().is_empty());
}

/// No reply to QUIT: it may have happened. The bytes tell, whichever way it was.
#[test]
fn a_lost_quit_is_settled_by_the_bytes() {
    for (action, done) in [(Action::Swallow(End::Cut), true), (Action::End(End::Cut), false)] {
        let site = site(vec![on("QUIT").nth(1).then(action)]);
        site.put(1, "1");
        site.fetch(&["--delete"]).exits(79);
        assert_eq!(site.left().is_empty(), done);
        if done {
            site.put(2, "1");
        }
        site.fetch(&["--delete"]).exits(0);
        assert_eq!((site.left(), site.subjects("Mail")), (vec![], numbers(1..=if done { 2 } else { 1 })));
    }
}

/// Of two that shared an identifier one is deleted: the other is not taken for it.
#[test]
fn a_twin_that_stays_behind_is_tried_again() {
    let site = site(vec![]);
    site.put(1, "x");
    site.put(2, "x");
    let script = "! grep -q 'Subject: 2' || exit 75";
    site.rpop(&["fetch", "--exec", script, "--delete"]).go().exits(3);
    assert_eq!(site.left(), ["2"]);
    site.rpop(&["fetch", "--exec", "cat > got", "--delete"]).go().exits(0);
    assert_eq!(std::fs::read_to_string(site.world.path("got")).unwrap(), stored(2));
}
