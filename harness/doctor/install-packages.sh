#!/bin/sh
# Install the system packages that are missing, or say how. Exit code 2 when they cannot be installed from here.
#
# usage: install-packages.sh [--with-npm]
set -eu

list=$(dirname "$0")/packages.txt
missing=

present() {
	case $1 in
	/*) [ -e "$1" ] ;;
	*) command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] ;;
	esac
}

while read -r package proof _; do
	case $package in '' | '#'*) continue ;; esac
	present "$proof" || missing="$missing $package"
done <"$list"
if [ "${1-}" = --with-npm ] && ! present npm; then
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
