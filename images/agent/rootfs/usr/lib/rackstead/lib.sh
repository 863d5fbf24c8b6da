# What the agent, its steps and its scripts share: paths, talking to people, to the server, to JSON.
# A function's own variables are local (POSIX does not know it, dash and busybox do): a step has its
# own `path`. Capitals are what a function gives back.
# Values from outside are data: quoted, never evaluated, never part of a command's text.
# The roots can be moved, so that a test may run these functions beside a made-up /sys.
LIB=${RACKSTEAD_LIB:-/usr/lib/rackstead}
SYS=${RACKSTEAD_SYS:-/sys}
PROC=${RACKSTEAD_PROC:-/proc}
DEV=${RACKSTEAD_DEV:-/dev}
RUN=${RACKSTEAD_RUN:-/run/rackstead}
STEP=${STEP:-$RUN/step}
SCRATCH=${SCRATCH:-$RUN}
VERSION=1
US=$(printf '\037') # unit separator: no value has it, as control characters are removed
RS=$(printf '\036') # stands for a line break inside a value

# program NAME: PROGRAM is its path. busybox' shell would run its own applet of that name, which can do less.
program() {
  for PROGRAM in "/usr/bin/$1" "/bin/$1" "/usr/sbin/$1" "/sbin/$1" "$1"; do
    [ ! -x "$PROGRAM" ] || return 0
  done
}
program dd && DD=$PROGRAM
program tee && TEE=$PROGRAM
program sha256sum && SHA256SUM=$PROGRAM
program cmp && CMP=$PROGRAM
program blkdiscard && BLKDISCARD=$PROGRAM
program blockdev && BLOCKDEV=$PROGRAM
program modprobe && MODPROBE=$PROGRAM

# ---- people -------------------------------------------------------------------------------

# one line on every console and into the log that goes to the server
say() {
  local line console
  uptime_now
  line=$(printf '[%5s.%s] %s' "$UP" "$UP_CENTI" "$*" | tr -d '\000-\037\177')
  for console in ${RACKSTEAD_CONSOLES-$(cat "$RUN/consoles" 2>/dev/null)}; do
    printf '%s\r\n' "$line" 2>/dev/null >>"$console" || :
  done
  printf '%s\n' "$line" 2>/dev/null >>"$RUN/log" || :
}

# the end of a step: the reason is the last line of its output
die() {
  printf '%s\n' "$*" >&2
  exit 1
}

# seconds and hundredths since the kernel started: a clock that nobody sets
uptime_now() {
  read -r UP UP_CENTI <"$PROC/uptime" || UP=0.00
  UP_CENTI=${UP%% *}
  UP_CENTI=${UP_CENTI#*.}
  UP=${UP%%.*}
}

# ---- small text ---------------------------------------------------------------------------

# TEXT = the first line of a file, without control characters and outer blanks; "" when unreadable
first_line() {
  TEXT=
  [ -r "$1" ] || return 0
  { read -r TEXT <"$1"; } 2>/dev/null || :
  case $TEXT in *[[:cntrl:]]*) TEXT=$(printf '%s' "$TEXT" | tr -d '\000-\037\177') ;; esac
}

is_number() { case $1 in '' | *[!0-9]*) return 1 ;; ???????????????????*) return 1 ;; esac; }

# ---- the step's own data ------------------------------------------------------------------

# flat FILE: JSON as lines of path and value (parted by US), so that it is parsed once: jq takes its time to start
flat() { jq -r -L "$LIB" 'include "text"; flat' "$1"; }

# lookup FILE PATH: VALUE is what such lines have there, "" when nothing
lookup() {
  local key
  VALUE=
  while IFS=$US read -r key VALUE; do
    [ "$key" != "$2" ] || return 0
  done <"$1"
  VALUE=
}

# field PATH: a value of the step as text ("" when absent)
field() {
  lookup "$STEP/work" "$1"
  case $VALUE in *"$RS"*) VALUE=$(printf '%s' "$VALUE" | tr '\036' '\n') ;; esac
  printf '%s' "$VALUE"
}

# number PATH: a whole number of the step, or the end
number() {
  lookup "$STEP/work" "$1"
  is_number "$VALUE" || die "the step's $1 is not a number: $VALUE"
  printf '%s' "$VALUE"
}

# facts FILTER [jq arguments]: what the step found out
facts() {
  local filter=$1
  shift
  jq -n "$@" -L "$LIB" "include \"text\"; $filter" >"$STEP/facts.new" && mv "$STEP/facts.new" "$STEP/facts.json"
}

