#!/bin/bash
# vm.sh start|stop|kill|reset|eject|wait|status NAME - one QEMU virtual machine of the lab.
#
# Settings come from $VMDIR/NAME.conf (shell assignments), all optional:
#   FW=bios|uefi|uefi-sb   firmware (uefi-sb: Secure Boot with Microsoft's keys)
#   ARCH=x86_64|aarch64    MEM=1024   SMP=1   ACCEL=tcg
#   CPU=max,...            as QEMU has it, x86 only
#   TAP=tap0               MAC=52:54:00:77:00:01
#   NIC=virtio-net-pci     or e1000, e1000e ... ; NIC2/TAP2/MAC2 for a second
#   ROM=                   option ROM file; 'none' for no ROM; empty = QEMU's iPXE
#   CD=http://...          QEMU reads the disc from there (qemu-block-extra)
#   DISK=file.raw          DISKTYPE=virtio|nvme|sata|scsi   DISKSERIAL=LABDISK0
#   CD=file.iso            BOOT="n c d" order as QEMU bootindex (n=net c=disk d=cd)
#   KERNEL= INITRD= APPEND=   direct kernel boot
#   UUID= SERIALNO=        SMBIOS identity
#   ONCE=n                 boot device for the next boot only (file NAME.once wins)
#   EXTRA=...              more QEMU arguments
#   BMC=127.0.0.1:9001     chardev of an ipmi_sim for an in-band KCS interface
#
# "Once" is one boot of the firmware, as on metal: after the start the usual order is
# put back through QMP and holds from the next reset on, also one from inside.
# A reboot from inside keeps the process, a power-off from inside ends it (= off).
# Files in $VMDIR: NAME.conf NAME.vars.fd (UEFI variables) NAME.log (serial, appended)
#   NAME.once, NAME.cpu (CPU seconds of the runs that ended by stop or kill)
# Files in $RUNDIR (default $VMDIR; short, for the length of a socket's path):
#   NAME.pid NAME.ser (serial socket) NAME.qmp (QMP socket)
# QEMU runs in namespace $LAB-net; a caller already in it sets NONS=1.
set -eu
LAB=${LAB:-lab} VMDIR=${VMDIR:-./vms} cmd=$1 name=$2
mkdir -p "$VMDIR"
VMDIR=$(cd "$VMDIR" && pwd)
RUNDIR=${RUNDIR:-$VMDIR}
b=$VMDIR/$name r=$RUNDIR/$name
FW=bios ARCH=x86_64 MEM=1024 SMP=1 ACCEL=tcg,thread=multi TAP='' MAC='' NIC=virtio-net-pci ROM='' DISK='' DISKTYPE=virtio
DISKSERIAL=LABDISK0 CD='' BOOT="n c" KERNEL='' INITRD='' APPEND='' UUID='' SERIALNO='' ONCE='' EXTRA='' BMC=''
# All that QEMU can emulate but what makes the emulation itself slow: a fifth level of pages, wide
# vectors and copies octet by octet cost a third of a guest's time (programs and kernel do without them).
CPU=max,la57=off,avx=off,avx2=off,erms=off,fsrm=off
NIC2=virtio-net-pci TAP2='' MAC2='' OVMF=${OVMF:-/usr/share/OVMF}
[ -f "$b.conf" ] && . "$b.conf"

