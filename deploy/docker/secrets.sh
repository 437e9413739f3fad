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

fail() { echo "secrets: $1" >&2; exit 1; }

# What the command says is shown only where it fails: the JVM and a new authority have something to say, too.
said=$(mktemp)
trap 'rm -f "$said"' EXIT
yamabiko() {
  docker run --rm --no-healthcheck --network none --read-only --tmpfs /tmp --cap-drop ALL \
    --user "$(id -u):$(id -g)" -v "$secrets:/secrets" "$image" "$@" 2>"$said" ||
    { local code=$?; cat "$said" >&2; fail "$image has not made it: yamabiko $1 ended with exit code $code"; }
}

# An engine makes a directory, its own, of whatever a container is to see and is not there.
[ ! -d "$secrets/tokens" ] ||
  fail "$secrets/tokens is a directory, as a container engine makes it where the file was missing; remove it (sudo rmdir) and call this again"
(umask 077 && mkdir -p "$secrets")
[ -w "$secrets" ] && { [ ! -d "$secrets/nodes" ] || [ -w "$secrets/nodes" ]; } ||
  fail "$secrets, or nodes in it, belongs to somebody else, as where a container engine has made it; remove it (sudo rm -r) and call this again"

if [ ! -e "$secrets/nodes/tls.key" ]; then
  yamabiko certs --out /secrets --node nodes --host "$hosts"
  chmod 755 "$secrets/nodes" && chmod 644 "$secrets"/nodes/*
fi
if [ ! -s "$secrets/tokens" ]; then
  answer=$(yamabiko token --name admin --role admin --json)
  # Its standard error has the entry, and what the JVM has to say.
  token=$(sed -n 's/.*"token":"\([^"]*\)".*/\1/p' <<<"$answer") entry=$(grep '^{' "$said") && [ -n "$token" ] ||
    { cat "$said" >&2; fail "$image has printed no token, or no entry for it"; }
  printf '%s\n' "$token" >"$secrets/admin.token"
  printf 'tokens = [ %s ]\n' "$entry" >"$secrets/tokens"
  chmod 644 "$secrets/tokens"
fi

cat >&2 <<EOF
A client of this coordinator:

  yamabiko workers --server https://localhost:8080 \\
    --ca $secrets/nodes/ca.crt --token-file $secrets/admin.token
EOF
