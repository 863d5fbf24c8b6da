# The parts of the hardware report, each a table of lines with columns parted by US.

# row VALUE...: one line; a line break in a value would be a new row
row() {
  local line= value
  for value; do
    case $value in *"$US"* | *"
"*) value=$(printf '%s' "$value" | tr -d '\000-\037\177') ;; esac
    line=$line$US$value
  done
  printf '%s\n' "${line#"$US"}"
}

# key, value
dmi_table() {
  for key in sys_vendor product_name product_version product_serial product_sku product_family product_uuid \
    board_vendor board_name board_version board_serial chassis_vendor chassis_type chassis_version chassis_serial \
    bios_vendor bios_version bios_date; do
    first_line "$SYS/class/dmi/id/$key"
    row "$key" "$TEXT"
  done
  [ -d "$SYS/firmware/efi" ] && row boot_mode uefi || row boot_mode bios
  # an EFI variable is four bytes of attributes, then its value
  for variable in "$SYS"/firmware/efi/efivars/SecureBoot-*; do
    [ ! -r "$variable" ] || row secure_boot "$(tail -c 1 "$variable" | od -An -tu1 | tr -d ' ')"
  done
  # the table is there when the firmware has it switched on, whether or not this kernel uses it
  for table in DMAR IVRS IORT; do
    [ ! -e "$SYS/firmware/acpi/tables/$table" ] || row iommu "$table"
  done
  for tpm in "$SYS"/class/tpm/tpm[0-9]*; do
    [ -e "$tpm" ] || continue
    first_line "$tpm/tpm_version_major"
    case $TEXT in 2) row tpm 2.0 ;; 1) row tpm 1.2 ;; *) row tpm "$TEXT" ;; esac
    break
  done
}

# model, sockets, cores, threads, MHz, flags
cpu_table() {
  first_line "$SYS/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq"
  awk -F '\t*: ' -v US="$US" -v khz="${TEXT:-0}" '
    $1 == "processor" { threads++; socket = 0; core = threads }
    $1 == "model name" { model = $2 }
    $1 == "physical id" { socket = $2; sockets[$2] = 1 }
    $1 == "core id" { cores[socket "/" $2] = 1 }
    $1 == "cpu MHz" && $2 > mhz { mhz = $2 }
    $1 == "flags" { flags = $2 }
    END { for (s in sockets) ns++; for (c in cores) nc++; if (khz > 0) mhz = khz / 1000
      printf "%s%s%d%s%d%s%d%s%d%s%s\n", model, US, ns ? ns : 1, US, nc ? nc : threads, US, threads, US, mhz, US, flags }' "$PROC/cpuinfo"
}

# total KiB; then a line for each module: locator, MiB, type, speed, manufacturer, serial, part
memory_table() {
  awk '/^MemTotal:/ { print $2 }' "$PROC/meminfo"
  dmidecode -t 17 2>/dev/null | awk -F ': ' -v US="$US" '
    function out() { if (mib > 0) print v["Locator"] US mib US v["Type"] US v["Speed"] US v["Manufacturer"] US v["Serial Number"] US v["Part Number"]; mib = 0; split("", v) }
    /^Memory Device/ { out(); on = 1; next }
    /^$/ { out(); on = 0 }
    on { key = $1; sub(/^[ \t]+/, "", key); value = $0; sub(/^[^:]*: */, "", value)
      if (value == "Not Specified" || value == "Unknown") value = ""
      v[key] = value
      if (key == "Size") { split(value, s, " "); mib = s[1] * (s[2] == "GB" ? 1024 : s[2] == "TB" ? 1048576 : s[2] == "kB" ? 1 / 1024 : s[2] == "MB" ? 1 : 0) } }
    END { out() }'
}

# node, CPUs, KiB
numa_table() {
  for node in "$SYS"/devices/system/node/node[0-9]*; do
    [ -e "$node" ] || continue
    # not by read: this file gives nothing to who takes it byte by byte
    row "${node##*/node}" "$(cat "$node/cpulist")" "$(awk '/MemTotal:/ { print $4 }' "$node/meminfo" 2>/dev/null)"
  done
}

