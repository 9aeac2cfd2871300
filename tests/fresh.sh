#!/bin/bash
# Runs Mannam on a bare Debian: what debootstrap makes, git, and this machine's .NET SDK; nothing else, no NuGet cache either.
#   ./mannam fresh [--slice] [root|user|odd]…   (all three unless named; as root; --slice: a slice of the long tests, as in CI)
# root: all tests. user: all tests, as an ordinary user. odd: `up` and the tests of Host and Kafka, as that user, behind umask 077,
# in a path with a space and a quote. Each has a root of its own, a copy of one that is kept in the cache for 30 days.
# Processes and mounts live in namespaces of their own: they end with this script, however that ends.
set -euo pipefail

checkout=$(dirname -- "$(dirname -- "$(readlink -f -- "$0")")")
suite=${MANNAM_FRESH_SUITE:-$(. /etc/os-release && echo "${VERSION_CODENAME:-stable}")}
bare=${XDG_CACHE_HOME:-$HOME/.cache}/mannam/bare-$suite.tar
dotnet=$(dotnet --list-sdks | sed -n '$s|.*\[\(.*\)/sdk\]$|\1|p')

say() { printf 'fresh: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}

# make_bare: keeps a bare root as one file, made beside and renamed when it is whole.
make_bare() {
  [ -z "$(find "$bare" -mtime -30 2> /dev/null)" ] || return 0
  command -v debootstrap > /dev/null || { apt-get update && apt-get install -y --no-install-recommends debootstrap; } >&2 < /dev/null
  say "making a bare Debian ($suite)"
  mkdir -p "$(dirname "$bare")"
  debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$work/bare" > "$work/log" 2>&1 || {
    tail -n 5 "$work/log" >&2
    fail "debootstrap failed"
  }
  tar -C "$work/bare" --one-file-system -cf "$bare.new" .
  mv "$bare.new" "$bare"
  rm -rf "$work/bare"
}

# run_part PART ACCOUNT FOLDER: FOLDER is that of the checkout's parent, inside.
run_part() {
  local root=$work/$1 place=$work/$1$3
  mkdir "$root"
  tar -C "$root" -xf "$bare"
  # The names and certificates by which this machine reaches Debian and NuGet.
  cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  [ "$2" = root ] || chroot "$root" useradd --create-home "$2"
  mkdir -p "$place" "$root$dotnet"
  git clone -q --no-hardlinks "$checkout" "$place/mannam"
  [ "$2" = root ] || chroot "$root" chown -R "$2:" "$3"
  if [ -d "$checkout/../shared" ]; then mkdir "$place/shared"; fi
  cp "$checkout/tests/fresh-inside.sh" "$root/inside.sh"
  : > "$work/$1.log"
  say "$1: $3"
  local status=0
  unshare --mount --pid --fork --kill-child sh -c '
    root=$1 dotnet=$2 place=$3 shared=$4 account=$5
    shift 5
    mount --bind "$dotnet" "$root$dotnet" && mount -o remount,bind,ro "$root$dotnet"
    [ ! -d "$place/shared" ] || mount --bind "$shared" "$place/shared"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    chroot "$root" setpriv --reuid="$account" --regid="$account" --init-groups env -i "$@"
    # Not the last command, so not by exec: somebody must wait for what loses its parent.
    exit $?
  ' sh "$root" "$dotnet" "$place" "$checkout/../shared" "$2" \
    HOME="$(chroot "$root" getent passwd "$2" | cut -d: -f6)" USER="$2" PATH="/usr/local/bin:/usr/bin:/bin:$dotnet" TERM=dumb \
    ${slice:+MANNAM_TEST_ALL=0} ${NUGET_CERT_REVOCATION_MODE:+NUGET_CERT_REVOCATION_MODE="$NUGET_CERT_REVOCATION_MODE"} \
    bash /inside.sh "$1" "$3/mannam" < /dev/null > "$work/$1.log" 2>&1 &
  running=$!
  tail -n +1 -f --pid="$running" "$work/$1.log" | sed -u "s/^/$1| /" &
  wait "$running" || status=$?
  wait
  running=
  results+=("$1: $(if [ "$status" = 0 ]; then echo passed; else echo "FAILED"; fi) ($(grep -E '^([0-9]+ passed, [0-9]+ failed|up: .*)$' "$work/$1.log" | paste -sd';' -))")
  [ "$status" = 0 ] || failed=1
  rm -rf --one-file-system "$root"
}

clean_up() {
  trap '' INT TERM HUP
  [ -z "$running" ] || kill -KILL "$running" 2> /dev/null || :
  wait 2> /dev/null
  rm -rf --one-file-system "$work"
}

[ "$(id -u)" = 0 ] || fail "a root of one's own needs root: sudo ./mannam fresh"
slice=
[ "${1:-}" != --slice ] || { slice=1 && shift; }
[ $# -gt 0 ] || set -- root user odd
results=() failed=0 running=
work=$(mktemp -d /var/tmp/mannam-fresh.XXXXXX)
chmod 755 "$work"
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

make_bare
for part; do
  case "$part" in
    root) run_part root root /root/work ;;
    user) run_part user visitor /home/visitor/work ;;
    odd) run_part odd visitor "/home/visitor/it's a place" ;;
    *) fail "$part is none of root, user, odd" ;;
  esac
done
printf '%s\n' "${results[@]}"
exit "$failed"
