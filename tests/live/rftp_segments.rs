//! `rftp get --segments` from real servers: what they do when a transfer is ended early, and whether REST is kept.

use crate::{
    fixture::{Tls, proftpd, pureftpd, vsftpd},
    support::World,
};
use std::{fs, path::Path, time::Duration};

const SIZE: usize = (24 << 20) + 4321;

fn in_parts(url: &str, ca: &Path, secret: &str, root: &Path, tls: bool) {
    let world = World::new().secret("tester", secret);
    let mut x = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(SIZE + 8);
    while bytes.len() < SIZE {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        bytes.extend(x.to_le_bytes());
    }
    bytes.truncate(SIZE);
    fs::write(root.join("big.bin"), &bytes).unwrap();
    let password = world.private_file("password", secret);
    let tls = if tls { "required" } else { "off" };
    // Slowly, so that all of them come to their part.
    for rate in ["40M", "4096M"] {
        let args =
            ["get", url, "big.bin", "--segments", "4", "--limit-rate", rate, "-v", "--json", "--digest"];
        let out = world
            .run("rftp", args)
            .args(["--ca-file", ca.to_str().unwrap(), "--tls", tls, "--password-file"])
            .args([&password])
            .limit(Duration::from_secs(60))
            .go();
        out.exits(0).tame().within(32 << 20);
        assert!(!out.err().contains("one piece"), "{}", out.err());
        assert!(fs::read(world.path("big.bin")).unwrap() == bytes, "other contents");
        let file = &out.events("file")[0];
        assert_eq!(
            (file["attempts"].as_u64(), file["bytes"].as_u64()),
            (Some(1), Some(SIZE as u64)),
            "{file}"
        );
        assert!(!out.err().contains("trying again"), "{}", out.err());
    }
}

macro_rules! cells {
    ($($name:ident: $start:expr;)*) => {$(
        #[test]
        fn $name() {
            let tls = stringify!($name).ends_with("_tls");
            let mode = if tls { Tls::Explicit } else { Tls::Off };
            let Some(server) = ($start)(mode) else { return };
            in_parts(&server.url("/big.bin"), &server.ca, server.password, &server.root, tls);
        }
    )*};
}

cells! {
    segments_vsftpd_plain: |tls| vsftpd::Vsftpd::start(&vsftpd::Options { tls, ..Default::default() });
    segments_vsftpd_tls: |tls| vsftpd::Vsftpd::start(&vsftpd::Options { tls, ..Default::default() });
    segments_proftpd_plain: |tls| proftpd::Proftpd::start(&proftpd::Options { tls, ..Default::default() });
    segments_proftpd_tls: |tls| proftpd::Proftpd::start(&proftpd::Options { tls, ..Default::default() });
    segments_pureftpd_plain: |tls| pureftpd::Pureftpd::start(&pureftpd::Options { tls, ..Default::default() });
    segments_pureftpd_tls: |tls| pureftpd::Pureftpd::start(&pureftpd::Options { tls, ..Default::default() });
}
