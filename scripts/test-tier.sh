#!/usr/bin/env bash
# Runs one tier of tests, and then, once more and on their own, the files in which a test failed. Each run adds a line to
# the file that RESTAGE_CI_REPORT names.   Usage: scripts/test-tier.sh TIER [option…]
set -uo pipefail
cd "$(dirname "$0")/.."
reporters=(--reporter=default "--reporter=$PWD/scripts/ci-reporter.ts")
npx -y pnpm@12 "$@" "${reporters[@]}" && exit 0

files='const report = JSON.parse(require("fs").readFileSync(process.env.RESTAGE_CI_REPORT, "utf8").trim().split("\n").at(-1));
  for (const file of new Set(report.failures.map(({ file }) => file))) console.log(file);'
mapfile -t failed < <(node -e "$files")
# Many files that fail are no accident, and a run that ended without a report has nothing to say which.
if [ ${#failed[@]} -eq 0 ] || [ ${#failed[@]} -gt 5 ]; then exit 1; fi
echo "Running again: ${failed[*]}"
npx -y pnpm@12 "$@" "${reporters[@]}" "${failed[@]}"
