#!/usr/bin/env bash
# Has promtool judge the alert rules, play their cases, and parse every query of the dashboard. 77 where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v promtool >/dev/null; then
  echo 'promtool is missing (Debian package prometheus): rules and queries are unjudged'
  exit 77
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

promtool check rules monitoring/alerts.yaml
promtool test rules monitoring/alerts.test.yaml
node .ci/monitoring-queries.js >"$scratch/queries.yaml"
promtool check rules "$scratch/queries.yaml"
