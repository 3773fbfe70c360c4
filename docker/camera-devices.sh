#!/bin/sh
# Prints a compose file that passes this machine's camera devices, and their groups, to Nightjar, each by its name:
#   sh docker/camera-devices.sh > docker/compose.devices.yaml
# Run it again when a camera was added, or after a new kernel has numbered them anew. DEV is the folder to look in.
set -eu
dev=${DEV:-/dev}
devices='' groups=''
for path in "$dev"/video* "$dev"/media* "$dev"/v4l-subdev*; do
  [ -c "$path" ] || continue
  devices="$devices      - $path:/dev/${path##*/}
"
done
if [ -z "$devices" ]; then
  echo "camera-devices: there is no camera device in $dev (is the camera's ribbon seated, and does rpicam-hello find it?)" >&2
  exit 1
fi
groups=$(stat -L -c %g "$dev"/video* "$dev"/media* "$dev"/dma_heap/* 2>/dev/null | grep -vx 0 | sort -un | paste -sd, - || true)
printf '%s\n' "# Made by docker/camera-devices.sh on $(uname -n)." 'services:' '  nightjar:' '    devices:'
printf '%s' "$devices"
printf '    group_add: [%s]\n' "$(echo "${groups:-44}" | sed 's/[0-9][0-9]*/"&"/g; s/,/, /g')"
