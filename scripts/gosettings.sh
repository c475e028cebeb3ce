# shellcheck shell=bash disable=SC2154,SC2016
# Tells the Go tools which FFmpeg to use: as exports for a shell, or in the settings of the go command ("go env -w"). To be sourced by ffmpeg.sh, whose
# provide sets bin, pkgconfig and build_key.
#
# The go command does not notice that pkg-config prints something else than last time, and goes on with what it compiled and is to link. It does notice
# another CGO_CPPFLAGS, so a definition there holds a key of what pkg-config prints.

definition=-DAVLOOM_FFMPEG_BUILD
without_definition="s/ *$definition=[^ ]*//g; s/^ *//" # for sed, as is the next
with_definition() { echo "s/ *$definition=[^ ]*//g; s/\$/ $definition=$build_key/; s/^ *//"; }

# exports: prints the exports. They keep what the user has in the same variables when they are evaluated, and drop what an earlier build left there.
exports() {
	local others="s|:[^:]*$builds||g"
	[ -n "$pkgconfig" ] || others="$others; s/^://"
	printf 'export PKG_CONFIG_PATH=%q"$(printf %%s "${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}" | sed '"'%s'"')"\n' "$pkgconfig" "$others"
	printf 'export CGO_CPPFLAGS="$(printf "%%s\\n" "${CGO_CPPFLAGS-$(go env CGO_CPPFLAGS 2>/dev/null)}" | sed '"'%s'"')"\n' "$(with_definition)"
	printf 'export AVLOOM_FFMPEG_BIN=%q\n' "$bin"
}

# go_settings: sets settings to the file of "go env -w", and wrapper to the program beside it that stands in for pkg-config there.
go_settings() {
	command -v go >/dev/null || die "there is no go command on the PATH, whose settings this is about"
	settings=$(go env GOENV)
	case $settings in '' | off) die "the go command has no file of settings here: GOENV=$settings" ;; esac
	wrapper=$(dirname "$settings")/avloom-pkg-config
}

# setting NAME: prints what the file of settings has; change NAME=VALUE: writes it there, or takes it out where the value is empty.
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
	*) die "go env -w has set PKG_CONFIG=$program, which this does not overwrite; give it up with: go env -u PKG_CONFIG" ;;
	esac
	provide
	if [ -n "$pkgconfig" ]; then
		write_wrapper
		change "PKG_CONFIG=$wrapper"
	else
		forget_wrapper
	fi
	change "CGO_CPPFLAGS=$(sed "$(with_definition)" <<<"$(setting CGO_CPPFLAGS)")"
	say "from now on the go command and editors use FFmpeg 9: ${pkgconfig:-of the system}; undo it with: bash scripts/ffmpeg.sh setup --undo"
	warn_of_variables
}

# undo_setup: takes back what setup did, and nothing else.
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

# write_wrapper: the exports of a shell go before it. Where the FFmpeg is gone it says so, to those who ask for FFmpeg's libraries.
write_wrapper() {
	mkdir -p "$(dirname "$wrapper")"
	cat >"$wrapper" <<-WRAPPER
		#!/bin/sh
		# Made by "scripts/ffmpeg.sh setup" of avloom, and removed by "setup --undo": pkg-config, which knows avloom's FFmpeg 9, too.
		ffmpeg=$(printf %q "$pkgconfig")
		[ -z "\${AVLOOM_FFMPEG_BIN-}" ] || exec pkg-config "\$@" # this shell has the exports of "ffmpeg.sh env"
		[ -d "\$ffmpeg" ] || case "\$*" in
		*libav*) echo "avloom: FFmpeg is gone from \$ffmpeg; build it again with: bash scripts/ffmpeg.sh setup" >&2 && exit 1 ;;
		esac
		PKG_CONFIG_PATH=\$ffmpeg\${PKG_CONFIG_PATH:+:\$PKG_CONFIG_PATH} exec pkg-config "\$@"
	WRAPPER
	chmod +x "$wrapper"
}

# warn_of_variables: what the environment says goes before the settings.
warn_of_variables() {
	if [ -n "${PKG_CONFIG:-}" ]; then
		say "but here the variable PKG_CONFIG=$PKG_CONFIG goes before that; unset it"
	fi
	case ${CGO_CPPFLAGS-} in
	'' | *"$definition=$build_key"*) ;;
	*) say "but here the variable CGO_CPPFLAGS goes before that; unset it, or add $definition=$build_key to it" ;;
	esac
}
