# Sourced by the scripts that build. Sets `features`: what cargo must be told on this machine. Without OpenSSL's headers
# OpenSSL is built from source, which needs perl and make beside the compiler and takes some minutes, once.
features=()
if ! { command -v pkg-config >/dev/null && pkg-config --exists openssl; }; then
    for tool in perl make; do
        command -v "$tool" >/dev/null || {
            echo "${0##*/}: neither OpenSSL's headers (libssl-dev and pkg-config) are here, nor $tool to build OpenSSL from source" >&2
            exit 69
        }
    done
    echo "${0##*/}: no OpenSSL headers here, so OpenSSL is built from source: that takes some minutes, once" >&2
    features=(--features vendored)
fi
