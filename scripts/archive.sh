# shellcheck shell=bash disable=SC2016,SC2034
# Gets packages of another suite, or their sources, from the archive of Debian or Ubuntu that this
# machine uses. It changes nothing of the system's own apt. Other scripts source it.

# isolated_apt DIR LINE ARGS...: runs apt-get with LINE as its only source, with all of its state in
# DIR, and without privileges.
isolated_apt() {
	local dir=$1 line=$2
	shift 2
	mkdir -p "$dir/lists/partial" "$dir/archives/partial"
	printf '%s\n' "$line" >"$dir/sources.list"
	apt-get -qq -o Dir::Etc::sourcelist="$dir/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::Lists="$dir/lists" \
		-o Dir::Cache="$dir" -o APT::Sandbox::User="$(id -un)" -o APT::Get::List-Cleanup=0 "$@"
}

# from_archive DIR TYPE KEYRING SUITE ARGS...: runs apt-get ARGS in DIR with another suite of the
# archive that this machine uses. TYPE is deb or deb-src.
from_archive() {
	local dir=$1 type=$2 keyring=$3 suite=$4 mirror line
	shift 4
	while read -r mirror; do
		line="$type [signed-by=$keyring] $mirror $suite"
		isolated_apt "$dir/apt" "$line" update >>"$dir/apt.log" 2>&1 || continue
		(cd "$dir" && isolated_apt "$dir/apt" "$line" "$@" >>"$dir/apt.log" 2>&1) && return 0
	done < <(archive_addresses)
	return 1
}

# archive_addresses: prints the addresses of the archives that this machine uses.
archive_addresses() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' 2>/dev/null | sort -u
}

debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
ubuntu_keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg
