#!/usr/bin/env bash
# A cluster of three machines on this one, to try and to break: see usage below, or --help.
#
# A machine is a network namespace with a nats-server and a `dure node`. A fourth namespace routes
# between them and to the caller, so cutting a machine off is a rule there and changes nothing of the
# host's own network. Namespaces have no names: each lives as long as a process that holds it.
set -euo pipefail

PATH=$PATH:/usr/sbin:/sbin # Where Debian keeps ip and nats-server, and sudo may not look.
root=$(cd "$(dirname "$0")/.." && pwd)
readonly root binary=${DURE_BINARY:-$root/build/release/dure}
readonly default_dir=${XDG_RUNTIME_DIR:-/tmp}/dure-local-cluster
readonly machines=(n1 n2 n3)
readonly gateway_port=8080 nats_port=4222 route_port=6222 monitor_port=8222
readonly cut_preference=100 # Of the rules that drop what goes between machines.

dir=${DURE_CLUSTER_DIR:-$default_dir}
patience=60
keep=no
one_way=no
follow=no
started=no

usage() {
  cat <<'TEXT'
usage: deploy/local-cluster.sh COMMAND [NAME] [--dir DIR]     as root

Three machines, n1, n2 and n3, each with a nats-server and a `dure node` of the same name.

  up [--wait SECONDS]   starts all and waits until they are ready (60; 0: does not wait)
  status                a line for each: name, pid, state, gateway, NATS
  kill NAME             kill -9 of the node; its nats-server stays
  kill-machine NAME     kill -9 of node and nats-server
  start NAME            starts again what was killed
  pause NAME            stops the node in its tracks (SIGSTOP); its nats-server stays
  resume NAME           lets it go on
  partition NAME        drops all between this machine and the others, without a word to either;
                        you still reach its gateway. With --one-way: what it sends is dropped, and
                        it still hears the others
  heal                  ends all partitions
  logs NAME [--follow]  the last lines of node and nats-server
  down [--keep]         ends all and removes it; --keep leaves the data for the next up

--dir DIR (or DURE_CLUSTER_DIR) holds data and state; clusters in different folders run side by side.
Without it: ${XDG_RUNTIME_DIR:-/tmp}/dure-local-cluster. DURE_BINARY names another binary than
build/release/dure.
TEXT
}

say() { printf '%s\n' "$*"; }

die() {
  printf 'local-cluster: %s\n' "$*" >&2
  exit 1
}

misused() {
  printf 'local-cluster: %s\nTry: deploy/local-cluster.sh --help\n' "$*" >&2
  exit 2
}

# --- Processes: a file with pid and start time, so that a pid used again is never taken for ours.

# Prints a process' field of /proc/PID/stat, counted from 3 (its state); nothing when it is gone.
stat_field() {
  local stat fields
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  read -ra fields <<<"${stat##*) }"
  printf '%s' "${fields[$2 - 3]}"
}

remember() {
  printf '%s %s\n' "$2" "$(stat_field "$2" 22)" >"$dir/run/$1"
}

# Prints the pid of what was started as run/$1, if it lives.
pid_of() {
  local pid born
  read -r pid born 2>/dev/null <"$dir/run/$1" || return 1
  # Without a start time it was gone before it could be remembered.
  [ -n "$born" ] && [ "$(stat_field "$pid" 22)" = "$born" ] && [ "$(stat_field "$pid" 3)" != Z ] || return 1
  printf '%s' "$pid"
}

# Sends signal $2 to run/$1, if it lives.
signal() {
  local pid
  if pid=$(pid_of "$1"); then kill "-$2" "$pid" 2>/dev/null || true; fi
}

# Returns whether run/$1 is gone within $2 tenths of a second.
is_gone_within() {
  local tries=$2
  while pid_of "$1" >/dev/null; do
    [ "$tries" -gt 0 ] || return 1
    tries=$((tries - 1))
    sleep 0.1
  done
}

end_now() {
  signal "$1" KILL
  is_gone_within "$1" 100 || die "could not end process $(pid_of "$1")"
}

