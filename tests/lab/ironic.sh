#!/bin/bash
# ironic.sh installed | serve FOLDER PORT - Debian's Ironic (python3-ironic) in the foreground: API and
# conductor in one process without RPC between them, no sign-in, fake hardware and IPMI, no cleaning,
# SQLite in FOLDER. It says what it does in FOLDER/ironic.log.
set -euo pipefail
python=/usr/bin/python3
case "${1:-}" in
installed) exec "$python" -c 'import ironic' 2>/dev/null ;;
serve) [ $# = 3 ] || { sed -n 2,4p "$0" >&2; exit 2; } ;;
*) sed -n 2,4p "$0" >&2; exit 2 ;;
esac
mkdir -p "$2"
folder=$(cd "$2" && pwd) port=$3
cat >"$folder/ironic.conf" <<C
[DEFAULT]
auth_strategy = noauth
rpc_transport = none
enabled_hardware_types = fake-hardware,ipmi
enabled_bios_interfaces = no-bios
enabled_boot_interfaces = fake,pxe
enabled_console_interfaces = no-console
enabled_deploy_interfaces = fake,direct
enabled_inspect_interfaces = no-inspect
enabled_management_interfaces = fake,ipmitool
enabled_network_interfaces = noop
enabled_power_interfaces = fake,ipmitool
enabled_raid_interfaces = no-raid
enabled_rescue_interfaces = no-rescue
enabled_storage_interfaces = noop
enabled_vendor_interfaces = no-vendor,ipmitool
default_network_interface = noop
state_path = $folder
host = bench
my_ip = 127.0.0.1
log_file = $folder/ironic.log
default_log_levels = root=WARNING
[api]
host_ip = 127.0.0.1
port = $port
[conductor]
automated_clean = false
[database]
connection = sqlite:///$folder/ironic.sqlite
[dhcp]
dhcp_provider = none
[deploy]
http_root = $folder
[pxe]
tftp_root = $folder/tftp
tftp_master_path = $folder/masters
images_path = $folder/images
instance_master_path = $folder/masters
[oslo_messaging_notifications]
driver = noop
C
cd "$folder"
ironic() { # PROGRAM ARGUMENTS...
    local program=$1
    shift
    "${run[@]}" "$python" -c "from ironic.cmd.$program import main; main()" --config-file "$folder/ironic.conf" "$@"
}
run=()
ironic dbsync create_schema
run=(exec)
ironic singleprocess
