#!/bin/sh
# chassis.sh NAME get|set PARM [VALUE]... - ipmi_sim's chassis control program:
# power, reset, shutdown, boot and identify of the lab's VM NAME (see vm.sh).
# ipmi_sim passes of the boot flags only the device: none pxe default cdrom bios
# ("disk" arrives as "default"); "persistent" and "EFI" bits are lost on the way.
# The choice goes to NAME.once and holds for the next start or reset only.
here=$(cd "$(dirname "$0")/.." && pwd)
name=$1 op=$2
shift 2
vm() { NONS=1 "$here/vm.sh" "$@" >/dev/null 2>>"$VMDIR/$name.err"; }
log() { echo "$(date +%H:%M:%S.%N | cut -c1-12) $*" >>"$VMDIR/$name.chassis.log"; }
case "$op" in
get)
    while [ $# -gt 0 ]; do
        case "$1" in
        power) case "$(NONS=1 "$here/vm.sh" status "$name")" in on*) echo power:1 ;; *) echo power:0 ;; esac ;;
        boot) echo "boot:$(cat "$VMDIR/$name.bootdev" 2>/dev/null || echo none)" ;;
        *) echo "cannot get $1"; exit 1 ;;
        esac
        shift
    done ;;
set)
    while [ $# -gt 1 ]; do
        p=$1 v=$2
        shift 2
        log "$p $v"
        case "$p" in
        power)
            if [ "$v" = 1 ]; then
                vm start "$name" || { echo "start failed"; exit 1; }
                rm -f "$VMDIR/$name.bootdev"
            else vm kill "$name"; fi ;;
        reset) [ "$v" = 0 ] || { vm reset "$name" && rm -f "$VMDIR/$name.bootdev"; } ;;
        shutdown)
            [ "$v" = 0 ] || printf '{"execute":"qmp_capabilities"}{"execute":"system_powerdown"}' |
                timeout 2 socat - "UNIX-CONNECT:$RUNDIR/$name.qmp" >/dev/null 2>&1 ;;
        boot)
            echo "$v" >"$VMDIR/$name.bootdev"
            case "$v" in pxe) echo n ;; default) echo c ;; cdrom) echo d ;; *) : ;; esac >"$VMDIR/$name.once" ;;
        identify) shift ;; # interval and force
        *) echo "cannot set $p"; exit 1 ;;
        esac
    done ;;
*) exit 1 ;;
esac
exit 0
