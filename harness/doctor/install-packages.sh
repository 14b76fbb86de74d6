#!/bin/sh
# Install the system packages that are missing, or say how. Exit code 2 when they cannot be installed from here.
#
# usage: install-packages.sh [--with-npm] [LIST]...
#
# LIST is the NAME of a further packages-NAME.txt: ppc64, ppc64le.
set -eu

here=$(dirname "$0")
missing=
npm=

present() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
	esac
}

# collect FILE: adds what FILE lists and this machine lacks
collect() {
	while read -r package proof _; do
		case $package in '' | '#'*) continue ;; esac
		present "$proof" || missing="$missing $package"
	done <"$1"
}

collect "$here/packages.txt"
for argument; do
	case $argument in
	--with-npm) npm=yes ;;
	*) collect "$here/packages-$argument.txt" ;;
	esac
done
if [ -n "$npm" ] && ! present npm; then
	missing="$missing nodejs npm"
fi
[ -n "$missing" ] || exit 0

command="apt-get install -y --no-install-recommends$missing"
if ! present apt-get; then
	echo "missing:$missing (names of Debian packages); install them and try again" >&2
	exit 2
fi
if [ "$(id -u)" != 0 ]; then
	echo "missing packages; run this and try again:" >&2
	echo "  sudo $command" >&2
	exit 2
fi
echo "installing:$missing" >&2
export DEBIAN_FRONTEND=noninteractive
# A source that does not answer does not matter as long as the packages can be had from another.
apt-get update -qq >&2 || true
if ! $command >&2; then
	echo "the packages could not be installed; this was tried:" >&2
	echo "  $command" >&2
	exit 2
fi
