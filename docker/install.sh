#!/bin/sh
# Puts Nightjar on a bare Raspberry Pi OS, Debian or Ubuntu, without Docker: user nightjar, /opt/nightjar,
# /etc/nightjar/nightjar.yaml, /var/lib/nightjar and a systemd service. Run it again to update; nothing of yours is
# overwritten.
#   sudo sh docker/install.sh            install or update, and start
#   sudo sh docker/install.sh --remove   stop and remove the program; configuration and recordings stay
# NIGHTJAR_NO_MODELS=1 leaves the detection models out.
set -eu
cd "$(dirname "$0")/.."
program=/opt/nightjar
settings=/etc/nightjar
data=/var/lib/nightjar
unit=/etc/systemd/system/nightjar.service

say() { echo "nightjar: $*"; }
fail() {
  say "$*" >&2
  exit 1
}
# In a chroot, or while an image is made, there is a systemd that does not run.
systemd_runs() { [ -d /run/systemd/system ]; }

[ "$(id -u)" = 0 ] || fail "run me as root: sudo sh docker/install.sh"
command -v apt-get >/dev/null || fail "this needs a Debian: Raspberry Pi OS, Debian or Ubuntu"

if [ "${1:-}" = --remove ]; then
  if systemd_runs; then systemctl disable --now nightjar || true; fi
  rm -rf "$program" "$unit" /usr/local/bin/nightjar
  if systemd_runs; then systemctl daemon-reload; fi
  say "removed; $settings and $data are still there"
  exit 0
fi
[ $# = 0 ] || fail "usage: sudo sh docker/install.sh [--remove]"

node_fits() {
  command -v node >/dev/null &&
    node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}
say "installing Debian packages"
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
packages=$(sed 's/#.*//' docker/packages.txt)
if grep -Eq '^ID(_LIKE)?=.*ubuntu' /etc/os-release; then
  packages=$(echo "$packages" | sed 's/libturbojpeg0/libturbojpeg/')
fi
# The Pi's own camera, where the distribution has its programs.
packages="$packages $(apt-cache pkgnames rpicam-apps-lite)"
# shellcheck disable=SC2086 # a list of words
apt-get -qq install --yes --no-install-recommends ca-certificates $packages
if ! node_fits; then
  apt-get -qq install --yes --no-install-recommends nodejs npm
  node_fits || fail "Node 20.19 or newer is needed, and this system offers $(node --version): see https://nodejs.org (Raspberry Pi OS 13 has one)"
fi
command -v npm >/dev/null || apt-get -qq install --yes --no-install-recommends npm
node_path=$(command -v node)

say "building (a few minutes on a Raspberry Pi)"
stage=$(mktemp -d /opt/nightjar-new.XXXXXX)
trap 'rm -rf "$stage"' EXIT
cp -r addon docker src .npmrc LICENSE package.json package-lock.json tsconfig.json tsconfig.build.json vite.config.ts "$stage"
(
  # Not in the folder itself: Debian's npm 9 can't read our overrides, and npx would look there.
  cd /
  npm=npm
  [ "$(npm --version | cut -d. -f1)" -ge 10 ] || npm='npx --yes npm@10'
  $npm ci --prefix "$stage" --loglevel=error --no-audit --no-fund
  $npm run build --prefix "$stage" --loglevel=error
  $npm prune --prefix "$stage" --omit=dev --loglevel=error
  cd "$stage"
  rm -rf src
  # Libraries for other machines.
  find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 -type d ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} +
  chmod 755 . dist/main.js
)

id nightjar >/dev/null 2>&1 ||
  useradd --system --user-group --home-dir "$data" --no-create-home --shell /usr/sbin/nologin nightjar
install -d -m 0750 -o root -g nightjar "$settings"
install -d -m 0755 -o nightjar -g nightjar "$data"
if [ ! -e "$settings/nightjar.yaml" ]; then
  install -m 0640 -o root -g nightjar docker/nightjar.example.yaml "$settings/nightjar.yaml"
fi

if systemd_runs && systemctl is-active --quiet nightjar; then systemctl stop nightjar; fi
rm -rf "$program"
mv "$stage" "$program"
ln -sf "$program/dist/main.js" /usr/local/bin/nightjar
sed "s|/usr/bin/node|$node_path|" docker/nightjar.service >"$unit"

as_nightjar() { setpriv --reuid nightjar --regid nightjar --init-groups "$@"; }
if [ "${NIGHTJAR_NO_MODELS:-}" != 1 ]; then
  say "fetching the models for detection"
  as_nightjar nightjar models pull --data "$data" ||
    say "they could not be fetched: detection does without until 'nightjar models pull --data $data'"
fi
as_nightjar nightjar check-config "$settings/nightjar.yaml"

if systemd_runs; then
  systemctl daemon-reload
  systemctl enable --now nightjar
  say "it runs: journalctl --unit nightjar shows the address and the password of the first start"
else
  say "installed; systemd does not run here: systemctl enable --now nightjar starts it"
fi
