# Provides Debian packages: root gets them from apt; for other users they are unpacked below the cache, and the system does not change.
# Sourced by ./mannam, which defines say and fail.

# provide NAME PACKAGE: afterwards the package's programs are on the PATH. PACKAGE may be an expression, such as '^libicu[0-9]+$'.
provide() {
  command -v apt-get > /dev/null || fail "$1 is not installed, and there is no apt-get: install $1 with your system's package manager"
  if [ "$(id -u)" = 0 ]; then install_package "$@"; else use_unpacked "$@"; fi
}

install_package() {
  say "installing $1"
  export DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1
  [ -n "${lists_are_new:-}" ] || apt-get update >&2 < /dev/null || say "apt-get update failed; trying with the lists at hand"
  lists_are_new=1
  apt-get install -y --no-install-recommends -o Dpkg::Options::=--force-confold "$2" >&2 < /dev/null ||
    fail "$1 could not be installed: apt-get install '$2'"
}

# use_unpacked NAME PACKAGE: uses a package that was unpacked before, without a look at its version.
use_unpacked() {
  store=$(package_store) || exit 1
  unpacked=$store/$1
  if [ ! -d "$unpacked" ]; then
    # One at a time. A second caller waits and finds the result. The next run removes what a killed one left.
    (
      umask 022
      mkdir -p "$store"
      exec 8> "$store/.lock"
      flock 8
      [ ! -d "$unpacked" ] || exit 0
      unpack_package "$@" 8>&-
    ) || exit 1
  fi
  PATH=$PATH:$unpacked/.programs
}

# Its name contains the release and the architecture, because the packages depend on both. initdb's shell or LD_LIBRARY_PATH would misread other
# characters than these in the path. Such a path is replaced by our own folder in /var/tmp.
package_store() {
  case "${XDG_CACHE_HOME:-}" in /*) cache=$XDG_CACHE_HOME ;; *) cache=$HOME/.cache ;; esac
  case "$cache" in
    *[!A-Za-z0-9/._+@,=\ \'-]*)
      cache=/var/tmp/mannam-$(id -u)
      mkdir -m 700 "$cache" 2> /dev/null || :
      [ -d "$cache" ] && [ ! -L "$cache" ] && [ -O "$cache" ] || fail "$cache must be a folder of your own"
      ;;
  esac
  printf '%s/mannam/debian-%s-%s\n' "${cache%/}" "$(. /etc/os-release && echo "${VERSION_ID:-sid}")" "$(dpkg --print-architecture)"
}

unpack_package() {
  work=$store/.new
  rm -rf "$work"
  mkdir -p "$work/debs" "$work/root/.programs"
  say "fetching $1 from Debian into $store"
  fetch_packages "$2" > "$work/log" 2>&1 < /dev/null || {
    tail -n 5 "$work/log" >&2
    fail "$1 could not be fetched from Debian; is there a network? An administrator can install it: sudo apt-get install '$2'"
  }
  for deb in "$work/debs"/*.deb; do
    dpkg-deb -x "$deb" "$work/root" || fail "$1 could not be unpacked in $store"
  done
  mend_links
  wrap_programs
  mv "$work/root" "$unpacked"
  rm -rf "$work"
}

# apt with its own state; only the list of installed packages is the system's.
own_apt() {
  apt-get -o Dir::State="$store/.apt" -o Dir::Cache="$store/.apt" -o Dir::State::status=/var/lib/dpkg/status \
    -o Debug::NoLocking=1 -o APT::Sandbox::User= -o Acquire::GzipIndexes=true -o Acquire::Retries=2 "$@"
}

# Puts the package and its missing dependencies into debs. Not the C library, because a newer one would not run with the system's loader. Not LLVM, two
# thirds of PostgreSQL, because it is only used by jit, which is off.
fetch_packages() {
  mkdir -p "$store/.apt/lists/partial" "$store/.apt/archives/partial"
  # apt ends with 0 even if a list could not be fetched; missing packages show below.
  [ -n "$(find "$store/.apt/updated" -mmin -60 2> /dev/null)" ] || { own_apt update && touch "$store/.apt/updated"; } || :
  needed=$(own_apt -s install -y --no-install-recommends "$1") || {
    rm -f "$store/.apt/updated"
    printf '%s\n' "$needed"
    return 1
  }
  needed=$(printf '%s\n' "$needed" | sed -n 's/^Inst \([^ ]*\) .*/\1/p' | grep -v -E '^(libc6|libc-bin|libllvm[0-9.]+|libz3-4)(:|$)')
  (
    cd "$work/debs"
    # Package names contain no spaces.
    # shellcheck disable=SC2086
    own_apt download $needed
  )
}

# Debian's links into /etc and other folders are redirected into the unpacked tree.
mend_links() {
  find "$work/root" -type l | while IFS= read -r link; do
    target=$(readlink -- "$link")
    case "$target" in
      /*) [ ! -e "$work/root$target" ] || ln -sfn -- "$unpacked$target" "$link" ;;
    esac
  done
}

# Each program finds its libraries by a variable that its wrapper sets; other programs do not get it.
wrap_programs() {
  libraries=$(cd "$work/root" && find . -name 'lib*.so.*' -printf '%h\n' | sort -u |
    while IFS= read -r folder; do printf '%s:' "$unpacked/${folder#./}"; done)
  libraries=${libraries%:}
  printf '%s\n' "$libraries" > "$work/root/.libraries"
  # Program names contain no quotes. The name comes after the path.
  quoted_libraries=$(quoted "$libraries") quoted_root=$(quoted "$unpacked")
  quoted_root=${quoted_root%"'"}
  # If two have the same name, the first counts: Debian's psql is a script that looks for the other one.
  for program in "$work/root"/usr/lib/postgresql/*/bin/* "$work/root"/usr/lib/jvm/*/bin/* "$work/root"/usr/bin/* "$work/root"/usr/sbin/* \
    "$work/root"/bin/* "$work/root"/sbin/*; do
    { [ -f "$program" ] && [ -x "$program" ]; } || [ -L "$program" ] || continue
    wrapper=$work/root/.programs/${program##*/}
    [ ! -e "$wrapper" ] || continue
    printf '#!/bin/sh\nexport LD_LIBRARY_PATH=%s"${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"\nexec %s "$@"\n' \
      "$quoted_libraries" "$quoted_root${program#"$work/root"}'" > "$wrapper"
  done
  find "$work/root/.programs" -type f -exec chmod 755 {} +
}

# Quotes a text as one word of the shell.
quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\''/g")"; }