# progress DONE TOTAL RATE: picked up by the agent while the step runs
progress() {
  printf '%s %s %s\n' "$1" "$2" "$3" >"$STEP/progress.new" && mv "$STEP/progress.new" "$STEP/progress"
}

# progress_of PID FD OFFSET TOTAL: how far a copying process has come, from the place in its file
progress_of() {
  local last=$3 before position now
  uptime_now
  before=$UP
  while sleep 2 && [ -e "$PROC/$1/fdinfo/$2" ]; do
    position=0
    { read -r _ position <"$PROC/$1/fdinfo/$2"; } 2>/dev/null || break
    is_number "$position" || continue
    uptime_now
    [ "$UP" -gt "$before" ] || continue
    now=$((position + $3))
    progress "$now" "$4" $(((now - last) / (UP - before)))
    last=$now before=$UP
  done
}

# ---- the server ---------------------------------------------------------------------------

# call METHOD PATH [FILE]: one request; CODE is the status (000: none came), the body $SCRATCH/reply.
# The token comes from a file: a process list shows arguments.
call() {
  local method=$1 path=$2 body=${3:-}
  rm -f "$SCRATCH/reply"
  set -- -sS -g -X "$method" --proto '=http,https' --connect-timeout 10 --max-time "${CALL_LIMIT:-45}" \
    --max-filesize 33554432 -D "$SCRATCH/headers" -o "$SCRATCH/reply" -w '%{http_code}' \
    -H 'Content-Type: application/json'
  [ ! -e "$RUN/authorization" ] || set -- "$@" -H "@$RUN/authorization"
  [ -z "${PIN:-}" ] || set -- "$@" -k --pinnedpubkey "$PIN"
  [ -z "$body" ] || set -- "$@" --data-binary "@$body"
  CODE=$(curl "$@" "$SERVER$path" 2>"$SCRATCH/call.err") || CODE=000
  [ -e "$SCRATCH/reply" ] || : >"$SCRATCH/reply"
  case $CODE in 2?? | 4?? | 5??) ;; *) CODE=000 ;; esac
}

# why the last call was no success, in one line
call_reason() {
  if [ "$CODE" = 000 ]; then
    reason=$(tail -n 1 "$SCRATCH/call.err" | cut -c 1-300)
  else
    reason="HTTP $CODE $(jq -r '.error // ""' "$SCRATCH/reply" 2>/dev/null | head -n 1 | cut -c 1-300)"
  fi
}

# insist METHOD PATH [FILE]: again until there is an answer to act on (2xx, 403, 410). It shows on the
# console which URL fails and why, at once and then each 10 s.
insist() {
  local pause=1 told=-10
  while :; do
    call "$@"
    case $CODE in 2?? | 403 | 410) return 0 ;; 4??) pause=10 ;; esac
    uptime_now
    if [ $((UP - told)) -ge 10 ]; then
      call_reason
      told=$UP
      say "$1 $SERVER$2 fails: $reason (trying again)"
    fi
    sleep "$pause"
    [ "$pause" -ge 8 ] || pause=$((pause * 2))
  done
}

# fetch PATH SHA256 FILE: a file from the server, exactly as it was described, or the end
fetch() {
  case $1 in /*) ;; *) die "the file to fetch has no path on the server: $1" ;; esac
  local tries=0 sum
  while :; do
    CALL_LIMIT=600
    call GET "$1"
    CALL_LIMIT=45
    [ "$CODE" != 200 ] || break
    tries=$((tries + 1))
    call_reason
    case $CODE in 4??) tries=99 ;; esac
    [ "$tries" -lt 5 ] || die "fetching $SERVER$1 failed: $reason"
    sleep "$tries"
  done
  sum=$("$SHA256SUM" <"$SCRATCH/reply") || die "sha256sum failed on $1"
  [ "${sum%% *}" = "$2" ] || die "$1 has SHA-256 ${sum%% *} where $2 was announced"
  mv "$SCRATCH/reply" "$3"
}

# kernel_argument NAME: ARGUMENT is its value on the kernel line, "" without
kernel_argument() {
  local argument
  ARGUMENT=
  set -f
  for argument in $(cat "$PROC/cmdline"); do
    case $argument in "$1"=*) ARGUMENT=${argument#*=} ;; esac
  done
  set +f
}

# the NICs that are hardware: a line for each with its name and MAC
real_nics() {
  for nic in "$SYS"/class/net/*; do
    [ -e "$nic/device" ] || continue
    first_line "$nic/address"
    echo "${nic##*/} $TEXT"
  done
}