# Runs a command in the namespace that run/$1 holds.
inside() {
  local pid
  pid=$(pid_of "$1") || die "the network of ${1%.net} is gone; run: deploy/local-cluster.sh down"
  shift
  nsenter --target "$pid" --net -- "$@"
}

# Starts a command as run/$2 in the namespace of run/$1; what it says goes to the file $3.
spawn() {
  local holder file=$2 output=$3
  holder=$(pid_of "$1") || die "the network of ${1%.net} is gone; run: deploy/local-cluster.sh down"
  shift 3
  setsid nsenter --target "$holder" --net -- "$@" >>"$output" 2>&1 </dev/null &
  remember "$file" $!
}

# --- The network: P.254 is the caller's end, P.1 the router, P.11 to P.13 the machines.

prefix() { cat "$dir/run/prefix"; }

address() { printf '%s.1%s' "$(prefix)" "${1#n}"; }

gateway() { printf 'http://%s:%s' "$(address "$1")" "$gateway_port"; }

# Prints the first three numbers of a network that no route of ours leads to.
free_prefix() {
  # shellcheck disable=SC2016 # $1 is awk's.
  local candidate narrow='$1 != "default" { split($1, at, "/"); if (at[2] >= 16) print }'
  for _ in $(seq 100); do
    candidate=10.$((RANDOM % 235 + 20)).$((RANDOM % 256))
    if [ -z "$(ip -4 route show root "$candidate.0/24")" ] &&
      [ -z "$(ip -4 route show match "$candidate.0/24" | awk "$narrow")" ]; then
      printf '%s' "$candidate"
      return
    fi
  done
  die 'found no free network in 10.0.0.0/8'
}

# Starts a process that does nothing but hold a network namespace.
hold_namespace() {
  local pid own
  own=$(readlink /proc/self/ns/net)
  setsid unshare --net -- sleep infinity >/dev/null 2>&1 </dev/null &
  pid=$!
  remember "$1" "$pid"
  for _ in $(seq 50); do
    if [ "$(readlink "/proc/$pid/ns/net" 2>/dev/null || echo "$own")" != "$own" ]; then return; fi
    sleep 0.02
  done
  die 'cannot make a network namespace here; a container needs --privileged'
}

make_network() {
  local p link
  p=$(free_prefix)
  link=dure$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  printf '%s' "$p" >"$dir/run/prefix"
  printf '%s' "$link" >"$dir/run/link"
  hold_namespace router.net
  # Strict reverse paths would drop what a one-way cut lets through.
  inside router.net sh -c 'cd /proc/sys/net/ipv4 && echo 1 >ip_forward &&
    echo 0 >conf/all/rp_filter && echo 0 >conf/default/rp_filter' 2>/dev/null ||
    die 'may not let a namespace route (/proc/sys is read-only); a container needs --privileged'
  ip link add "$link" type veth peer name caller netns "$(pid_of router.net)"
  join router.net caller "$p.1" "$p.254"
  ip address add "$p.254/32" dev "$link"
  ip link set "$link" up
  ip route add "$p.1" dev "$link" src "$p.254"
  ip route add "$p.0/24" via "$p.1" dev "$link" src "$p.254"
  for name in "${machines[@]}"; do
    hold_namespace "$name.net"
    inside router.net ip link add "$name" type veth peer name eth0 netns "$(pid_of "$name.net")"
    join router.net "$name" "$p.1" "$(address "$name")"
    inside "$name.net" ip link set lo up
    join "$name.net" eth0 "$(address "$name")" "$p.1"
    inside "$name.net" ip route add default via "$p.1" dev eth0
  done
}

# Gives device $2 in the namespace of run/$1 the address $3 and the neighbour $4.
join() {
  inside "$1" ip address add "$3/32" dev "$2"
  inside "$1" ip link set "$2" up
  inside "$1" ip route add "$4" dev "$2" src "$3"
}

# --- Machines

