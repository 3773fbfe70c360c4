#!/bin/sh
# What the container starts. As an ordinary user: nothing but the service. As root (Home Assistant starts add-ons so, and
# its folders are root's): gives the service's folders to user node and becomes that user, with the groups of the cameras
# that were passed in and without any capability.
set -eu

if [ "$(id -u)" != 0 ]; then
  exec nightjar "$@"
fi

own() {
  mkdir -p "$1" && find "$1" -xdev ! -user node -exec chown -h node:node {} + ||
    echo "nightjar: $1 can't be given to user node" >&2
}
own "${NIGHTJAR_DATA:-/data}"
# Home Assistant's media folder: only what is ours in it.
if [ -n "${SUPERVISOR_TOKEN:-}" ] && [ -d /media ]; then own /media/nightjar; fi

# A Raspberry Pi's own camera needs memory from these, and not every system gives them to a group.
for heap in /dev/dma_heap/*; do
  if [ -c "$heap" ] && [ -e /dev/media0 ] && [ -z "$(find "$heap" ! -group 0 -perm -060)" ]; then
    echo "nightjar: only root may open $heap, which a Pi's camera needs: staying root" >&2
    heaps=closed
  fi
done
if [ -n "${heaps:-}" ]; then exec nightjar "$@"; fi

groups=$(stat -c %g /dev/video* /dev/media* /dev/v4l-subdev* /dev/dma_heap/* /dev/dri/render* 2>/dev/null |
  grep -vx 0 | sort -un | paste -sd, -)
export HOME=/home/node
exec setpriv --reuid node --regid node --groups "$(id -G node | tr ' ' ',')${groups:+,$groups}" \
  --inh-caps=-all --bounding-set=-all --no-new-privs nightjar "$@"
