#!/usr/bin/env bash
# Links a Java runtime for the image out of a JDK: for Dockerfile and runtime-image.sh alike.
#
#   link.sh JDK OUT     OUT must not be there yet
set -euo pipefail

jdk=$1 out=$2
# jdk.jfr is for recordings of a run and Akka's, java.naming and java.sql logback's and Jackson's, java.desktop
# reads images, jdk.httpserver answers probes.
modules=$(cat "$(dirname "$0")/modules")
# Of java.desktop only what reads and draws images is of use in a container. The rest goes: windows, sound and
# printing, a fifth of all classes, and the libraries that would drag X11 in.
unused='javax/swing sun/swing com/sun/swing com/sun/java/swing javax/sound com/sun/media/sound javax/print sun/print
  sun/awt/X11 sun/java2d/x11 sun/java2d/xr sun/java2d/opengl'
unused_files='/java.desktop/lib/psfont*,/java.base/lib/jrt-fs.jar'
# Without mlib_image the JDK filters images by code of its own.
for library in awt_xawt splashscreen jawt jsound fontmanager freetype mlib_image; do
  unused_files+=,/java.desktop/lib/lib$library.so
done

# A package without any class is no part of a module, and jlink wants all of a module's packages: one of each stays.
left_out=$(mktemp)
trap 'rm -f "$left_out"' EXIT
"$jdk/bin/jmod" list "$jdk/jmods/java.desktop.jmod" | sed -n 's|^classes/||p' | sort |
  awk -v roots="$unused" '
    BEGIN { count = split(roots, root) }
    { package = $0; sub("/[^/]*$", "", package); for (i = 1; i <= count; i++)
        if (index($0, root[i] "/") == 1 && seen[package]++) print "/java.desktop/" $0 }' >"$left_out"
[ -s "$left_out" ] || { echo "link: $jdk has nothing of java.desktop that could be left out" >&2; exit 1; }

"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress=2 \
  --exclude-resources="@$left_out" --exclude-files="$unused_files" --output "$out"
# A sixth of the JVM is names for debuggers.
if command -v strip >/dev/null; then find "$out/lib" -name '*.so' -exec strip --strip-unneeded {} +; fi
# A linked runtime lacks the archive of the JDK's own classes, which starts a JVM in half the time.
"$out/bin/java" -Xshare:dump >/dev/null
