#!/usr/bin/env bash
# Makes a base image out of this machine's own JDK and C library, for machines that reach no registry.
# It has this machine's architecture and is for tests, not for publishing.
#
#   runtime-image.sh [TAG]     TAG is yamabiko-runtime:local where none is given
#
#   JAVA_HOME   the JDK whose runtime the image gets; else the one on the PATH
#   BUSYBOX     a static busybox, by which the image has a shell to look around in a container;
#               nothing else needs one, and without it there is none
#
# An image that was made by this script from the same JDK is kept.
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin # for ldconfig: Debian gives a user's PATH neither

fail() { echo "runtime-image: $1" >&2; exit 1; }

tag=${1:-yamabiko-runtime:local}
[ "$(uname -s)" = Linux ] || fail "only a Linux machine can lend its runtime to an image, and this is $(uname -s)"
jdk=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
[ -x "$jdk/bin/jlink" ] || fail "a JDK with jlink is needed, but $jdk has none; JAVA_HOME names another"
busybox=${BUSYBOX:-}
[ -z "$busybox" ] || [ -x "$busybox" ] || fail "BUSYBOX is $busybox, which cannot be run"
[ -z "$busybox" ] || ! ldd "$busybox" >/dev/null 2>&1 || fail "BUSYBOX is $busybox, which is none that is linked statically"
here=$(CDPATH='' cd -P -- "$(dirname "$0")" && pwd)

made_from=$(cat "$0" "$here/link.sh" "$here/modules" "$jdk/release" ${busybox:+"$busybox"} | sha256sum | cut -c 1-64)
if [ "$(docker image inspect -f '{{ index .Config.Labels "dev.yamabiko.made-from" }}' "$tag" 2>/dev/null)" = "$made_from" ]; then
  echo "runtime-image: $tag is up to date" >&2
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
mkdir -p "$root"/{etc,opt,proc,sys,dev,root,var/tmp,usr/bin,usr/lib,usr/lib64,usr/sbin}
mkdir -m 1777 "$root/tmp"
for d in bin sbin lib lib64; do ln -s "usr/$d" "$root/$d"; done

"$here/link.sh" "$jdk" "$root/opt/java" || fail "the runtime of $jdk cannot be linked"
ln -s ../../opt/java/bin/java "$root/usr/bin/java"

# Shared libraries: what the runtime's own objects need, and what jars with native code, as Netty's,
# and the C library's name service ask for by name.
needed() {
  find "$root/opt/java" -type f \( -name '*.so' -o -path '*/bin/*' \) -print0 |
    xargs -0 -n1 ldd 2>/dev/null | awk '$2 == "=>" && $3 ~ /^\// { print $3 } $1 ~ /^\/.*ld-linux/ { print $1 }'
  for name in libc.so.6 libm.so.6 libdl.so.2 libpthread.so.0 librt.so.1 libresolv.so.2 \
      libstdc++.so.6 libgcc_s.so.1 libnss_dns.so.2 libnss_files.so.2; do
    ldconfig -p | awk -v n="$name" '$1 == n && /x86-64|AArch64/ && !seen++ { print $NF }'
  done
}
needed | grep -v "^$root" | sort -u | while read -r library; do
  install -D -m 755 "$(readlink -f "$library")" "$root/usr${library#/usr}"
done

printf 'root:x:0:0:root:/root:/bin/sh\n' >"$root/etc/passwd"
printf 'root:x:0:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
if [ -n "$busybox" ]; then
  install -m 755 "$busybox" "$root/usr/bin/busybox"
  for applet in sh cat awk grep ls ps nc ip ping sleep kill hostname id env wget mkdir rm; do
    ln -s busybox "$root/usr/bin/$applet"
  done
fi

tar -C "$root" --numeric-owner --owner=0 --group=0 --sort=name --mtime=@0 -cf - . |
  docker import -c 'ENV JAVA_HOME=/opt/java' -c 'ENV LANG=C.UTF-8' -c 'ENV PATH=/opt/java/bin:/usr/bin:/usr/sbin' \
    -c "LABEL dev.yamabiko.made-from=$made_from" - "$tag" >/dev/null
echo "runtime-image: $tag is new" >&2
