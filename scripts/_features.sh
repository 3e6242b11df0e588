# shellcheck shell=bash
# Sourced by the scripts that build. Makes sure that building is possible, and sets `features`: what cargo must be told on this
# machine. Without OpenSSL's headers OpenSSL is built from source, which needs perl and make beside the compiler and takes
# some minutes, once.
_need() {
    command -v "$1" >/dev/null || { echo "${0##*/}: $2" >&2; exit 69; }
}
# rustup's usual place, for shells that have not read its profile.
command -v cargo >/dev/null || PATH=$PATH:$HOME/.cargo/bin
_need cargo "a Rust toolchain is needed (https://rustup.rs)"
_need cc "a C compiler is needed (Debian: apt-get install gcc libc6-dev; scripts/setup does it as root)"
features=()
if ! { command -v pkg-config >/dev/null && pkg-config --exists openssl; }; then
    for tool in perl make; do
        _need "$tool" "neither OpenSSL's headers (libssl-dev and pkg-config) are here, nor $tool to build OpenSSL from source"
    done
    echo "${0##*/}: no OpenSSL headers here, so OpenSSL is built from source: that takes some minutes, once" >&2
    # shellcheck disable=SC2034 # for the script that sources this
    features=(--features vendored)
fi
