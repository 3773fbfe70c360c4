#!/bin/sh
# Runs the built service in the place of the calling shell, so that signals reach it; where util-linux is there, the
# service also gets SIGTERM when its parent (npm) is killed.
set -eu
cd "$(dirname "$0")/.."
# Pictures are made on several threads: with a heap for each of them glibc keeps tens of megabytes more.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-2}"
if setpriv --pdeathsig TERM true 2>/dev/null; then
  exec setpriv --pdeathsig TERM node dist/main.js "$@"
fi
exec node dist/main.js "$@"
