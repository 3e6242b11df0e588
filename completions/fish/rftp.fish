# Tells the verb on the command line; true if there is none yet.
function __fish_rftp_needs_command
    for word in (commandline -opc)[2..-1]
        if contains -- $word put get cat ls stat mkdir rm mv chmod sync verify quote check clean help
            echo $word
            return 1
        end
    end
    return 0
end

function __fish_rftp_using_subcommand
    set -l cmd (__fish_rftp_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rftp -n "__fish_rftp_needs_command" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_needs_command" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_needs_command" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_needs_command" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_needs_command" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_needs_command" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_needs_command" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_needs_command" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_needs_command" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_needs_command" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_needs_command" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_needs_command" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_needs_command" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_needs_command" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_needs_command" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_needs_command" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_needs_command" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_needs_command" -s V -l version -d 'Print version'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "put" -d 'Upload files: to a temporary name, verified, then renamed'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "get" -d 'Download files: complete, durable, then renamed'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "cat" -d 'Write remote files to stdout'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "ls" -d 'List a directory'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "stat" -d 'Tell what stands under a name'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "mkdir" -d 'Make directories'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "rm" -d 'Remove files, or with -r directories'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "mv" -d 'Rename on the server'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "chmod" -d 'Change permission bits'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "sync" -d 'Make a remote directory like a local one, or the reverse'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "verify" -d 'Compare local files with remote ones: exit 0 if they are the same, 1 if not'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "quote" -d 'Send commands as they are written and print the replies'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "check" -d 'Try name, connection, TLS, login, capabilities and a data connection'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "clean" -d 'Remove the temporary files that interrupted uploads left'
complete -c rftp -n "__fish_rftp_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l include -d 'With -r: only files that match (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l exclude -d 'With -r: leave out what matches (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l exclude-from -d 'With -r: leave out what the patterns in FILE match' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l exists -d 'What to do where the target exists' -r -f -a "overwrite\t'Replace it'
skip\t'Leave it alone'
newer\t'Replace it if the source is newer or the sizes differ'
fail\t'Fail'"
complete -c rftp -n "__fish_rftp_using_subcommand put" -l limit-rate -d 'At most so many bytes a second; 0 is no limit' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l min-rate -d 'Fail if fewer bytes a second arrive for half a minute' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l min-age -d 'Leave files that were modified within this time (2m): they may still be written' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l manifest -d 'Write a list for sha256sum -c, names relative to the destination' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -s j -l jobs -d 'With -r: connections at once' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l files-from -d 'Read the names of the files from LIST (- is stdin), one a line; only the destination is an argument then' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l retry-from -d 'Repeat only what an earlier run left temporary: FILE is what its --json or --json-file wrote; no other names' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l move-source-to -d 'Move each file to the local directory DIR once it is stored and verified, and unchanged' -r -f -a "(__fish_complete_directories)"
complete -c rftp -n "__fish_rftp_using_subcommand put" -l replace -d 'How an existing target is replaced' -r -f -a "rename\t'By renaming over it: old or new at every moment'
delete-first\t'Where the server refuses that, by removing it first'"
complete -c rftp -n "__fish_rftp_using_subcommand put" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand put" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand put" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand put" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand put" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand put" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand put" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand put" -s r -l recursive -d 'Descend into directories'
complete -c rftp -n "__fish_rftp_using_subcommand put" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l follow -d 'Follow symbolic links; by default they are left out'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l no-times -d 'Do not set the target\'s modification time'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l digest -d 'Report the SHA-256 of what was transferred'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l resume -d 'Go on with what an interrupted run left, if it provably belongs to the same source; leave what can be gone on with'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l exit-code -d 'Exit 1 if there was nothing to do'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l dry-run -d 'Say what would be done, and do nothing'
complete -c rftp -n "__fish_rftp_using_subcommand put" -s 0 -l null -d 'The names in LIST end in NUL bytes'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l remove-source -d 'Remove each file once it is stored and verified, and unchanged'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l in-place -d 'Write to the final name at once: for drop boxes that allow no rename'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand put" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand put" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand put" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand put" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand put" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand put" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l include -d 'With -r: only files that match (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l exclude -d 'With -r: leave out what matches (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l exclude-from -d 'With -r: leave out what the patterns in FILE match' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l sort -d 'Order by time, name or size: the oldest, first or smallest comes first' -r -f -a "time\t'The oldest first'
name\t'By the bytes of the name'
size\t'The smallest first'"
complete -c rftp -n "__fish_rftp_using_subcommand get" -l first -d 'The first N in that order' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l last -d 'The last N in that order; --sort time --last 1 is the newest' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l newer-than -d 'Only what was modified within this time (2d)' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l older-than -d 'Only what was modified longer ago than this (30d)' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l exists -d 'What to do where the target exists' -r -f -a "overwrite\t'Replace it'
skip\t'Leave it alone'
newer\t'Replace it if the source is newer or the sizes differ'
fail\t'Fail'"
complete -c rftp -n "__fish_rftp_using_subcommand get" -l limit-rate -d 'At most so many bytes a second; 0 is no limit' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l min-rate -d 'Fail if fewer bytes a second arrive for half a minute' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l min-age -d 'Leave files that were modified within this time (2m): they may still be written' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l manifest -d 'Write a list for sha256sum -c, names relative to the destination' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -s j -l jobs -d 'With -r or a pattern: connections at once' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l segments -d 'Fetch each large file by up to N connections, a part of it each, where the server can' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l wait -d 'Look until there is something to get, at most this long; else exit 1' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l files-from -d 'Read the remote names from LIST (- is stdin), one a line; only the destination is an argument then' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l retry-from -d 'Repeat only what an earlier run left temporary: FILE is what its --json or --json-file wrote; no other names' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l move-source-to -d 'Move each remote file to the remote directory DIR (relative to the login directory) once its copy is durable and verified, and it is unchanged' -r -f -a "(__fish_complete_directories)"
complete -c rftp -n "__fish_rftp_using_subcommand get" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand get" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand get" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand get" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand get" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand get" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand get" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand get" -s r -l recursive -d 'Descend into directories'
complete -c rftp -n "__fish_rftp_using_subcommand get" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l follow -d 'Follow symbolic links; by default they are left out'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l no-times -d 'Do not set the target\'s modification time'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l digest -d 'Report the SHA-256 of what was transferred'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l resume -d 'Go on with what an interrupted run left, if it provably belongs to the same source; leave what can be gone on with'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l exit-code -d 'Exit 1 if there was nothing to do'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l dry-run -d 'Say what would be done, and do nothing'
complete -c rftp -n "__fish_rftp_using_subcommand get" -s 0 -l null -d 'The names in LIST end in NUL bytes'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l remove-source -d 'Remove each remote file once its copy is durable and verified, and it is unchanged'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand get" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand get" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand get" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand get" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand get" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand get" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand cat" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand cat" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand cat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l sort -d 'Order by time, name or size: the oldest, first or smallest comes first' -r -f -a "time\t'The oldest first'
name\t'By the bytes of the name'
size\t'The smallest first'"
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l first -d 'The first N in that order' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l last -d 'The last N in that order; --sort time --last 1 is the newest' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l newer-than -d 'Only what was modified within this time (2d)' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l older-than -d 'Only what was modified longer ago than this (30d)' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s l -l long -d 'Kind, size and time as well'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s R -l recursive -d 'Directories below as well'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s a -l all -d 'Names that begin with a dot as well'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand ls" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l wait -d 'Look until there is something of that name, at most this long; else exit 1' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand stat" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand stat" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand stat" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -s p -l parents -d 'Make what is missing above as well; one that exists is no failure'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand mkdir" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l keep-newest -d 'Spare the newest N of a pattern\'s matches, or (with -r) of the files in a directory' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l sort -d 'Order by time, name or size: the oldest, first or smallest comes first' -r -f -a "time\t'The oldest first'
name\t'By the bytes of the name'
size\t'The smallest first'"
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l first -d 'The first N in that order' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l last -d 'The last N in that order; --sort time --last 1 is the newest' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l newer-than -d 'Only what was modified within this time (2d)' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l older-than -d 'Only what was modified longer ago than this (30d)' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l include -d 'With -r: only files that match (gitignore\'s dialect); directories stay' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l exclude -d 'With -r: spare what matches (gitignore\'s dialect); directories stay' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l files-from -d 'Read the remote names from LIST (- is stdin), one a line' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l retry-from -d 'Repeat only what an earlier run left temporary: FILE is what its --json or --json-file wrote' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s r -l recursive -d 'Remove directories with all that is in them'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l force -d 'With -r: even the root or the login directory'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s 0 -l null -d 'The names in LIST end in NUL bytes'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l exit-code -d 'Exit 1 if there was nothing to do'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l dry-run -d 'Say what would be removed, and do nothing'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand rm" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l exists -d 'What to do where the target exists' -r -f -a "overwrite\t'Replace it'
skip\t'Leave it alone'
newer\t'Replace it if the source is newer or the sizes differ'
fail\t'Fail'"
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l replace -d 'How an existing target is replaced' -r -f -a "rename\t'By renaming over it: old or new at every moment'
delete-first\t'Where the server refuses that, by removing it first'"
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand mv" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand mv" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand mv" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s r -l recursive -d 'What is in directories as well'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand chmod" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l max-delete -d 'Refuse to remove more than N, or N% of the target [default: the larger of 10 and 25%]' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l state -d 'Go by the SHA-256 of what was put there last, kept in NAME in the target (at most 64 MiB, some 400,000 files); only uploads' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l last -d 'Files that come after all others, if those were done; may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -s j -l jobs -d 'Connections at once' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l shard -d 'Only the I-th of N parts of the work, for N runs that share it' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l wait-lock -d 'How long to wait while another run works on the same target' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l include -d 'Only files that match (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l exclude -d 'Leave out, on both sides, what matches (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l exclude-from -d 'Leave out, on both sides, what the patterns in FILE match' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l limit-rate -d 'At most so many bytes a second; 0 is no limit' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l min-rate -d 'Fail if fewer bytes a second arrive for half a minute' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l manifest -d 'Write a list for sha256sum -c of all files that are the same on both sides then, names relative to the target' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand sync" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l delete -d 'Remove from the target what is not in the source'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l checksum -d 'Compare files of the same size by digest, where the server computes one'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l rebuild-state -d 'Make the state anew from what is in the target'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l delay-updates -d 'Give all files their names at the end, together, and none if one failed'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l follow -d 'Follow local symbolic links; by default links are left out'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l no-times -d 'Do not set modification times'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l exit-code -d 'Exit 1 if there was nothing to do'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l dry-run -d 'Print the plan that a run would carry out, and do nothing'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l by -d 'How to compare' -r -f -a "digest\t'By digest: the server\'s, else by reading the file back'
size\t'By size alone'"
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l manifest -d 'Compare with the digests in FILE, as sha256sum writes them, names relative to REMOTE: needs no local copy' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s j -l jobs -d 'Connections at once' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l include -d 'With -r: only files that match (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l exclude -d 'With -r: leave out what matches (gitignore\'s dialect); may be repeated' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l exclude-from -d 'With -r: leave out what the patterns in FILE match' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s r -l recursive -d 'Descend into directories'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s g -l no-glob -d 'Take names as they are written, never as patterns'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l follow -d 'Follow symbolic links; by default they are left out'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand quote" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l keep-going -d 'Go on with the other commands after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand quote" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand check" -l cert-days -d 'Exit 1 if the server\'s certificate ends within so many days' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand check" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand check" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand check" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand check" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand check" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand check" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand check" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand check" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand check" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand check" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand check" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand check" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand check" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand check" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand check" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand check" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l json-file -d 'Write the JSON Lines to FILE (or fd:3) beside the normal output' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l progress -d 'Progress on stderr' -r -f -a "auto\t'A bar if stderr is a terminal'
plain\t'A line every ten seconds, for logs'
off\t'Nothing'"
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l account -d 'Take the flags of account NAME from the account file' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l config -d 'The account file, in place of ~/.config/wirepost/config' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l connect-timeout -d 'Time to resolve, connect and shake hands' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l timeout -d 'Longest silence while bytes should flow, and time for a server\'s greeting' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l reply-timeout -d 'Time for a reply to a command' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l max-time -d 'Time for the whole run' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l retries -d 'How often to try again after a passing failure' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l retry-max-time -d 'Begin no retry later than this after the first try' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l bind -d 'Local address of all connections' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l proxy -d 'Make all connections through a proxy: socks5h://[user@]host:port, socks5:// (names are looked up here), http:// (CONNECT); no environment variable names one' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l proxy-password-file -d 'Read the proxy user\'s password from FILE, not from WIREPOST_PROXY_PASSWORD' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l tls -d 'Whether TLS must be used; required unless the server is on loopback' -r -f -a "required\t'TLS before anything else is said, or failure'
off\t'No TLS'"
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l ca-file -d 'Trust the certificates in FILE as well (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l ca-only -d 'Trust the certificates in FILE and no others (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l pin-sha256 -d 'SHA-256 of the server\'s public key; must match beside the usual checks' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l client-cert -d 'Our certificate (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l client-key -d 'Its key, if it is in another file (PEM)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l tls-min -d 'Least version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l tls-max -d 'Highest version of TLS' -r -f -a "1.2\t''
1.3\t''"
complete -c rftp -n "__fish_rftp_using_subcommand clean" -s u -l user -d 'User to log in as' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l password-file -d 'Read the password from the first line of FILE, or of stdin (-)' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l password-command -d 'Take the password from the output of CMD' -r -f -a "(__fish_complete_command)"
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l password-env -d 'Take the password from the environment variable VAR' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l netrc-file -d 'Read logins from FILE in place of ~/.netrc' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l port-range -d 'With --active: the local ports to use' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l charset -d 'The server\'s names are in this character set (latin1, shift_jis, …), not in UTF-8' -r -f
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l ftp-account-file -d 'Read what ACCT must say from FILE, for servers that ask for an account' -r -F
complete -c rftp -n "__fish_rftp_using_subcommand clean" -s r -l recursive -d 'Directories below as well'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l dry-run -d 'Say what would be removed, and do nothing'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l exit-code -d 'Exit 1 if there was nothing to do'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l keep-going -d 'Go on with the other names after a failure'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l json -d 'Write JSON Lines to stdout: one object an item, a summary last'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -s q -l quiet -d 'Errors only'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -s v -l verbose -d 'Say what is done'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l trace -d 'Show the whole conversation on stderr, secrets masked'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -s 4 -l ipv4 -d 'IPv4 only'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -s 6 -l ipv6 -d 'IPv6 only'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l pin-only -d 'The pinned key is enough: no other check of the certificate'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l insecure-skip-verify -d 'Check no certificate at all: anybody can read and change what is sent'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l active -d 'Let the server connect to us for each transfer (EPRT, PORT); by default we connect to it (EPSV, PASV)'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -l ascii -d 'Files are text: convert line ends (TYPE A)'
complete -c rftp -n "__fish_rftp_using_subcommand clean" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "put" -d 'Upload files: to a temporary name, verified, then renamed'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "get" -d 'Download files: complete, durable, then renamed'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "cat" -d 'Write remote files to stdout'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "ls" -d 'List a directory'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "stat" -d 'Tell what stands under a name'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "mkdir" -d 'Make directories'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "rm" -d 'Remove files, or with -r directories'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "mv" -d 'Rename on the server'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "chmod" -d 'Change permission bits'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "sync" -d 'Make a remote directory like a local one, or the reverse'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "verify" -d 'Compare local files with remote ones: exit 0 if they are the same, 1 if not'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "quote" -d 'Send commands as they are written and print the replies'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "check" -d 'Try name, connection, TLS, login, capabilities and a data connection'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "clean" -d 'Remove the temporary files that interrupted uploads left'
complete -c rftp -n "__fish_rftp_using_subcommand help; and not __fish_seen_subcommand_from put get cat ls stat mkdir rm mv chmod sync verify quote check clean help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
