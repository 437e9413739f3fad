#!/usr/bin/env bash
# Builds the image of a node from the jars in deploy/target/lib, which `mvn package` puts there.
#
#   image.sh [TAG]     TAG is yamabiko:local where none is given
#
#   BASE   the base image; else one of this machine's own runtime (runtime-image.sh) on Linux, which
#          needs no registry, and the Dockerfile's default elsewhere
set -euo pipefail

here=$(CDPATH='' cd -P -- "$(dirname "$0")" && pwd)
tag=${1:-yamabiko:local}
compgen -G "$here/../target/lib/yamabiko-deploy-*.jar" >/dev/null && [ -s "$here/../target/image/classpath" ] ||
  { echo "image: there is no deploy/target/lib/yamabiko-deploy-*.jar with deploy/target/image/classpath; mvn package makes both" >&2; exit 1; }

base=${BASE:-}
if [ -z "$base" ] && [ "$(uname -s)" = Linux ]; then
  base=yamabiko-runtime:local
  "$here/runtime-image.sh" "$base"
fi
jar=$(cd "$here/../target/lib" && echo yamabiko-deploy-*.jar)
version=${jar#yamabiko-deploy-} version=${version%.jar}
revision=$(git -C "$here" rev-parse HEAD 2>/dev/null || echo unknown)

# The classic builder runs every stage, wanted or not: with a base, those before the mark are left out.
recipe() {
  if [ -n "$base" ]; then
    echo 'ARG BASE'
    sed '1,/begins here/d' "$here/Dockerfile"
  else
    cat "$here/Dockerfile"
  fi
}
before=$(docker image inspect -f '{{ .Id }}' "$tag" 2>/dev/null || true)
recipe | docker build -q -f - ${base:+--build-arg "BASE=$base"} --build-arg "VERSION=$version" \
  --build-arg "REVISION=$revision" -t "$tag" "$here/.."
# What the tag has left would pile up.
if [ -n "$before" ] && [ "$(docker image inspect -f '{{ .Id }}' "$tag")" != "$before" ]; then
  docker image rm "$before" >/dev/null 2>&1 || true # a container may still use it
fi