write_nats_config() {
  local name=$1 other routes=
  for other in "${machines[@]}"; do routes+=" \"nats://$(address "$other"):$route_port\","; done
  cat >"$dir/$name/nats.conf" <<CONF
server_name: $name
listen: "$(address "$name"):$nats_port"
http: "$(address "$name"):$monitor_port"
log_file: "$dir/$name/nats.log"
jetstream {
  store_dir: "$dir/$name/nats"
  sync_interval: always
}
cluster {
  name: dure
  listen: "$(address "$name"):$route_port"
  routes: [$routes ]
}
CONF
}

start_nats() {
  spawn "$1.net" "$1.nats" "$dir/$1/nats.log" nats-server -c "$dir/$1/nats.conf"
}

# Prints how much a machine's nats-server has logged so far.
logged() { stat -c %s "$dir/$1/nats.log" 2>/dev/null || printf 0; }

# Returns whether a nats-server has logged who leads JetStream, from byte $2 on, within 12 s.
learns_leader() {
  for _ in $(seq 120); do
    if tail -c "+$(($2 + 1))" "$dir/$1/nats.log" 2>/dev/null | grep -q 'metadata leader'; then return; fi
    sleep 0.1
  done
  return 1
}

# A nats-server (2.10.27) that stands for election while another one wins may never learn who did, and
# is counted as away from then on; two to five in 100 clusters begin so. Started again, it learns.
start_all_nats() {
  local name before=()
  for name in "${machines[@]}"; do
    before+=("$(logged "$name")")
    start_nats "$name"
  done
  for name in "${machines[@]}"; do
    learns_leader "$name" "${before[0]}" || { end_now "$name.nats" && start_nats "$name"; }
    before=("${before[@]:1}")
  done
}

start_node() {
  spawn "$1.net" "$1.node" "$dir/$1/node.out" "$binary" node --name "$1" --cluster dure \
    --data "$dir/$1/data" --nats "nats://$(address "$1"):$nats_port" \
    --listen "$(address "$1"):$gateway_port" --insecure-listen
}

state_of() {
  local pid state=running
  if ! pid=$(pid_of "$1.node"); then
    state=killed
  elif [ "$(stat_field "$pid" 3)" = T ]; then
    state=paused
  fi
  if [ -e "$dir/run/$1.cut" ]; then
    if [ "$state" = running ]; then state=partitioned; else state+=,partitioned; fi
  fi
  printf '%s' "$state"
}

