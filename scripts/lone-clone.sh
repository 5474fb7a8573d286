#!/usr/bin/env bash
# Clones this checkout into an empty folder with nothing beside it, and runs the README's two commands there: as an
# ordinary user where this runs as root, with an empty home. The tests' report goes to RESTAGE_CI_REPORT, where it is set.
#   Usage: scripts/lone-clone.sh FOLDER
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$1
mkdir -p "$folder"
git clone --quiet --no-hardlinks . "$folder/restage"

cat > "$folder/commands.sh" <<'COMMANDS'
set -euo pipefail
cd "$1/restage"
export HOME="$1/home" TMPDIR="$1/tmp" PORT=18787
export RESTAGE_CI_REPORT="$1/tests.jsonl"
mkdir -p "$HOME" "$TMPDIR"
bash scripts/test-tier.sh test
npx -y pnpm@12 start > "$1/start.log" 2>&1 &
for _ in $(seq 120); do
  if curl -sf "http://127.0.0.1:$PORT/readyz" > /dev/null; then break; fi
  sleep 1
done
curl -sf "http://127.0.0.1:$PORT/readyz" || { cat "$1/start.log"; exit 1; }
grep -q '^rsk_' "$1/start.log"
kill -TERM %1
wait %1 || true
for _ in $(seq 30); do
  if ! curl -sf "http://127.0.0.1:$PORT/healthz" > /dev/null; then exit 0; fi
  sleep 1
done
echo "The server still answers 30 s after its launcher was told to end." >&2
exit 1
COMMANDS

# Nothing of this run, nor of the npm and pnpm that started it, is to be seen there; how the network is reached has to be.
clean=(env)
for name in $(compgen -e | grep -iE '^(restage_|p?npm_|init_cwd$|node$)'); do clean+=(-u "$name"); done
clean+=("PATH=$(tr : '\n' <<< "$PATH" | grep -v node_modules | paste -sd :)")
for name in registry cafile proxy https_proxy noproxy; do
  value=$(printenv "npm_config_$name" || true)
  if [ -n "$value" ]; then clean+=("npm_config_$name=$value"); fi
done
keep_report() { if [ -n "${RESTAGE_CI_REPORT:-}" ] && [ -f "$folder/tests.jsonl" ]; then cp "$folder/tests.jsonl" "$RESTAGE_CI_REPORT"; fi; }
trap keep_report EXIT
if [ "$(id -u)" = 0 ]; then
  id restage-ci > /dev/null 2>&1 || useradd --system --shell /bin/bash restage-ci
  chmod 755 "$(dirname "$folder")"
  chown -R restage-ci "$folder"
  setpriv --reuid=restage-ci --regid=restage-ci --clear-groups "${clean[@]}" bash "$folder/commands.sh" "$folder"
else
  "${clean[@]}" bash "$folder/commands.sh" "$folder"
fi
