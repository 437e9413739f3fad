#!/usr/bin/env bash
# Makes what compose.yaml wants in deploy/docker/secrets, out of the image itself: an authority, one
# certificate for all nodes, and the token of a first user, who is an admin. What is there is kept.
#
#   secrets.sh [HOST...]     names, beside localhost, by which clients know the coordinator
#
#   YAMABIKO_IMAGE   yamabiko:local where it is not set
#
# Nobody else may look into the directory; what containers read below it is readable for their user.
set -euo pipefail

here=$(CDPATH='' cd -P -- "$(dirname "$0")" && pwd)
secrets=$here/secrets
image=${YAMABIKO_IMAGE:-yamabiko:local}
hosts=$(IFS=,; echo "coordinator,localhost,127.0.0.1${*:+,}$*")

yamabiko() {
  docker run --rm --no-healthcheck --network none --read-only --tmpfs /tmp --cap-drop ALL \
    --user "$(id -u):$(id -g)" -v "$secrets:/secrets" "$image" "$@"
}

(umask 077 && mkdir -p "$secrets")
if [ ! -e "$secrets/nodes/tls.key" ]; then
  yamabiko certs --out /secrets --node nodes --host "$hosts" 2>/dev/null
  chmod 755 "$secrets/nodes" && chmod 644 "$secrets"/nodes/*
fi
if [ ! -e "$secrets/tokens" ]; then
  answer=$(yamabiko token --name admin --role admin --json 2>"$secrets/entry" | tail -n 1)
  sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$answer" >"$secrets/admin.token"
  # Its standard error has the entry, and what the JVM has to say.
  printf 'tokens = [ %s ]\n' "$(grep '^{' "$secrets/entry")" >"$secrets/tokens"
  rm "$secrets/entry"
  chmod 644 "$secrets/tokens"
fi

cat >&2 <<EOF
A client of this coordinator:

  yamabiko workers --server https://localhost:8080 \\
    --ca $secrets/nodes/ca.crt --token-file $secrets/admin.token
EOF
