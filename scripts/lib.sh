# Sourced by the scripts beside it: where the tree is, which Node runs it, and how a step reports itself.
# shellcheck shell=bash

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# The tree pins its own Node, because the one a machine has may be too old to run TypeScript directly.
# .cache/node holds the copy that exists before the first install.
export PATH="$root/node_modules/.bin:$root/.cache/node/node_modules/.bin:$PATH"

# Exit statuses are those of the command line tool: 69 means that the machine lacks something.
# shellcheck disable=SC2034 # read by the scripts that source this
readonly EXIT_ENVIRONMENT=69

# say LINE…: one line each.
say() { printf '%s\n' "$@"; }

# fail STATUS MESSAGE…: stop with one message on stderr.
fail() {
  local status=$1
  shift
  printf '%s\n' "$@" >&2
  exit "$status"
}

# Milliseconds since the epoch. The decimal sign follows the locale, so only digits are kept; the bash of macOS is too
# old for that variable and gets whole seconds.
now_ms() {
  local us=${EPOCHREALTIME:-$(date +%s)000000}
  us=${us//[!0-9]/}
  printf '%s' "$((us / 1000))"
}

seconds_since() {
  local ms=$(($(now_ms) - $1))
  printf '%d.%01d s\n' "$((ms / 1000))" "$((ms % 1000 / 100))"
}

# step TEXT COMMAND…: say what is being done and how long it took. The output is kept out of the way and its end
# shown when the command fails; HANGAR_VERBOSE=1 shows all of it as it comes.
# The command may be a function: it runs in a subshell that stops at its first failure, which bash would not do for a
# function called on the left of ||.
step() {
  local text=$1 log status started
  shift
  log="$(mktemp)"
  started="$(now_ms)"
  [[ -n ${HANGAR_VERBOSE:-} ]] && say "$text" || printf '%s … ' "$text"
  set +e
  if [[ -n ${HANGAR_VERBOSE:-} ]]; then
    (set -e && "$@") </dev/null
  else
    (set -e && "$@") </dev/null >"$log" 2>&1
  fi
  status=$?
  set -e
  if ((status == 0)); then
    seconds_since "$started"
  else
    say "failed after $(seconds_since "$started") (exit $status)"
    if [[ -s $log ]]; then
      tail -n 40 "$log" >&2
      say "The whole log: $log" >&2
      return "$status"
    fi
  fi
  rm -f "$log"
  return "$status"
}

# within SECONDS COMMAND…: stop the command at the deadline, where there is something to stop it with (not on macOS).
within() {
  if has timeout; then timeout "$@"; else "${@:2}"; fi
}

# wait_until SECONDS COMMAND…: poll for a fact until the deadline.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || return 1
    sleep 0.2
  done
}

# start_daemon SECONDS LOG PROBE COMMAND…: detached, with its own log, so that the pipes of whoever called this close when
# the script ends. Succeeds once the probe does; fails at the deadline, or as soon as the daemon has ended.
start_daemon() {
  local seconds=$1 log=$2 probe=$3
  shift 3
  setsid "$@" </dev/null >>"$log" 2>&1 &
  daemon_pid=$!
  daemon_probe=$probe
  wait_until "$seconds" daemon_answers_or_ended
  "$probe"
}

daemon_answers_or_ended() { "$daemon_probe" || ! kill -0 "$daemon_pid" 2>/dev/null; }

# install_debian_packages PACKAGE…: apt, for root on Debian and its children; the caller checks both. A source of somebody
# else that is down makes the update fail, which need not matter: the installation decides.
install_debian_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update || true
  apt-get install -y --no-install-recommends "$@"
}

is_root() { [[ $(id -u) -eq 0 ]]; }

has() { command -v "$1" >/dev/null 2>&1; }
