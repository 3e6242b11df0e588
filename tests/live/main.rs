//! The real programs against real servers from Debian's packages.
