#!/bin/bash
# bmc.sh start NAME ADDRESS [PORT] | stop NAME | kcs NAME - one simulated BMC (ipmi_sim)
# whose chassis is the lab's VM NAME.
#
# Runs in $LAB-net; ADDRESS is any of 10.78.128.0/17 (PORT default 623). User "admin",
# password "secret"; accounts made later, in-band or over the LAN, are kept in
# $VMDIR/NAME.bmc/state. In-band (the VM's own /dev/ipmi0): BMC=$(bmc.sh kcs NAME) in the
# VM's configuration. SOL reaches the VM's first serial port (socat bridges ipmi_sim's
# "tcp:" SOL to the VM's serial socket). The GUID is the VM's UUID from NAME.conf.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LAB=${LAB:-lab} VMDIR=${VMDIR:-./vms}
mkdir -p "$VMDIR"
VMDIR=$(cd "$VMDIR" && pwd)
RUNDIR=${RUNDIR:-$VMDIR}
export VMDIR RUNDIR LAB
cmd=$1 name=$2 d=$VMDIR/$name.bmc
h=$(printf %s "$name" | md5sum | cut -c1-32)
solport=$((20000 + 0x${h:0:4} % 20000))

# IPMI 2.0 §20.8: the GUID travels with its last octet first, the reverse of its text form
guid() {
    local u='' i out=''
    [ -f "$VMDIR/$name.conf" ] && u=$(sed -n 's/^UUID=//p' "$VMDIR/$name.conf" | tr -d '"-')
    [ ${#u} = 32 ] || u=$h
    for ((i = 30; i >= 0; i -= 2)); do out+=${u:i:2}; done
    echo "$out"
}

case "$cmd" in
kcs) echo "127.0.0.1:$((solport + 20000))" ;;
start)
    addr=$3 port=${4:-623}
    mkdir -p "$d/state"
    echo "$addr" >"$d/address"
    cat >"$d/lan.conf" <<C
name "$name"
set_working_mc 0x20
  startlan 1
    addr $addr $port
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid $(guid)
    lan_config_program "$here/lancontrol.sh $name"
  endlan
  chassis_control "$here/chassis.sh $name"
  serial kcs 127.0.0.1 $((solport + 20000)) codec VM
  sol "tcp:127.0.0.1:$solport" 115200
  user 1 true "" "" user 10 none md2 md5 straight
  user 2 true "admin" "secret" admin 10 none md2 md5 straight
C
    cat >"$d/bmc.emu" <<E
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02
sel_enable 0x20 1000 0x0a
sensor_add 0x20 0 1 0x01 0x01
sensor_set_value 0x20 0 1 0x1c 0
mc_enable 0x20
E
    run=(ip netns exec "$LAB-net")
    [ -n "${NONS:-}" ] && run=()
    "${run[@]}" socat "TCP-LISTEN:$solport,bind=127.0.0.1,reuseaddr,fork" "UNIX-CONNECT:$RUNDIR/$name.ser" >/dev/null 2>&1 </dev/null &
    echo $! >"$RUNDIR/$name.sol.pid"
    "${run[@]}" ipmi_sim -n -c "$d/lan.conf" -f "$d/bmc.emu" -s "$d/state" >"$d/log" 2>&1 </dev/null &
    echo $! >"$RUNDIR/$name.sim.pid" ;;
stop)
    for f in sim sol; do
        [ -s "$RUNDIR/$name.$f.pid" ] && kill "$(cat "$RUNDIR/$name.$f.pid")" 2>/dev/null || :
        rm -f "$RUNDIR/$name.$f.pid"
    done ;;
*) sed -n '2,10p' "$0" >&2; exit 2 ;;
esac
