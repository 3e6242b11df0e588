//! The bytes are what a name server, or anybody else, sends behind our question. No panic, an end, and never more records than
//! there were bytes for; aliases that go in a circle end too.
#![no_main]
use libfuzzer_sys::fuzz_target;
use wirepost::net::dns::message::{Name, Type, answer, query};

fuzz_target!(|input: &[u8]| {
    let Ok(name) = Name::parse("x.example") else { return };
    for wanted in [Type::Mx, Type::A, Type::Aaaa] {
        let _ = answer(input, 7, &name, wanted);
        let mut packet = query(7, &name, wanted);
        let question = packet.len();
        let (flags, records) = input.split_at(input.len().min(4));
        for (at, byte) in [2, 3, 6, 7].into_iter().zip(flags) {
            packet[at] = *byte;
        }
        packet[2] |= 0x80;
        packet.extend_from_slice(records);
        if let Ok(found) = answer(&packet, 7, &name, wanted) {
            assert!(found.records.len() * 11 <= packet.len() - question + 11);
            let (last, said) = found.of(&name);
            assert!(said.len() <= found.records.len());
            let _ = last.host();
        }
    }
});
