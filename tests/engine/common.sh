# Sourced by up and down: where the engine of the tests keeps its things, and how to tell it from another one.

# shellcheck shell=bash disable=SC2034
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
cache=${TCGEN_ENGINE_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/tcgen-engine}
pid_file=$cache/dockerd.pid
log_file=$cache/dockerd.log
socket_file=$cache/socket
owner_file=$cache/owner
# Two caches are two engines: each has a bridge and addresses of its own.
cache_number=$(($(printf '%s' "$cache" | cksum | cut -d' ' -f1) % 250))
bridge=tcgen$cache_number

say() { printf 'engine: %s\n' "$*" >&2; }

# Prints the process id of the dockerd that `up` started, if it still runs. A recycled pid is not it.
own_dockerd() {
    local pid
    pid=$(cat "$pid_file" 2>/dev/null) || return 1
    tr '\0' '\n' 2>/dev/null <"/proc/$pid/cmdline" | grep -xF -- "--pidfile=$pid_file" >/dev/null || return 1
    echo "$pid"
}