pid() {
    # no pipe into grep -q: it ends early, and what still writes then dies, so that "on" looked like "off"
    local p words
    p=$(cat "$r.pid" 2>/dev/null) && [ -n "$p" ] && words=$(tr '\0' ' ' 2>/dev/null <"/proc/$p/cmdline") || return 1
    case "$words" in *"-name $name "*) echo "$p" ;; *) return 1 ;; esac
}
qmp() { # COMMAND... as JSON, one connection
    { printf '{"execute":"qmp_capabilities"}'; printf '%s' "$@"; sleep 0.2; } |
        timeout 3 socat - "UNIX-CONNECT:$r.qmp" 2>/dev/null
}
cpu() { # user + system seconds of a process
    local s
    s=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    set -- ${s##*) }
    echo $(((${12} + ${13}) / 100))
}
index() { # place of boot device $1 in the list "$2"
    local i=1 o
    for o in $2; do [ "$o" = "$1" ] && { echo $i; return; }; i=$((i + 1)); done
}
bootindex() {
    local x
    # with an index OVMF writes its own order over the variables' at each start; so it gets one only
    # when it is new, or told by the BMC, and keeps what the system set otherwise
    [ -z "$ONCE" ] && [ -n "$set_up" ] && return
    x=$(index "$1" "$ONCE $BOOT")
    [ -z "$x" ] || printf ',bootindex=%s' "$x"
}

end() { # how
    local p i
    p=$(pid) || return 0
    cpu "$p" >>"$b.cpu"
    [ "$1" = stop ] && qmp '{"execute":"quit"}' >/dev/null || :
    i=0
    while [ "$1" = stop ] && [ -d "/proc/$p" ] && [ $i -lt 20 ]; do sleep 0.1; i=$((i + 1)); done
    kill -9 "$p" 2>/dev/null || :
    i=0
    while [ -d "/proc/$p" ] && [ $i -lt 50 ]; do sleep 0.1; i=$((i + 1)); done
    rm -f "$r.pid"
}

nic() { # device tap mac id bootindex
    local d="$1,id=$4,netdev=b$4,mac=$3$5"
    case "$ROM" in none) d+=",romfile=" ;; ?*) d+=",romfile=$ROM" ;; esac
    a+=(-netdev "tap,id=b$4,ifname=$2,script=no,downscript=no" -device "$d")
}

start() {
    if pid >/dev/null; then echo "already on"; return; fi
    [ -s "$b.once" ] && ONCE=$(cat "$b.once")
    rm -f "$b.once" "$r.qmp" "$r.ser"
    set_up=
    [ "$FW" = bios ] || [ ! -f "$b.vars.fd" ] || set_up=1
    a=("qemu-system-$ARCH" -name "$name" -accel "$ACCEL" -m "$MEM" -smp "$SMP" -nodefaults -display none -no-user-config
        -pidfile "$r.pid" -daemonize -qmp "unix:$r.qmp,server=on,wait=off"
        -chardev "socket,id=ser,path=$r.ser,server=on,wait=off,logfile=$b.log,logappend=on" -serial chardev:ser
        -device virtio-rng-pci)
    if [ "$ARCH" = aarch64 ]; then
        a+=(-machine virt,gic-version=3 -cpu cortex-a57)
        [ -f "$b.vars.fd" ] || cp /usr/share/AAVMF/AAVMF_VARS.fd "$b.vars.fd"
        a+=(-drive if=pflash,format=raw,readonly=on,file=/usr/share/AAVMF/AAVMF_CODE.fd -drive "if=pflash,format=raw,file=$b.vars.fd")
    else
        a+=(-cpu "$CPU" -device VGA)
        case "$FW" in
        bios) a+=(-machine q35,graphics=off) ;;
        uefi)
            [ -f "$b.vars.fd" ] || cp "$OVMF/OVMF_VARS_4M.fd" "$b.vars.fd"
            a+=(-machine q35 -drive "if=pflash,format=raw,unit=0,readonly=on,file=$OVMF/OVMF_CODE_4M.fd"
                -drive "if=pflash,format=raw,unit=1,file=$b.vars.fd") ;;
        uefi-sb)
            [ -f "$b.vars.fd" ] || cp "$OVMF/OVMF_VARS_4M.ms.fd" "$b.vars.fd"
            a+=(-machine q35,smm=on -global driver=cfi.pflash01,property=secure,value=on -global ICH9-LPC.disable_s3=1
                -drive "if=pflash,format=raw,unit=0,readonly=on,file=$OVMF/OVMF_CODE_4M.ms.fd"
                -drive "if=pflash,format=raw,unit=1,file=$b.vars.fd") ;;
        *) echo "firmware is bios, uefi or uefi-sb, got $FW" >&2; exit 2 ;;
        esac
    fi
    # a network that has no IPv6 costs the firmware 80 s a try: only where a test wants it
    case "$FW$EXTRA" in uefi*IPv6PXESupport*) ;; uefi*) a+=(-fw_cfg name=opt/org.tianocore/IPv6PXESupport,string=n) ;; esac
    [ -n "$UUID" ] && a+=(-uuid "$UUID")
    [ -n "$SERIALNO" ] && a+=(-smbios "type=1,manufacturer=Rackstead,product=Lab VM,serial=$SERIALNO")
    [ -n "$TAP" ] && nic "$NIC" "$TAP" "$MAC" n0 "$(bootindex n)"
    [ -n "$TAP2" ] && nic "$NIC2" "$TAP2" "$MAC2" n1 ""
    if [ -n "$DISK" ]; then
        a+=(-drive "if=none,id=d0,file=$DISK,format=raw,discard=unmap,detect-zeroes=unmap,cache=unsafe")
        local d="drive=d0,id=c0,serial=$DISKSERIAL$(bootindex c)"
        case "$DISKTYPE" in
        virtio) a+=(-device "virtio-blk-pci,$d") ;;
        nvme) a+=(-device "nvme,$d") ;;
        sata) a+=(-device "ide-hd,$d") ;;
        scsi) a+=(-device virtio-scsi-pci -device "scsi-hd,$d") ;;
        esac
    fi
    if [ -n "$CD" ]; then
        a+=(-drive "if=none,id=cd0,media=cdrom,format=raw,readonly=on,file=$CD")
        if [ "$ARCH" = aarch64 ]; then a+=(-device virtio-scsi-pci -device "scsi-cd,drive=cd0,id=e0$(bootindex d)")
        else a+=(-device "ide-cd,drive=cd0,id=e0$(bootindex d)"); fi
    fi
    [ -n "$KERNEL" ] && a+=(-kernel "$KERNEL")
    [ -n "$INITRD" ] && a+=(-initrd "$INITRD")
    [ -n "$APPEND" ] && a+=(-append "$APPEND")
    [ -n "$BMC" ] && a+=(-chardev "socket,id=bmc,host=${BMC%:*},port=${BMC#*:},reconnect=2"
        -device ipmi-bmc-extern,id=bmc0,chardev=bmc -device isa-ipmi-kcs,bmc=bmc0)
    [ -n "$EXTRA" ] && a+=($EXTRA)
    if [ -n "${NONS:-}" ]; then "${a[@]}"; else ip netns exec "$LAB-net" "${a[@]}"; fi
    [ -z "$ONCE" ] || usual_order
}

