#!/usr/bin/env bash
# Installs nats-server >= 2.10.23 on Debian 12, as root or through sudo. May be run again at any time.
#
# Debian 12's own nats-server loses streams, so this one package comes from Debian 13. The package
# source is the machine's own Debian source with another suite, and pins keep everything else where
# it is: trixie at -10 (never chosen), nats-server from trixie at 990.
set -euo pipefail

readonly needed=2.10.23
readonly source_file=/etc/apt/sources.list.d/dure-trixie.sources
readonly pin_file=/etc/apt/preferences.d/dure-nats-server

say() { printf 'install-nats-server: %s\n' "$*"; }

die() {
  printf 'install-nats-server: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "needs root or sudo for: $*"
  fi
}

# Prints the version of the nats-server on the path, e.g. 2.10.27; nothing when there is none.
installed_version() {
  command -v nats-server >/dev/null || return 0
  nats-server --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1
}

is_new_enough() {
  [ -n "$1" ] && dpkg --compare-versions "$1" ge "$needed"
}

# Prints "URI<TAB>keyring" of the first source that serves this release's main suite.
debian_source() {
  local codename=$1
  local stanza='
    function field(name,   i) {
      for (i = 1; i <= NF; i++)
        if (index($i, name ":") == 1) { sub("^" name ":[ \t]*", "", $i); return $i }
      return ""
    }
    {
      suites = " " field("Suites") " "; uris = field("URIs"); key = field("Signed-By")
      if (field("Enabled") == "no" || index(suites, " " codename " ") == 0 || uris == "") next
      if (index(" " field("Components") " ", " main ") == 0) next
      split(uris, first, " ")
      print first[1] "\t" key
    }'
  local line='
    $1 == "deb" {
      key = ""
      if (match($0, /signed-by=[^] ]+/)) key = substr($0, RSTART + 10, RLENGTH - 10)
      sub(/\[[^]]*\][ \t]*/, "")
      if ($3 == codename && / main( |$)/) print $2 "\t" key
    }'
  {
    for file in /etc/apt/sources.list.d/*.sources; do
      if [ -e "$file" ] && [ "$file" != "$source_file" ]; then
        grep -v '^#' "$file" | awk -v RS= -F '\n' -v codename="$codename" "$stanza"
      fi
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
      if [ -e "$file" ]; then awk -v codename="$codename" "$line" "$file"; fi
    done
  } | sed -n 1p
}

# Writes standard input to a root-owned file, unless it says the same already.
put_file() {
  local path=$1 text
  text=$(cat)
  if [ "$(cat "$path" 2>/dev/null)" != "$text" ]; then
    as_root install -d "$(dirname "$path")"
    printf '%s\n' "$text" | as_root tee "$path" >/dev/null
  fi
}

write_source() {
  local uri=$1 keyring=$2
  put_file "$source_file" <<SOURCE
# For nats-server only; see $pin_file.
Types: deb
URIs: $uri
Suites: trixie
Components: main
Signed-By: ${keyring:-/usr/share/keyrings/debian-archive-keyring.gpg}
SOURCE
}

write_pins() {
  put_file "$pin_file" <<PINS
Explanation: nothing moves to Debian 13 by itself
Package: *
Pin: release n=trixie
Pin-Priority: -10

Explanation: but nats-server comes from there
Package: nats-server
Pin: release n=trixie
Pin-Priority: 990
PINS
}

# Keeps the package's own service off: it would serve port 4222 of every address from the next boot
# on. dure starts servers itself; a cluster's operator enables the service on purpose.
disable_service() {
  if command -v systemctl >/dev/null; then
    as_root systemctl disable --quiet nats-server.service
    if [ -d /run/systemd/system ]; then as_root systemctl stop nats-server.service; fi
  fi
}

main() {
  local version codename found is_new
  version=$(installed_version)
  if is_new_enough "$version"; then
    say "nats-server $version is there"
    return
  fi

  codename=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")
  if [ "$codename" = bookworm ]; then
    found=$(debian_source "$codename")
    [ -n "$found" ] || die "found no Debian source for $codename below /etc/apt"
    # The pins first: the source must never be active without them.
    write_pins
    write_source "${found%%$'\t'*}" "${found#*$'\t'}"
  fi

  is_new=no
  dpkg-query --show nats-server >/dev/null 2>&1 || is_new=yes
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nats-server
  version=$(installed_version)
  is_new_enough "$version" || die "needs nats-server >= $needed, but got '${version:-none}'"
  if [ "$is_new" = yes ]; then disable_service; fi
  say "nats-server $version is installed"
}

main "$@"
