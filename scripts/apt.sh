#!/usr/bin/env bash
# Installs the packages that the arguments name and this machine lacks. With apt-get it says what it
# installs, and uses sudo when it is not root. Without apt-get, and with AVLOOM_NO_INSTALL=1, it says
# in one line what is missing, and fails. It is silent and quick when nothing is missing.
#
# Each argument is a package of Debian and Ubuntu, and the sign that its content is there, from that
# package or from elsewhere:
#
#	nasm                        the program nasm, or the installed package
#	graphviz=dot                the program dot
#	libx264-dev=x264.pc         the library that pkg-config knows as x264
#	libmp3lame-dev=lame/lame.h  the header that gcc finds
#	ca-certificates=/etc/ssl    the file or folder
set -euo pipefail

has() { command -v "$1" >/dev/null; }
die() {
	echo "avloom: $*" >&2
	exit 1
}

# is_there ARGUMENT: tells whether the sign of this argument is there.
is_there() {
	local package=${1%%=*} sign=${1#*=}
	case $sign in
	/*) [ -e "$sign" ] ;;
	*.pc) has pkg-config && pkg-config --exists "${sign%.pc}" ;;
	*.h) has gcc && gcc -E -include "$sign" -x c /dev/null >/dev/null 2>&1 ;;
	*) has "$sign" || { [ "$sign" = "$package" ] && is_installed "$package"; } ;;
	esac
}

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null || true)" = installed ]; }

# look ARGUMENT...: sets missing to the arguments that are not there, packages to their packages, and
# signs to their signs.
look() {
	local argument
	missing=() packages=() signs=()
	for argument in "$@"; do
		if is_there "$argument"; then continue; fi
		missing+=("$argument")
		packages+=("${argument%%=*}")
		case $argument in
		*.pc) has pkg-config || continue ;; # without pkg-config, whether the library is there is unknown
		*.h) has gcc || continue ;;         # as it is of a header without gcc
		esac
		signs+=("${argument#*=}")
	done
}

look "$@"
[ ${#missing[@]} -gt 0 ] || exit 0
list="${packages[*]}"
has apt-get || die "missing here: ${signs[*]}." \
	"There is no apt-get: install by hand what these Debian packages hold: $list"
[ "${AVLOOM_NO_INSTALL:-0}" != 1 ] ||
	die "these packages are needed and AVLOOM_NO_INSTALL=1 forbids installing them: $list"
root=()
if [ "$(id -u)" != 0 ]; then
	has sudo || die "installing packages needs root; run: apt-get install $list"
	root=(sudo)
fi

echo "avloom: installing $list" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
	local env=(env DEBIAN_FRONTEND=noninteractive)
	"${root[@]}" "${env[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1
}
# The package lists of a machine may be old or absent.
apt update || echo "avloom: apt-get update failed; trying with the lists that are there" >&2
if ! apt install --no-install-recommends "${packages[@]}"; then
	tail -n 20 "$log" >&2
	die "apt-get could not install: $list"
fi
look "${missing[@]}"
[ ${#missing[@]} -eq 0 ] || die "apt-get installed $list, but this is still not found: ${signs[*]}"
