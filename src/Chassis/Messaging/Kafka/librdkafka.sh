#!/bin/sh
# Sees to it that the C library below Confluent.Kafka is on this machine, once and outside of any checkout, and prints its path. Only what speaks Kafka
# asks for it. It comes out of the NuGet package librdkafka.redist; where the feed does not have that, it is compiled from the source in Confluent's npm package.
set -eu
version=2.15.1
npm_package=@confluentinc/kafka-javascript@1.10.1

say() { printf 'mannam: %s\n' "$*" >&2; }
fail() {
  say "$@"
  exit 1
}

case "$(uname -m)" in
  x86_64) rid=linux-x64 ;;
  aarch64) rid=linux-arm64 ;;
  *) fail "there is no librdkafka for $(uname -m)" ;;
esac
cache="${XDG_CACHE_HOME:-$HOME/.cache}/mannam"
library="$cache/librdkafka-$version-$rid.so"
if [ -f "$library" ]; then
  echo "$library"
  exit
fi

mkdir -p "$cache"
# One at a time; who waited finds it made.
exec 9> "$cache/librdkafka.lock"
flock 9
if [ -f "$library" ]; then
  echo "$library"
  exit
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

from_nuget() {
  cat > "$work/get.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>net10.0</TargetFramework><RestorePackagesPath>$work/packages</RestorePackagesPath></PropertyGroup>
  <ItemGroup><PackageDownload Include="librdkafka.redist" Version="[$version]" /></ItemGroup>
</Project>
XML
  dotnet restore "$work/get.csproj" > "$work/restore.log" 2>&1 9>&- < /dev/null &&
    cp "$work/packages/librdkafka.redist/$version/runtimes/$rid/native/librdkafka.so" "$work/made.so"
}

from_source() {
  say "the NuGet feed has no librdkafka.redist $version; compiling it from $npm_package, once for this machine"
  for tool in npm make gcc g++; do
    command -v $tool > /dev/null || fail "$tool is needed to compile librdkafka: apt-get install npm build-essential libssl-dev zlib1g-dev"
  done
  (
    cd "$work"
    npm pack --silent $npm_package
    tar xzf ./*.tgz
    cd package/deps/librdkafka
    ./configure --disable-gssapi --disable-curl
    make -j2 -C src librdkafka.so.1
    cp src/librdkafka.so.1 "$work/made.so"
  ) > "$work/build.log" 2>&1 9>&- < /dev/null || {
    tail -n 20 "$work/build.log" >&2
    fail "librdkafka could not be compiled"
  }
}

from_nuget || from_source
mv "$work/made.so" "$library"
echo "$library"