# disks: name, size, serial, wwn, model, block size, rotational, removable, transport, bus path
# partitions: disk, number ("" for the disk itself), size, filesystem, label, partition table
disk_report() {
  disk_table >table
  : >disks
  : >places
  while IFS=$US read -r name size serial wwn model; do
    d=$SYS/block/$name
    first_line "$d/queue/logical_block_size"
    block=$TEXT
    first_line "$d/queue/rotational"
    rotational=$TEXT
    first_line "$d/removable"
    removable=$TEXT
    path=$(readlink -f "$d/device")
    case $path in
    */virtio[0-9]*/host* | */virtio[0-9]*/*target*) transport=scsi ;;
    */virtio[0-9]*) transport=virtio ;;
    */nvme*) transport=nvme ;;
    */usb[0-9]*)
      # a stick, or what a BMC shows as one: here today, so never installed on and never erased
      transport=usb
      removable=1
      ;;
    */ata[0-9]*) transport=sata ;;
    */end_device-*) transport=sas ;;
    */rport-*) transport=fc ;;
    */session[0-9]*) transport=iscsi ;;
    */mmc*) transport=mmc ;;
    *) transport=scsi ;;
    esac
    bus=$(printf '%s\n' "$path" | grep -oE '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]' | tail -n 1)
    row "$name" "$size" "$serial" "$wwn" "$model" "$block" "$rotational" "$removable" "$transport" "$bus" >>disks
    row "$name" "" "$size" "$DEV/$name" >>places
    for part in "$d/$name"*; do
      [ -e "$part/partition" ] || continue
      first_line "$part/partition"
      number=$TEXT
      first_line "$part/size"
      row "$name" "$number" "$((${TEXT:-0} * 512))" "$DEV/${part##*/}" >>places
    done
  done <table
  # one blkid for all of them; it writes odd characters as \xHH, so a label cannot end its line
  set --
  while IFS=$US read -r name number size node; do set -- "$@" "$node"; done <places
  : >blkid
  [ $# = 0 ] || timeout 30 blkid -p -o export "$@" >blkid 2>/dev/null
  awk -F "$US" -v US="$US" '
    NR == FNR { at = index($0, "="); key = substr($0, 1, at - 1); value = substr($0, at + 1)
      if (key == "DEVNAME") node = value; else v[node, key] = value; next }
    { print $1 US $2 US $3 US v[$4, "TYPE"] US v[$4, "LABEL"] US v[$4, "PTTYPE"] }' blkid places >partitions
}

# name, MAC, driver, Mbit/s, link, PCI address, vendor, product, firmware, LLDP chassis, port, system
nic_table() {
  for nic in "$SYS"/class/net/*; do
    [ -e "$nic/device" ] || continue
    name=${nic##*/}
    first_line "$nic/address"
    mac=$TEXT
    speed=$(cat "$nic/speed" 2>/dev/null)
    is_number "$speed" || speed=0
    link=$(cat "$nic/carrier" 2>/dev/null)
    pci=$(readlink -f "$nic/device" | grep -oE '[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]' | tail -n 1)
    vendor= product=
    while IFS=$US read -r address class vendor_id device_id vendor_name device_name; do
      if [ "$address" = "$pci" ]; then vendor=$vendor_name product=$device_name; fi
    done <pci
    ethtool -i "$name" 2>/dev/null >driver
    chassis= port= system=
    [ ! -s "$RUN/lldp/$name" ] || IFS=$US read -r chassis port system <"$RUN/lldp/$name"
    row "$name" "$mac" "$(sed -n 's/^driver: *//p' driver)" "$speed" "${link:-0}" "$pci" "$vendor" "$product" \
      "$(sed -n 's/^firmware-version: *//p' driver)" "$chassis" "$port" "$system"
  done
}

# address, class (four hex digits), vendor id, device id, vendor, device
pci_table() {
  lspci -D -vmm -nn 2>/dev/null | awk -v US="$US" '
    function id(text) { return match(text, /\[[0-9a-f][0-9a-f][0-9a-f][0-9a-f]\]$/) ? substr(text, RSTART + 1, 4) : "" }
    # lspci calls what is not in pci.ids "Vendor" or "Device": then the id says more
    function called(text,   name) { name = text; sub(/ *\[[0-9a-f]+\]$/, "", name); return name == "Vendor" || name == "Device" ? id(text) : name }
    { at = index($0, ":\t"); key = substr($0, 1, at - 1); value = substr($0, at + 2) }
    key == "Slot" { slot = value } key == "Class" { class = value } key == "Vendor" { vendor = value } key == "Device" { device = value }
    $0 == "" { if (slot != "") print slot US id(class) US id(vendor) US id(device) US called(vendor) US called(device); slot = vendor = device = class = "" }
    END { if (slot != "") print slot US id(class) US id(vendor) US id(device) US called(vendor) US called(device) }'
}

# id, name
usb_table() {
  for device in "$SYS"/bus/usb/devices/*; do
    [ -r "$device/idVendor" ] || continue
    first_line "$device/idVendor"
    id=$TEXT
    first_line "$device/idProduct"
    id=$id:$TEXT
    first_line "$device/manufacturer"
    name=$TEXT
    first_line "$device/product"
    row "$id" "$name $TEXT"
  done
}

# address, MAC, firmware; no line without a BMC
ask_bmc() {
  : >bmc
  bmc_present || return 0
  BMC_ADDRESS= BMC_MAC=
  bmc_lan || :
  row "$BMC_ADDRESS" "$BMC_MAC" "$BMC_FIRMWARE" >bmc
}
