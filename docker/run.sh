#!/bin/sh
# Runs the built service in the place of the calling shell, so that signals reach it; where util-linux is there, the
# service also gets SIGTERM when its parent (npm) is killed.
set -eu
cd "$(dirname "$0")/.."
# glibc keeps the room of pictures that are gone, tens of megabytes that grow for hours.
for jemalloc in /usr/lib/*/libjemalloc.so.2; do
  if [ -e "$jemalloc" ]; then export LD_PRELOAD="$jemalloc"; fi
done
if setpriv --pdeathsig TERM true 2>/dev/null; then
  exec setpriv --pdeathsig TERM node dist/main.js "$@"
fi
exec node dist/main.js "$@"
