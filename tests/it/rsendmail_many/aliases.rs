use super::*;

const FILE: &str = "# this machine\nroot: ops, |/usr/bin/pager\nops: ann@x.example,\n\tBob <bob@x.example>\nall: ops, carl@x.example, ANN\n\
                    ann: ann@x.example\nnobody: /dev/null\na: b\nb: c\nc: a\n";

#[test]
fn names_without_a_domain_go_where_the_aliases_say() {
    let (world, server) = (World::new(), server(vec![]));
    world.file("aliases", FILE);
    let url = server.url();
    let run = |to: &[&str]| send(&world, &url, to).args(["--aliases", "aliases"]).go();
    let out = run(&["All, dora@x.example", "ops"]);
    out.exits(0);
    let want = ["ann@x.example", "bob@x.example", "carl@x.example", "dora@x.example"];
    assert_eq!(recipients(&server), [want], "each once");
    assert_eq!(outcomes(&out).len(), 4);
    for (to, says) in [
        (
            "root",
            "cannot tell where mail for root goes: aliases:2: mail is not given to a command: '|/usr/bin/pager'",
        ),
        ("b", "aliases: the aliases go in a circle: a -> b -> c -> a"),
    ] {
        let out = run(&[to]);
        out.exits(65).says(says);
        assert_eq!(out.err().lines().count(), 1, "{out:?}");
    }
    let out = run(&["nobody"]);
    out.exits(0);
    assert_eq!(out.events("message")[0]["outcome"], "skipped");
    assert_eq!(server.sent().len(), 1);
    // Whoever it is for: a slip in the name must not wait for the first name without a domain.
    send(&world, &url, &["ops@x.example"]).args(["--aliases", "not-there"]).go().exits(66);
    let out = send(&world, &url, &["ops"]).args(["--aliases", "not-there"]).go();
    out.exits(66).says("cannot read not-there: no such file");
    // A ready message, and the fields in it.
    world.file("m.eml", "From: me@x.example\nTo: ops\n\nhi\n");
    let args = ["--eml", "m.eml", "-t", "--server", &url, "--aliases", "aliases"];
    world.run("rsendmail", args).go().exits(0);
    assert_eq!(recipients(&server)[1], ["ann@x.example", "bob@x.example"]);
}

#[test]
fn mistakes_are_found_without_sending() {
    let world = World::new();
    world.file("aliases", format!("{FILE}no colon\nroot: twice@x.example\n"));
    let out = world.run("rsendmail", ["--aliases-check", "--aliases", "aliases"]).go();
    out.exits(65);
    assert_eq!(
        out.out(),
        "aliases: the aliases go in a circle: a -> b -> c -> a\n\
         aliases:2: mail is not given to a command: '|/usr/bin/pager'\n\
         aliases:11: 'no colon' is no alias: it has no colon\n\
         aliases:12: root stands on line 2 already, which counts\n"
    );
    let out = world.run("rsendmail", ["--aliases-check", "--aliases", "aliases", "--json"]).go();
    let found = out.events("alias_finding");
    assert_eq!((found.len(), &found[1]["line"], &found[3]["severity"]), (4, &2.into(), &"warning".into()));
    assert_eq!((&out.events("aliases")[0]["errors"], out.summary()["exit"].as_i64()), (&3.into(), Some(65)));
    world.file("twice", "a: b@x.example\na: c@x.example\n");
    world.run("rsendmail", ["--aliases-check", "--aliases", "twice"]).go().exits(1);
    world.file("fine", "a: b@x.example\n");
    let out = world.run("rsendmail", ["--aliases-check", "--aliases", "fine"]).go();
    assert_eq!(out.exits(0).out(), "");
    world.run("rsendmail", ["--aliases-check", "--aliases", "gone"]).go().exits(66);
}
