//! Random bytes that nobody can guess: nonces, Message-IDs, boundaries. The only file that names their crate.

use crate::base::{digest::hex, error::*};

/// `N` bytes from the operating system's generator.
///
/// # Errors
/// `Config` where the system has none to give (a container without it, an early boot).
pub fn bytes<const N: usize>() -> Result<[u8; N]> {
    let mut out = [0; N];
    getrandom::fill(&mut out)
        .map_err(|_| Error::new(Kind::Config, "the system has no random numbers to give"))?;
    Ok(out)
}

/// 128 random bits as 32 hexadecimal digits.
pub fn token() -> Result<String> {
    Ok(hex(&bytes::<16>()?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn no_two_are_the_same() {
        let (a, b) = (super::token().unwrap(), super::token().unwrap());
        assert_eq!(a.len(), 32);
        assert_ne!(a, b);
    }
}
