#!/usr/bin/env bash
# Installs the libraries and programs with which the benchmarks compare avloom: those of Python in pinned
# versions into the user's cache, the others from the distribution. What cannot be had is left out, and so is
# its row in the tables. "scripts/peers.sh help" lists the commands and variables.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/peers_torch.sh"
cache=${XDG_CACHE_HOME:-$HOME/.cache}/avloom
log=$cache/peers.log
# The distribution's Python is the one for which the distribution has venv, too.
python=${AVLOOM_PEERS_PYTHON:-$(command -v /usr/bin/python3 || echo python3)}
gstreamer=(
	gstreamer1.0-tools=gst-launch-1.0 gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
	gstreamer1.0-plugins-ugly
)

usage() {
	cat <<USAGE
usage: scripts/peers.sh [command]

  provide  (default) install what is missing, and say what is left out, and why
  env      the same, then print the exports with which the benchmarks find it:
           eval "\$(bash scripts/peers.sh env)"
  clean    remove everything that this script put into the user's cache ($cache)
  help     this text

The wheels of scripts/peers-*.txt are installed with their hashes. torchcodec takes 1.4 GB there, and as much again
while it is installed. On x86-64 its torch comes without the libraries of CUDA, which would take several GB more:
stand-ins take their place, and say that there is no GPU. torchcodec gets avloom's own FFmpeg 9, linked as a
shared library, where scripts/ffmpeg.sh built one and its "env" is in effect; else that of the system.

  AVLOOM_PEERS_TORCHCODEC=0    leave torchcodec out
  AVLOOM_PEERS_DISTRIBUTION=0  leave out what comes from the distribution: GStreamer, and a second PyAV, which uses
                               the distribution's x264, as avloom does
  AVLOOM_PEERS_PYTHON=FILE     use this Python (default: the distribution's, or else python3), 3.11 or newer
  AVLOOM_NO_INSTALL=1          install nothing from the distribution
USAGE
}

say() { echo "avloom: $*" >&2; }

# provide_distribution: installs what comes from the distribution.
provide_distribution() {
	[ "${AVLOOM_PEERS_DISTRIBUTION:-1}" != 0 ] || return 0
	bash "$here/apt.sh" "${gstreamer[@]}" || say "GStreamer is left out"
	bash "$here/apt.sh" python3-av || say "the distribution's PyAV is left out"
}

# python_is_usable: tells whether the Python can make a virtual environment that the wheels fit.
python_is_usable() {
	local found
	found=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || {
		say "the libraries of Python are left out: there is no $python"
		return 1
	}
	"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
		say "the libraries of Python are left out: $python is $found, and they need 3.11;" \
			"AVLOOM_PEERS_PYTHON names another"
		return 1
	}
	"$python" -c 'import venv, ensurepip' 2>/dev/null || bash "$here/apt.sh" python3-venv || {
		say "the libraries of Python are left out: $python cannot make a virtual environment"
		return 1
	}
}

# name_folder: sets folder to that of the virtual environment, which belongs to one Python and to the pins.
name_folder() {
	local key
	key=$({
		uname -m
		"$python" -c 'import sys; print(sys.version_info[:2], sys.base_prefix)'
		cat "$here"/peers-*.txt
	} | sha256sum | cut -c1-12)
	folder=$cache/peers-$key
}

# provide_wheels SET NAMES: installs the wheels of peers-SET.txt, unless an earlier call has.
provide_wheels() {
	local mark=$folder/has-$1
	[ ! -e "$mark" ] || return 0
	say "installing $2 into $folder (log: $log)"
	rm -rf "$folder"/pip-* # of a call that was killed
	if "$folder/bin/python" -m pip --version >>"$log" 2>&1 || "$python" -m venv --clear "$folder" >>"$log" 2>&1; then
		if TMPDIR=$folder "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --no-deps \
			--only-binary :all: --require-hashes -r "$here/peers-$1.txt" >>"$log" 2>&1; then
			touch "$mark"
			return
		fi
	fi
	rm -rf "$folder"/pip-*
	say "$2 left out: $(grep -v '^ *$' "$log" | tail -n 1)"
	return 1
}

# provide_torchcodec: installs torchcodec where it is wanted and has room.
provide_torchcodec() {
	[ "${AVLOOM_PEERS_TORCHCODEC:-1}" != 0 ] || return 0
	local room needed=3000000 # KiB
	room=$(df --output=avail -k "$cache" | tail -n 1)
	if [ ! -e "$folder/has-torchcodec" ] && [ "$room" -lt $needed ]; then
		say "torchcodec is left out: $cache has $((room / 1000)) MB left, and it needs $((needed / 1000))"
		return
	fi
	provide_wheels torchcodec torchcodec || return 0
	provide_cuda_standins || say "torchcodec is left out: the stand-ins for CUDA cannot be built; see $log"
	provide_shared_ffmpeg || say "torchcodec uses the FFmpeg of the system"
}

provide() {
	provide_distribution
	python_is_usable || return 0
	name_folder
	mkdir -p "$cache"
	: >"$log"
	provide_wheels wheels "PyAV, OpenCV and imageio-ffmpeg" || true
	provide_torchcodec
}

# exports: prints what the benchmarks need to know.
exports() {
	if [ -e "${folder:-}/bin/python" ]; then printf 'export AVLOOM_PEERS=%q\n' "$folder"; fi
	if [ -n "${shared:-}" ]; then printf 'export AVLOOM_PEERS_FFMPEG=%q\n' "$shared"; fi
}

# locked COMMAND...: runs a command while no other call of this script installs anything.
locked() {
	mkdir -p "$cache"
	exec 9>"$cache/peers.lock"
	if ! flock -n 9; then
		say "another call of scripts/peers.sh is installing; waiting for it"
		flock 9
	fi
	"$@"
}

main() {
	case "$*" in
	'' | provide) locked provide ;;
	env)
		locked provide
		exports
		;;
	clean) locked rm -rf "$cache"/peers-* "$cache/peers.log" ;;
	help | -h | --help) usage ;;
	*)
		usage >&2
		exit 2
		;;
	esac
}

# bash reads a script while it runs it. It reads all that is in braces before it runs any of it.
{
	main "$@"
	exit
}