# Returns whether /readyz of a node says 200; prints what it says otherwise.
is_ready() {
  local answer code
  if ! pid_of "$1.nats" >/dev/null; then
    say "its nats-server has ended: $(tail -n 1 "$dir/$1/nats.log")"
    return 1
  elif ! pid_of "$1.node" >/dev/null; then
    say "it has ended: $(tail -n 5 "$dir/$1/node.out")"
    return 1
  fi
  answer=$(curl -s -m 2 -w '\n%{http_code}' "$(gateway "$1")/readyz?verbose=true") || true
  code=${answer##*$'\n'}
  if [ "$code" = 200 ]; then return; fi
  if [ "$code" = 000 ]; then say 'its gateway does not answer'; else reasons <<<"$answer"; fi
  return 1
}

# Prints which parts of the /readyz on standard input are not ready.
reasons() {
  python3 -c '
import json, sys
parts = json.loads(sys.stdin.readline()).get("components", [])
print("; ".join(part["component"] + ": " + part["detail"] for part in parts if not part["ready"]))'
}

# Waits until all are ready at once; says which is not and why when that takes too long.
wait_ready() {
  local until=$((SECONDS + patience)) name why
  until all_ready; do
    if [ "$SECONDS" -ge "$until" ] || ! all_live; then
      for name in "${machines[@]}"; do
        why=$(is_ready "$name") || say "$name is not ready: $why"
      done >&2
      die "not ready after $SECONDS s; the rest runs on: see 'status', 'logs NAME', or end it with 'down'"
    fi
    sleep 0.2
  done
}

all_live() {
  local name
  for name in "${machines[@]}"; do
    pid_of "$name.nats" >/dev/null && pid_of "$name.node" >/dev/null || return 1
  done
}

all_ready() {
  local name
  for name in "${machines[@]}"; do is_ready "$name" >/dev/null || return 1; done
}

# --- Commands

check_machine() {
  local tool
  [ "$(id -u)" -eq 0 ] || die 'needs root, to make network namespaces: sudo deploy/local-cluster.sh …'
  for tool in ip nsenter unshare setsid curl python3; do
    command -v "$tool" >/dev/null || die "$tool is not installed: deploy/install-deps.sh --tests"
  done
}

need_cluster() {
  [ -e "$dir/run/prefix" ] || die "there is no cluster in $dir; start one: deploy/local-cluster.sh up"
}

need_machine() {
  [ -n "${1:-}" ] || misused "which machine? ${machines[*]}"
  [[ " ${machines[*]} " == *" $1 "* ]] || misused "there is no machine $1, only ${machines[*]}"
  need_cluster
}

up() {
  local name
  command -v nats-server >/dev/null || die 'nats-server is not installed: deploy/install-nats-server.sh'
  [ -x "$binary" ] || die "$binary is missing; build it: cmake --preset release && cmake --build --preset release"
  mkdir -p "$dir"
  mkdir "$dir/run" 2>/dev/null || die "a cluster is in $dir already; see 'status', end it with 'down'"
  trap '[ "$started" = yes ] || { keep=yes; down >/dev/null; }' EXIT
  make_network
  for name in "${machines[@]}"; do
    mkdir -p "$dir/$name"
    write_nats_config "$name"
  done
  start_all_nats
  for name in "${machines[@]}"; do start_node "$name"; done
  started=yes
  if [ "$patience" -gt 0 ]; then wait_ready; fi
  status
  printf '\nGo on:\n'
  if [ "$dir" != "$default_dir" ]; then say "  export DURE_CLUSTER_DIR=$dir"; fi
  cat <<TEXT
  curl -F file=@$root/deploy/sample/zlib.3.pdf $(gateway n1)/upload
  curl $(gateway n2)/api/v1/shards     # who leads what
  $0 kill n1     # and ask n2 for your job
  $0 down
TEXT
}

status() {
  local name pid nats
  for name in "${machines[@]}"; do
    pid=$(pid_of "$name.node") || pid=-
    nats=nats://$(address "$name"):$nats_port
    pid_of "$name.nats" >/dev/null || nats+=' (killed)'
    printf '%-4s %-8s %-20s %-26s %s\n' "$name" "$pid" "$(state_of "$name")" "$(gateway "$name")" "$nats"
  done
}

start() {
  local started=
  if ! pid_of "$1.nats" >/dev/null; then
    start_nats "$1"
    started=' and its nats-server'
  fi
  if pid_of "$1.node" >/dev/null; then
    [ -n "$started" ] || die "$1 runs already"
    say "started the nats-server of $1"
  else
    start_node "$1"
    say "started $1$started: $(gateway "$1")"
  fi
}

# Sends STOP or CONT to a node that lives.
send_to_node() {
  pid_of "$1.node" >/dev/null || die "$1 does not run; start it: deploy/local-cluster.sh start $1"
  signal "$1.node" "$2"
}

drop() {
  inside router.net ip rule add preference "$cut_preference" \
    from "$(address "$1")" to "$(address "$2")" blackhole
}

partition() {
  local other
  [ ! -e "$dir/run/$1.cut" ] || die "$1 is cut off already; end that: deploy/local-cluster.sh heal"
  for other in "${machines[@]}"; do
    if [ "$other" = "$1" ]; then continue; fi
    drop "$1" "$other"
    if [ "$one_way" = no ]; then drop "$other" "$1"; fi
  done
  touch "$dir/run/$1.cut"
}

heal() {
  while inside router.net ip rule delete preference "$cut_preference" 2>/dev/null; do :; done
  rm -f "$dir"/run/*.cut
}

logs() {
  local options=(-n 30)
  if [ "$follow" = yes ]; then options+=(-F); fi
  # A node that never came up has no dure.log.
  tail "${options[@]}" "$dir/$1/nats.log" "$dir/$1/data/dure.log" "$dir/$1/node.out" || true
}

# Prints the pids of handlers that a killed node has left: all else in the namespace of run/$1.
leftovers() {
  local holder namespace path pid
  holder=$(pid_of "$1") || return 0
  namespace=$(readlink "/proc/$holder/ns/net" | tr -dc 0-9)
  find /proc/[0-9]*/ns/net -maxdepth 0 -lname "net:*$namespace*" 2>/dev/null |
    while read -r path; do
      pid=${path#/proc/}
      pid=${pid%%/*}
      if [ "$pid" != "$holder" ]; then printf '%s\n' "$pid"; fi
    done || true
}

end_leftovers() {
  local pids
  for _ in $(seq 100); do
    mapfile -t pids < <(leftovers "$1")
    if [ "${#pids[@]}" -eq 0 ]; then return; fi
    kill -KILL "${pids[@]}" 2>/dev/null || true
    sleep 0.1
  done
  die "could not end processes ${pids[*]}"
}

down() {
  local name file
  for name in "${machines[@]}"; do
    # Kept data deserves a proper end; what is thrown away does not.
    if [ "$keep" = yes ]; then
      signal "$name.node" TERM
      signal "$name.node" CONT
    fi
  done
  for name in "${machines[@]}"; do
    if [ "$keep" = yes ]; then is_gone_within "$name.node" 100 || true; fi
    end_now "$name.node"
  done
  for name in "${machines[@]}"; do
    end_now "$name.nats"
    end_leftovers "$name.net"
    end_now "$name.net"
  done
  file=$dir/run/link
  if [ -e "$file" ]; then ip link delete "$(cat "$file")" 2>/dev/null || true; fi
  end_now router.net
  rm -rf "$dir/run"
  if [ "$keep" = no ]; then
    for name in "${machines[@]}"; do rm -rf "${dir:?}/$name"; done
  fi
  rmdir "$dir" 2>/dev/null || [ "$keep" = yes ] || say "left in $dir: what others put there"
}

main() {
  local words=() command name
  while [ $# -gt 0 ]; do
    case "$1" in
      -h | --help) usage && exit ;;
      --dir) dir=${2:?--dir takes a folder} && shift ;;
      --dir=*) dir=${1#--dir=} ;;
      --wait) patience=${2:?--wait takes seconds} && shift ;;
      --wait=*) patience=${1#--wait=} ;;
      --keep) keep=yes ;;
      --one-way) one_way=yes ;;
      -f | --follow) follow=yes ;;
      -*) misused "there is no option $1" ;;
      *) words+=("$1") ;;
    esac
    shift
  done
  [ "${#words[@]}" -gt 0 ] || { usage >&2 && exit 2; }
  [[ "$patience" =~ ^[0-9]+$ ]] || misused '--wait takes whole seconds'
  if [ "${dir#/}" = "$dir" ]; then dir=$PWD/$dir; fi
  command=${words[0]} name=${words[1]:-}
  case "$command" in
    up) check_machine && up ;;
    status) need_cluster && status ;;
    kill) check_machine && need_machine "$name" && end_now "$name.node" ;;
    kill-machine)
      check_machine && need_machine "$name"
      signal "$name.node" KILL
      end_now "$name.nats"
      end_now "$name.node"
      ;;
    start) check_machine && need_machine "$name" && start "$name" ;;
    pause) check_machine && need_machine "$name" && send_to_node "$name" STOP ;;
    resume) check_machine && need_machine "$name" && send_to_node "$name" CONT ;;
    partition) check_machine && need_machine "$name" && partition "$name" ;;
    heal) check_machine && need_cluster && heal ;;
    logs) need_machine "$name" && logs "$name" ;;
    down)
      check_machine
      [ -d "$dir/run" ] || [ -d "$dir/n1" ] || die "there is no cluster in $dir"
      down
      ;;
    *) misused "there is no command $command" ;;
  esac
}

main "$@"
