# shellcheck shell=bash disable=SC2154,SC2016
# Tells the Go tools which FFmpeg to use: as exports for a shell, or in the settings of the go command
# ("go env -w"). ffmpeg.sh sources it; its function provide sets bin, pkgconfig and build_key.
#
# The go command does not notice when pkg-config prints something new, and uses what it compiled before.
# It does notice when CGO_CPPFLAGS changes, so a definition there holds a key of what pkg-config prints.

definition=-DAVLOOM_FFMPEG_BUILD
without_definition="s/ *$definition=[^ ]*//g; s/^ *//" # a script of sed, as with_definition prints
with_definition() { echo "s/ *$definition=[^ ]*//g; s/\$/ $definition=$build_key/; s/^ *//"; }

# exports: prints the exports. When a shell evaluates them they keep what the user has in the same
# variables, and drop what an earlier build left there.
exports() {
	local others="s|:[^:]*$builds||g"
	[ -n "$pkgconfig" ] || others="$others; s/^://"
	printf 'export PKG_CONFIG_PATH=%q' "$pkgconfig"
	printf '"$(printf %%s "${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" | sed '"'%s'"')"\n' "$others"
	printf 'export CGO_CPPFLAGS="$(printf "%%s\\n" "${CGO_CPPFLAGS-$(go env CGO_CPPFLAGS 2>/dev/null)}" | '
	printf 'sed '"'%s'"')"\n' "$(with_definition)"
	printf 'export AVLOOM_FFMPEG_BIN=%q\n' "$bin"
}

# go_settings: sets settings to the file of "go env -w", and wrapper to the program beside that file
# which the go command is to call as pkg-config.
go_settings() {
	command -v go >/dev/null || die "there is no go command on the PATH whose settings could be changed"
	settings=$(go env GOENV)
	case $settings in '' | off) die "the go command has no file of settings here: GOENV=$settings" ;; esac
	wrapper=$(dirname "$settings")/avloom-pkg-config
}

# setting NAME: prints the value that the file of settings has for NAME.
# change NAME=VALUE: writes the value into that file, or removes NAME from it if the value is empty.
setting() { sed -n "s/^$1=//p" "$settings" 2>/dev/null || true; }
change() {
	case $1 in
	*=) [ -z "$(setting "${1%=}")" ] || env -u "${1%=}" go env -u "${1%=}" ;;
	*) env -u "${1%%=*}" go env -w "$1" ;;
	esac
}

# setup: makes the Go tools find the FFmpeg that provide finds, from every shell and editor.
setup() {
	go_settings
	local program
	program=$(setting PKG_CONFIG)
	case $program in
	'' | pkg-config | "$wrapper") ;;
	*) die "go env -w has set PKG_CONFIG=$program, which this does not overwrite;" \
		"give it up with: go env -u PKG_CONFIG" ;;
	esac
	provide
	if [ -n "$pkgconfig" ]; then
		write_wrapper
		change "PKG_CONFIG=$wrapper"
	else
		forget_wrapper
	fi
	change "CGO_CPPFLAGS=$(sed "$(with_definition)" <<<"$(setting CGO_CPPFLAGS)")"
	say "from now on the go command and editors use FFmpeg 9: ${pkgconfig:-of the system};" \
		"undo it with: bash scripts/ffmpeg.sh setup --undo"
	warn_of_variables
}

# undo_setup: removes from the settings what setup wrote there, and nothing else.
undo_setup() {
	go_settings
	forget_wrapper
	change "CGO_CPPFLAGS=$(setting CGO_CPPFLAGS | sed "$without_definition")"
	say "the settings of the go command ($settings) say nothing of avloom's FFmpeg any more"
}

forget_wrapper() {
	[ "$(setting PKG_CONFIG)" != "$wrapper" ] || change PKG_CONFIG=
	rm -f "$wrapper"
}

# write_wrapper: writes the program that the go command calls as pkg-config. It lets pkg-config find
# avloom's FFmpeg, unless the shell has the exports of "env". If that FFmpeg is gone, it says so to
# callers that ask for FFmpeg's libraries.
write_wrapper() {
	mkdir -p "$(dirname "$wrapper")"
	cat >"$wrapper" <<-WRAPPER
		#!/bin/sh
		# Made by "scripts/ffmpeg.sh setup" of avloom, and removed by "setup --undo". Calls pkg-config so
		# that it also finds avloom's FFmpeg 9.
		ffmpeg=$(printf %q "$pkgconfig")
		# A shell with the exports of "ffmpeg.sh env" uses those.
		[ -z "\${AVLOOM_FFMPEG_BIN-}" ] || exec pkg-config "\$@"
		[ -d "\$ffmpeg" ] || case "\$*" in
		*libav*)
		    echo "avloom: FFmpeg is gone from \$ffmpeg; build it again with: bash scripts/ffmpeg.sh setup" >&2
		    exit 1
		    ;;
		esac
		PKG_CONFIG_PATH=\$ffmpeg\${PKG_CONFIG_PATH:+:\$PKG_CONFIG_PATH} exec pkg-config "\$@"
	WRAPPER
	chmod +x "$wrapper"
}

# warn_of_variables: says which variables of the environment override the settings.
warn_of_variables() {
	if [ -n "${PKG_CONFIG:-}" ]; then
		say "but here the variable PKG_CONFIG=$PKG_CONFIG goes before that; unset it"
	fi
	case ${CGO_CPPFLAGS-} in
	'' | *"$definition=$build_key"*) ;;
	*) say "but here the variable CGO_CPPFLAGS goes before that; unset it, or add $definition=$build_key to it" ;;
	esac
}
