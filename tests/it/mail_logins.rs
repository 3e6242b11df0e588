//! Logins of the three mail programs, which are one and the same login: channel bindings, certificates, and what `check` tells of them.
use crate::sandbox::store::Store;
use crate::sandbox::tls::{SslVersion, Tls, client_pem};
use crate::sandbox::wire::Running;
use crate::sandbox::{imap, pop3, smtp};
use crate::support::{Output, World};
use openssl::base64::decode_block;
use std::ops::Deref;

const PROGRAMS: [&str; 3] = ["rimap-search", "rpop", "rsendmail"];

#[derive(Default)]
struct Options {
    auth: Vec<&'static str>,
    tls_max: Option<SslVersion>,
    client_cert: bool,
    clear: bool,
}

struct Site {
    program: &'static str,
    server: Box<dyn Deref<Target = Running>>,
    world: World,
    options: Options,
}

fn start(program: &'static str, options: Options) -> Site {
    let world = World::new().secret("user", "secret");
    let tls = if options.clear { Tls::Off } else { Tls::Implicit };
    let store = Store::default();
    let Options { auth, tls_max, client_cert, clear } = &options;
    let (auth, tls_max, client_cert, clear_auth) = (auth.clone(), *tls_max, *client_cert, *clear);
    let server: Box<dyn Deref<Target = Running>> = match program {
        "rimap-search" => {
            let more = imap::Options::default();
            Box::new(imap::Server::start(imap::Options { tls, store, auth, tls_max, client_cert, ..more }))
        }
        "rpop" => {
            let more = pop3::Options::default();
            Box::new(pop3::Server::start(pop3::Options { tls, store, auth, tls_max, client_cert, ..more }))
        }
        _ => {
            let more = smtp::Options { clear_auth, ..smtp::Options::default() };
            Box::new(smtp::Server::start(smtp::Options { tls, store, auth, tls_max, client_cert, ..more }))
        }
    };
    Site { program, server, world, options }
}

impl Site {
    fn check(&self, user: &str, password: Option<&str>, flags: &[&str]) -> Output {
        let scheme = match self.program {
            "rimap-search" => "imap",
            "rpop" => "pop3",
            _ => "smtp",
        };
        let secure = if self.options.clear { "" } else { "s" };
        let url = format!("{scheme}{secure}://{user}127.0.0.1:{}", self.server.port());
        let ca = self.server.ca_pem_path().display().to_string();
        let mut run =
            self.world.run(self.program, ["check", &url, "--json", "--retries", "0", "--ca-file", &ca]);
        if let Some(password) = password {
            run = run.env(&format!("{}_PASSWORD", self.program.to_uppercase().replace('-', "_")), password);
        }
        run.args(flags).go()
    }

    /// What a mechanism said first.
    fn first(&self, mechanism: &str) -> String {
        let commands = self.server.commands();
        let at = commands.iter().position(|c| c.split(' ').any(|w| w == mechanism)).unwrap_or_else(|| {
            panic!("{mechanism} was not used: {commands:?}");
        });
        let last = commands[at].rsplit(' ').next().unwrap();
        let text = if last == mechanism { &commands[at + 1] } else { last };
        String::from_utf8(decode_block(text).unwrap()).unwrap()
    }
}

/// Which bindings a server knows it does not say: one that a server does not know is refused like a wrong password. So a binding
/// is used where it is asked for, and what is said otherwise never makes a server think of tampering.
#[test]
fn a_channel_binding_is_used_when_it_is_asked_for() {
    for program in PROGRAMS {
        let plus = || vec!["SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "PLAIN"];
        let site = start(program, Options { auth: plus(), ..Options::default() });
        let out = site.check("user@", Some("secret"), &[]);
        assert_eq!(out.exits(0).events("check")[0]["login"], "SCRAM-SHA-256", "{program}");
        assert!(site.first("SCRAM-SHA-256").starts_with("n,,"), "{program}");
        for (tls_max, name) in [(None, "tls-exporter"), (Some(SslVersion::TLS1_2), "tls-server-end-point")] {
            let site = start(program, Options { auth: plus(), tls_max, ..Options::default() });
            let out = site.check("user@", Some("secret"), &["--auth", "scram-sha-256-plus"]);
            assert_eq!(out.exits(0).events("check")[0]["login"], "SCRAM-SHA-256-PLUS", "{program}");
            assert!(site.first("SCRAM-SHA-256-PLUS").starts_with(&format!("p={name},")), "{program}");
            let wrong = site.check("user@", Some("wrong"), &["--auth", "scram-sha-256-plus"]);
            wrong.exits(77).says(name).says("--auth scram-sha-256");
        }
        // Another one's binding on offer: no binding, and no lie about it.
        let auth = vec!["SCRAM-SHA-1", "SCRAM-SHA-1-PLUS"];
        let site = start(program, Options { auth, ..Options::default() });
        site.check("user@", Some("secret"), &[]).exits(0);
        assert!(site.first("SCRAM-SHA-1").starts_with("n,,"), "{program}");
    }
}

/// No password is looked for where a certificate is the login.
#[test]
fn a_certificate_is_a_login() {
    for program in PROGRAMS {
        let site =
            start(program, Options { auth: vec!["EXTERNAL"], client_cert: true, ..Options::default() });
        let (cert, key) = client_pem("user");
        site.world.file("me.pem", &cert);
        site.world.private_file("me.key", &key);
        let certificate = ["--client-cert", "me.pem", "--client-key", "me.key"];
        let external = [&certificate[..], &["--auth", "external"]].concat();
        for user in ["user@", ""] {
            let out = site.check(user, None, &external);
            assert_eq!(out.exits(0).events("check")[0]["login"], "EXTERNAL", "{program} {user}");
        }
        // A certificate and nobody named: for reading mail that is enough.
        let out = site.check("", None, &certificate);
        let login = &out.exits(0).events("check")[0]["login"];
        assert_eq!(login.as_str(), (program != "rsendmail").then_some("EXTERNAL"), "{program}");
    }
}

#[test]
fn check_tells_of_the_tls_it_has() {
    for program in PROGRAMS {
        for clear in [false, true] {
            let auth = vec!["PLAIN"];
            let site = start(program, Options { auth, clear, ..Options::default() });
            let found = site.check("user@", Some("secret"), &[]).exits(0).events("check").remove(0);
            assert_eq!((&found["tls"], &found["login"]), (&(!clear).into(), &"PLAIN".into()), "{program}");
            assert_eq!(found["certificate_days"].is_i64(), !clear, "{program}: {found}");
            if clear {
                continue;
            }
            let days = found["certificate_days"].as_i64().unwrap();
            site.check("user@", Some("secret"), &["--cert-days", &days.to_string()]).exits(0);
            site.check("user@", Some("secret"), &["--cert-days", &(days + 2).to_string()])
                .exits(1)
                .says("ends in");
        }
    }
}