usual_order() { # QEMU reads the indices anew at each reset; 100.. frees the small ones first; -1: the UEFI's own
    local c=() step dev id n
    for step in 100 0; do
        for dev in n:n0 c:c0 d:e0; do
            id=${dev#*:} n=$(index "${dev%:*}" "$BOOT")
            [ -z "$n" ] || [ "$FW" = bios ] || n=$((-1 - step))
            # one that was only meant for once: with an index left OVMF would know no other
            [ -n "$n" ] || [ "$dev" != d:e0 ] || [ -z "$CD" ] || n=$((-1 - step))
            [ -z "$n" ] || c+=("{\"execute\":\"qom-set\",\"arguments\":{\"path\":\"/machine/peripheral/$id\",\"property\":\"bootindex\",\"value\":$((step + n))}}")
        done
    done
    qmp "${c[@]}" >/dev/null || :
}

case "$cmd" in
status) if p=$(pid); then echo "on $p"; else echo off; fi ;;
wait) while pid >/dev/null; do sleep 0.2; done ;;
cpu) { cat "$b.cpu" 2>/dev/null || :; if p=$(pid); then cpu "$p"; fi; } | awk '{s += $1} END {print s + 0}' ;;
kill | stop) end "$cmd" ;;
# a reset is a new process: the boot order is taken from the command line
reset) end kill; start >/dev/null ;;
start) start ;;
eject) qmp '{"execute":"eject","arguments":{"device":"cd0","force":true}}' >/dev/null || : ;;
*) sed -n '2,29p' "$0" >&2; exit 2 ;;
esac
