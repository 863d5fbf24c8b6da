#!/bin/sh
# lancontrol.sh NAME get|check|set|commit|rollback PARM [VALUE]... - ipmi_sim's LAN
# configuration program: what the BMC of VM NAME says of its own address. It can be
# read, not changed: a lab's BMC keeps the address that it was started with.
name=$1 op=$2 d=$VMDIR/$1.bmc
shift 2
mac() { printf %s "$name" | md5sum | sed 's/^\(..\)\(..\)\(..\)\(..\).*/02:bc:\1:\2:\3:\4/'; }
case "$op" in
get)
    while [ $# -gt 0 ]; do
        case "$1" in
        ip_addr) echo "ip_addr:$(cat "$d/address")" ;;
        ip_addr_src) echo ip_addr_src:static ;;
        mac_addr) echo "mac_addr:$(mac)" ;;
        subnet_mask) echo subnet_mask:255.255.0.0 ;;
        default_gw_ip_addr | backup_gw_ip_addr) echo "$1:0.0.0.0" ;;
        default_gw_mac_addr | backup_gw_mac_addr) echo "$1:00:00:00:00:00:00" ;;
        *) echo "unknown parameter $1"; exit 1 ;;
        esac
        shift
    done ;;
*) : ;;
esac
exit 0
