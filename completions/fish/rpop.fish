# Tells the verb on the command line; true if there is none yet.
function __fish_rpop_needs_command
    for word in (commandline -opc)[2..-1]
        if contains -- $word fetch list show top rm stat check sort help
            echo $word
            return 1
        end
    end
    return 0
end

function __fish_rpop_using_subcommand
    set -l cmd (__fish_rpop_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rpop -n "__fish_rpop_needs_command" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_needs_command" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_needs_command" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_needs_command" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_needs_command" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_needs_command" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_needs_command" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_needs_command" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_needs_command" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_needs_command" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_needs_command" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_needs_command" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_needs_command" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_needs_command" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_needs_command" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_needs_command" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_needs_command" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_needs_command" -s V -l version -d 'Print version'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "fetch" -d 'Fetch new messages and put them where they belong'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "list" -d 'List the messages on the server'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "show" -d 'Write messages to stdout'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "top" -d 'Write the header and first lines of messages to stdout'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "rm" -d 'Delete messages on the server'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "stat" -d 'Count the messages and their bytes'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "check" -d 'Try DNS, connection, TLS, login and capabilities'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "sort" -d 'Sort the messages of a local Maildir by rules'
complete -c rpop -n "__fish_rpop_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l maildir -d 'Into the Maildir DIR' -r -f -a "(__fish_complete_directories)"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l mbox -d 'Into the mbox FILE' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s d -l dir -d 'Into DIR, one .eml file a message' -r -f -a "(__fish_complete_directories)"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l exec -d 'To the standard input of CMD, run by the shell for each message' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l quarantine -d 'Put here what the command refuses, and count it as delivered' -r -f -a "(__fish_complete_directories)"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l exec-timeout -d 'Time for one run of the command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l sync -d 'How data reaches the disk' -r -f -a "batch\t'All of a batch at once'
file\t'Each file by itself: other programs\' data is not flushed'"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l max -d 'At most N messages, the oldest first' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l max-size -d 'Leave larger messages on the server' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l since -d 'Only messages dated since TIME (2026-11-23, or 7d for a week ago)' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l retry-from -d 'Only what an earlier run\'s JSON Lines in FILE call temporary' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l rules -d 'Sort by the rules in FILE (their language: rpop --help)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l delete-after -d 'Delete on the server what was delivered longer ago than TIME' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l keep-newest -d 'Delete on the server what was delivered, but never the newest N' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l state -d 'Remember in the state NAME, or in a file (with a slash), instead of one by account' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l wait-lock -d 'Wait so long for another run that uses the state or the mbox' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l stdout -d 'To stdout, as an mbox'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l crlf -d 'Keep the line ends of the wire (--exec, --dir)'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l all -d 'All messages, not only new ones'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l retry-failed -d 'Try again what the command refused in an earlier run'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l catch-up -d 'Fetch nothing, and remember all that is there now as fetched'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l rules-check -d 'Only check the rules'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l delete -d 'Delete on the server what was delivered'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s n -l dry-run -d 'Say what would be done, and do nothing'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l exit-code -d 'Exit with 1 if there was nothing new'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand fetch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand list" -l wait -d 'Ask again until something is there, at most so long' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l state -d 'Remember in the state NAME, or in a file (with a slash), instead of one by account' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l wait-lock -d 'Wait so long for another run that uses the state or the mbox' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand list" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand list" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand list" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand list" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand list" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand list" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand list" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand list" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand list" -l headers -d 'Show date, sender and subject too'
complete -c rpop -n "__fish_rpop_using_subcommand list" -l new -d 'Only what was not fetched yet'
complete -c rpop -n "__fish_rpop_using_subcommand list" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand list" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand list" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand list" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand list" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand list" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand list" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand list" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand show" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand show" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand show" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand show" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand show" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand show" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand show" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand show" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand show" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand show" -l crlf -d 'Keep the line ends of the wire'
complete -c rpop -n "__fish_rpop_using_subcommand show" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand show" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand show" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand show" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand show" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand show" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand show" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand show" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand top" -l lines -d 'So many lines of the body' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand top" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand top" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand top" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand top" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand top" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand top" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand top" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand top" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand top" -l crlf -d 'Keep the line ends of the wire'
complete -c rpop -n "__fish_rpop_using_subcommand top" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand top" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand top" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand top" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand top" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand top" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand top" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand top" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand top" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand rm" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand rm" -s n -l dry-run -d 'Say what would be done, and do nothing'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand stat" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand stat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand check" -l cert-days -d 'Exit with 1 if the certificate ends in fewer days' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand check" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand check" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand check" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand check" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand check" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand check" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand check" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand check" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand check" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand check" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand check" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand check" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand check" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand check" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand check" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand check" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l maildir -d 'The Maildir whose inbox is sorted' -r -f -a "(__fish_complete_directories)"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l rules -d 'The rules' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l exec-timeout -d 'Time for one run of a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l auth -d 'best, user, apop, or a SASL mechanism such as scram-sha-256' -r -f -a "best\t''
user\t''
apop\t''
scram-sha-256-plus\t''
scram-sha-256\t''
scram-sha-1\t''
oauthbearer\t''
xoauth2\t''
plain\t''
login\t''
external\t''
cram-md5\t''"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l token-command -d 'Log in by OAuth: take the access token from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -s u -l user -d 'User to log in as' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l max-time -d 'Time for the whole run' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l bind -d 'Local address of all connections' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l rules-check -d 'Only check the rules'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -s n -l dry-run -d 'Say what would be done, and do nothing'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -s q -l quiet -d 'Errors only'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -s v -l verbose -d 'Say what is done'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rpop -n "__fish_rpop_using_subcommand sort" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "fetch" -d 'Fetch new messages and put them where they belong'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "list" -d 'List the messages on the server'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "show" -d 'Write messages to stdout'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "top" -d 'Write the header and first lines of messages to stdout'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "rm" -d 'Delete messages on the server'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "stat" -d 'Count the messages and their bytes'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "check" -d 'Try DNS, connection, TLS, login and capabilities'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "sort" -d 'Sort the messages of a local Maildir by rules'
complete -c rpop -n "__fish_rpop_using_subcommand help; and not __fish_seen_subcommand_from fetch list show top rm stat check sort help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
