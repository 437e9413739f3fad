#!/usr/bin/env bash
# Links a Java runtime for the image out of a JDK: for Dockerfile and runtime-image.sh alike.
#
#   link.sh JDK OUT     OUT must not be there yet
set -euo pipefail

jdk=$1 out=$2
# jdk.jfr is for recordings of a run and Akka's, java.naming and java.sql logback's and Jackson's, java.desktop
# reads images, jdk.httpserver answers probes.
modules=$(cat "$(dirname "$0")/modules")
# Of java.desktop only what reads and draws images is of use in a container. The rest goes: windows, sound, printing
# and text, a fifth of all classes, and the libraries that would drag X11 in. Beans ask for one class of windows.
unused='javax/swing sun/swing com/sun/swing com/sun/java/swing javax/sound com/sun/media/sound javax/print sun/print'
kept=javax/swing/SwingContainer.class
unused_files='/java.desktop/lib/psfont*,/java.base/lib/jrt-fs.jar'
for library in awt_xawt splashscreen jawt jsound fontmanager freetype; do
  unused_files+=,/java.desktop/lib/lib$library.so
done
# By a name that newer releases may not know any more, and older ones do not know yet.
compress=zip-6
case $("$jdk/bin/jlink" --version) in 17* | 18* | 19* | 20*) compress=2 ;; esac

# A package without any class is no part of a module, and jlink wants all of a module's packages: one of each stays.
left_out=$(mktemp)
trap 'rm -f "$left_out"' EXIT
"$jdk/bin/jimage" list --include 'regex:/java.desktop/.*' "$jdk/lib/modules" | sed -n 's|^ *\(.*\.class\)$|\1|p' | sort |
  awk -v roots="$unused" -v kept="$kept" '
    BEGIN { count = split(roots, root) }
    $0 != kept { package = $0; sub("/[^/]*$", "", package); for (i = 1; i <= count; i++)
        if (index($0, root[i] "/") == 1 && seen[package]++) print "/java.desktop/" $0 }' >"$left_out"
[ -s "$left_out" ] || { echo "link: $jdk has nothing of java.desktop that could be left out" >&2; exit 1; }

"$jdk/bin/jlink" --add-modules "$modules" --strip-debug --no-header-files --no-man-pages --compress=$compress \
  --exclude-resources="@$left_out" --exclude-files="$unused_files" --output "$out"
# A sixth of the JVM is names for debuggers.
if command -v strip >/dev/null; then find "$out/lib" -name '*.so' -exec strip --strip-unneeded {} +; fi
# A linked runtime lacks the archive of the JDK's own classes, which starts a JVM in half the time.
"$out/bin/java" -Xshare:dump >/dev/null
