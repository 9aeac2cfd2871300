#!/bin/bash
# What fresh.sh runs inside the bare root: inside.sh PART CHECKOUT
set -u
part=$1
cd "$2" || exit 1

# `up` until it is ready, one request, and its end.
up() {
  local errors out line code
  out=$(mktemp) errors=$(mktemp)
  ./mannam up --port 0 > "$out" 2> "$errors" &
  local process=$!
  until line=$(grep -m 1 '^ready ' "$out"); do
    kill -0 "$process" 2> /dev/null || { cat "$errors"; echo "up: ended before it was ready"; return 1; }
    sleep 0.2
  done
  line=${line#ready http://}
  exec 3<> "/dev/tcp/${line%:*}/${line#*:}"
  printf 'GET /taxi/catches HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "$line" >&3
  read -r -u 3 _ code _
  exec 3>&-
  kill -TERM "$process"
  wait "$process"
  local status=$?
  cat "$errors"
  echo "up: ready after $SECONDS s, answered $code, ended with $status"
  [ "$code" = 200 ] && [ "$status" = 0 ]
}

if [ "$part" != odd ]; then
  if [ "${MANNAM_TEST_ALL:-1}" = 0 ]; then ./mannam test; else ./mannam test --all; fi
  exit
fi
umask 077
failed=0
up || failed=1
./mannam test Mannam.Tests.Host. || failed=1
./mannam test Mannam.Tests.Chassis.Kafka. || failed=1
exit "$failed"
