#!/bin/bash
# Run a command with DATABASE_URL naming a real PostgreSQL: tests/postgres.sh COMMAND…
# The running server on 127.0.0.1:5432 by trust, else a throw-away cluster from the installed binaries,
# ended afterwards. Exits 75 with a sentence when there is none.
set -euo pipefail
cd "$(dirname "$0")/.."
name="sopcases_$$"

answers() {  # URL
    .venv/bin/python -c 'import psycopg, sys; psycopg.connect(sys.argv[1], connect_timeout=3).close()' "$1" 2>/dev/null
}

binaries() { find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -n 1 || true; }

server="postgres://postgres@127.0.0.1:5432"
if answers "$server/postgres"; then
    echo "PostgreSQL: the server on 127.0.0.1:5432"
else
    if [ -z "$(binaries)" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "PostgreSQL: installing Debian's package …"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql; } >/dev/null || true
    fi
    bin="$(binaries)"
    if [ -z "$bin" ]; then
        echo "PostgreSQL: no server on 127.0.0.1:5432 and no binaries in /usr/lib/postgresql" >&2
        exit 75
    fi
    home="$(mktemp -d)"
    as=()
    if [ "$(id -u)" = 0 ]; then  # initdb refuses root
        id postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
        chown postgres "$home"
        as=(setpriv --reuid=postgres --regid=postgres --clear-groups env HOME="$home")
    fi
    port="$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
    end() {
        (cd "$home" && "${as[@]}" "$bin/pg_ctl" stop -s -m immediate -D "$home/data") || true
        rm -rf "$home"
    }
    trap end EXIT
    (
        cd "$home"
        "${as[@]}" "$bin/initdb" -D "$home/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$home/log"
        "${as[@]}" "$bin/pg_ctl" start -s -w -D "$home/data" -l "$home/server.log" \
            -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home -c fsync=off"
    ) || { cat "$home"/*log >&2; exit 75; }
    server="postgres://postgres@127.0.0.1:$port"
    echo "PostgreSQL: a throw-away cluster from $bin on port $port"
fi
DATABASE_URL="$server/$name" "$@"
