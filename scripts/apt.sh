#!/usr/bin/env bash
# Installs the Debian or Ubuntu packages named as arguments that are not installed yet. Says so first; uses sudo when it
# is not root. With AVLOOM_NO_INSTALL=1 it lists them instead and fails. Silent and quick when nothing is missing.
set -euo pipefail

missing=()
for package in "$@"; do
	status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
	[ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "${AVLOOM_NO_INSTALL:-0}" = 1 ]; then
	echo "avloom: these packages are needed and AVLOOM_NO_INSTALL=1 forbids installing them: ${missing[*]}" >&2
	exit 1
fi
if ! command -v apt-get >/dev/null; then
	echo "avloom: there is no apt-get here; install by hand what these Debian packages hold: ${missing[*]}" >&2
	exit 1
fi

root=()
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "avloom: installing packages needs root; run: apt-get install ${missing[*]}" >&2
		exit 1
	fi
	root=(sudo)
fi

echo "avloom: installing ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1; }
# A machine's package lists may be old or absent: refresh them first, and go on with what is there if that fails.
apt update || echo "avloom: apt-get update failed; trying with the lists that are there" >&2
if ! apt install --no-install-recommends "${missing[@]}"; then
	tail -n 20 "$log" >&2
	echo "avloom: apt-get could not install: ${missing[*]}" >&2
	exit 1
fi
