# A container engine for the tests, for .ci/run to source: choose_engine, start_engine, stop_engine.
#
# An engine that answers already is used and left alone. Else one is started by hand, as neither systemd
# nor a registry may be at hand, with all of its files in a directory of its own; it is stopped, and
# they go, with the script. Its programs come from Debian's packages where they are missing.

engine='' # directory of an engine that is started here

# Says by DOCKER_HOST where the engine is, or will be.
choose_engine() {
  docker info >/dev/null 2>&1 && return 0
  [ "$(id -u)" = 0 ] || { echo "no container engine answers, and only root can start one" >&2; return 1; }
  engine=$(mktemp -d)
  export DOCKER_HOST=unix://$engine/docker.sock
}

# The one that was chosen, unless it answers already; may take a minute where it is to be installed.
start_engine() {
  [ -n "$engine" ] || return 0
  install_missing
  # A session of its own, no inherited input and no inherited pipe: it ends when it is told to, and
  # nobody who reads this script's output waits for it.
  setsid dockerd --host "$DOCKER_HOST" --ip 127.0.0.1 --data-root "$engine/data" --exec-root "$engine/exec" \
    --pidfile "$engine/dockerd.pid" >"$engine/dockerd.log" 2>&1 </dev/null &
  echo $! >"$engine/started" # sooner than its own file is there
  for _ in $(seq 120); do
    docker info >/dev/null 2>&1 && return 0
    kill -0 $! 2>/dev/null || break
    sleep 0.5
  done
  echo "the container engine does not answer; the end of its log:" >&2
  tail -n 20 "$engine/dockerd.log" >&2
  return 1
}

install_missing() {
  local packages=()
  command -v dockerd >/dev/null || packages+=(docker.io)
  command -v iptables >/dev/null || packages+=(iptables)
  if [ ${#packages[@]} -gt 0 ]; then install_packages "${packages[@]}"; fi
  # Newer releases have the client in a package of its own.
  command -v docker >/dev/null || install_packages docker-cli
}

install_packages() {
  echo "installing $*"
  apt-get -qq update
  # Run level 1 starts no services. In a session of its own: once begun, it is not ended half-way.
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive setsid -w apt-get -qq -o DPkg::Lock::Timeout=300 \
    install -y --no-install-recommends "$@" </dev/null >/dev/null
}

stop_engine() {
  [ -n "$engine" ] || return 0
  docker ps -aq | xargs -r docker rm -f >/dev/null || true
  local pid
  if pid=$(cat "$engine/started" 2>/dev/null); then
    kill -TERM "$pid" 2>/dev/null || true # its containerd ends with it
    for _ in $(seq 60); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.5
    done
  fi
  umount "$engine"/exec/netns/* 2>/dev/null || true
  rm -rf "$engine"
}
