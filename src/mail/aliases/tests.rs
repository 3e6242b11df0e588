use super::*;
use proptest::prelude::*;

fn goes(text: &str, to: &str) -> String {
    let to: Vec<Address> = to.split(',').map(|a| addresses::parse_one(a).unwrap().address).collect();
    match Aliases::parse("f", text).resolve(&to) {
        Ok(found) => found.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        Err(e) => format!("{}: {}", e.kind().name(), e.message()),
    }
}

fn findings(text: &str) -> Vec<String> {
    Aliases::parse("f", text).lint().iter().map(ToString::to_string).collect()
}

#[test]
fn names_go_where_the_file_says() {
    let file = "# the machine's\n\nRoot: ops, (a comment) ann@x.example\nops:\tbob@x.example,\n\n  # between\n\t\"c d\"@x.example ,ann@X.example\n\
                \"odd name\" : Carl <carl@x.example>\nmailer-daemon: postmaster\npostmaster: root\nme: \\me, me@y.example\nself: self, s@y.example\n\
                nobody: /dev/null\nall: root, ops,me\nrouted: \"root\"\n";
    for (to, want) in [
        ("root", "bob@x.example \"c d\"@x.example ann@X.example"),
        ("ROOT", "bob@x.example \"c d\"@x.example ann@X.example"),
        ("Mailer-Daemon", "bob@x.example \"c d\"@x.example ann@X.example"),
        ("root@x.example", "root@x.example"),
        ("stranger", "stranger"),
        ("me", "me me@y.example"),
        ("self", "self s@y.example"),
        ("\"odd name\"", "carl@x.example"),
        ("nobody", ""),
        ("nobody,z@z", "z@z"),
        ("all", "bob@x.example \"c d\"@x.example ann@X.example me me@y.example"),
        ("routed", "bob@x.example \"c d\"@x.example ann@X.example"),
        ("ops,root,ann@x.example,ops", "bob@x.example \"c d\"@x.example ann@X.example"),
    ] {
        assert_eq!(goes(file, to), want, "{to}");
    }
    assert_eq!(findings(file), [""; 0]);
    assert_eq!(goes("default: all@x\nroot: r@x\n", "root,stranger,other"), "r@x all@x");
    assert_eq!(goes("default: postmaster\n", "stranger"), "postmaster");
    let chain: String = (0..100_000).map(|n| format!("a{n}: a{}\n", n + 1)).collect();
    assert!(goes(&chain, "a0").ends_with("more than 200 names stand for one another"));
    assert_eq!(goes(&chain, "a99990"), "a100000");
}

#[test]
fn a_circle_is_found_and_named() {
    let file = "a: b\nb: x@y, c\nc: a\nd: a\nfine: f@x\n";
    for to in ["a", "b", "c", "d"] {
        let want = format!(
            "input: cannot tell where mail for {to} goes: f: the aliases go in a circle: a -> b -> c -> a"
        );
        assert_eq!(goes(file, to), want);
    }
    assert_eq!(goes(file, "fine"), "f@x");
    assert_eq!(findings(file), ["f: the aliases go in a circle: a -> b -> c -> a"]);
}

#[test]
fn what_we_do_not_do_is_refused_with_its_line() {
    let file = "list: ok@x,\n  |/usr/bin/vacation -a 1, ann\nquoted: \"|exec /bin/x, y\"\nbox: /var/mail/box\nrel: :include:list\n\
                odd: :fail: gone\nbad: a b@c\ntwo: \"/var/x\"\n";
    for (to, want) in [
        ("list", "f:2: mail is not given to a command: '|/usr/bin/vacation -a 1, ann'"),
        ("quoted", "f:3: mail is not given to a command: '|exec /bin/x, y'"),
        ("box", "f:4: mail is not written to a file: '/var/mail/box'"),
        ("rel", "f:5: a list needs its whole path: ':include:list'"),
        ("odd", "f:6: ':fail: gone' is not understood"),
        ("bad", "f:7: 'a b@c' is no address"),
        ("two", "f:8: mail is not written to a file: '/var/x'"),
    ] {
        assert_eq!(goes(file, to), format!("input: cannot tell where mail for {to} goes: {want}"));
    }
    assert_eq!(findings(file).len(), 7);
}

#[test]
fn broken_lines_are_findings_and_stop_nobody_else() {
    let file = " lonely\nno colon here\na@x: b@x\na b: c@x\nempty:\nroot: r@x\nROOT: s@x\n";
    assert_eq!(goes(file, "root"), "r@x");
    assert_eq!(
        findings(file),
        [
            "f:1: a continuation of nothing",
            "f:2: 'no colon here' is no alias: it has no colon",
            "f:3: a@x has a domain, and aliases are for local names",
            "f:4: 'a b' is no local name",
            "f:5: empty goes nowhere: nothing stands behind the colon",
            "f:7: root stands on line 6 already, which counts",
        ]
    );
    assert!(!Aliases::parse("f", file).lint().last().unwrap().fatal);
}

#[test]
fn lists_are_included_and_their_circles_found() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(at("list"), format!("# team\na@x, b@x,\n\n :include:{}\nlocal\n", at("more"))).unwrap();
    std::fs::write(at("more"), "c@x\nb@x\n").unwrap();
    std::fs::write(at("round"), format!("d@x\n:include:{}\n", at("round"))).unwrap();
    let file = format!(
        "team: :include:{}\nlocal: l@x\nround: \":include:{}\"\ngone: :Include: {}\n",
        at("list"),
        at("round"),
        at("no")
    );
    assert_eq!(goes(&file, "team"), "a@x b@x c@x l@x");
    assert!(goes(&file, "round").ends_with(&format!("{}:2: {} includes itself", at("round"), at("round"))));
    let gone = goes(&file, "gone");
    assert!(gone.starts_with("missing: ") && gone.ends_with("no such file or directory"), "{gone}");
    assert_eq!(findings(&file).len(), 2);
    std::fs::write(at("bytes"), b"a: b\n\xff: c\n").unwrap();
    let error = Aliases::load(Path::new(&at("bytes"))).unwrap_err();
    assert!(error.message().ends_with(":2: not UTF-8"), "{error}");
    assert_eq!(Aliases::load(dir.path()).unwrap_err().kind(), Kind::Missing);
}

#[test]
fn a_list_is_read_once() {
    let dir = tempfile::tempdir().unwrap();
    let include = |n: usize| format!(":include:{}\n", dir.path().join(format!("l{n}")).display());
    for n in 0..30 {
        let more = include(n + 1).repeat(2);
        std::fs::write(dir.path().join(format!("l{n}")), format!("a{n}@x\n{more}")).unwrap();
    }
    std::fs::write(dir.path().join("l30"), "end@x\n").unwrap();
    let file = format!("all: {}", include(0));
    // Each list as often as it is named would be a thousand million times.
    let all = goes(&file, "all");
    assert!(all.starts_with("a0@x a1@x ") && all.ends_with(" a29@x end@x"), "{all}");
    assert!(findings(&file).is_empty());
}

proptest! {
    #[test]
    fn anything_may_stand_in_the_file(text in "[a-c:,\\n \"()|/\\\\#@]{0,80}") {
        let aliases = Aliases::parse("f", &text);
        for name in ["a", "b", "c"] {
            let _ = aliases.resolve(&[Address::new(name, None).unwrap()]);
        }
        prop_assert!(aliases.lint().iter().all(|f| f.line <= text.lines().count()));
    }
}
