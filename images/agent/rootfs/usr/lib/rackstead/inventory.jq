def key($k): first(($dmi | table)[] | select(.[0] == $k) | .[1]) // "";
def yes: . == "1";
($pci | table) as $devices | ($partitions | table) as $places | ($memory | split("\n")) as $mem | ($cpu | table)[0] as $c
| ($bmc | table)[0] as $b |
{ version: 1,
  system: {uuid: key("product_uuid"), manufacturer: key("sys_vendor"), product: key("product_name"), version: key("product_version"),
    serial: key("product_serial"), sku: key("product_sku"), family: key("product_family")},
  board: {manufacturer: key("board_vendor"), product: key("board_name"), version: key("board_version"), serial: key("board_serial")},
  chassis: {manufacturer: key("chassis_vendor"), type: key("chassis_type"), version: key("chassis_version"), serial: key("chassis_serial")},
  firmware: {vendor: key("bios_vendor"), version: key("bios_version"), date: key("bios_date"), boot_mode: key("boot_mode"),
    secure_boot: (key("secure_boot") | if . == "" then null else yes end), iommu: key("iommu")},
  tpm: {present: ([$dmi | table[] | select(.[0] == "tpm")] | length > 0), version: key("tpm")},
  cpu: {model: ($c[0] // ""), sockets: ($c[1] | count), cores: ($c[2] | count), threads: ($c[3] | count), mhz: ($c[4] | count),
    architecture: $architecture, flags: ($c[5] // "")},
  memory: {total_kib: ($mem[0] | count), modules: [$mem[1:] | join("\n") | table[]
    | {locator: .[0], size_mib: (.[1] | count), type: .[2], speed: .[3], manufacturer: .[4], serial: .[5], part: .[6]}]},
  numa: [$numa | table[] | {node: (.[0] | count), cpus: .[1], memory_kib: (.[2] | count)}],
  disks: [$disks | table[] | .[0] as $name | [$places[] | select(.[0] == $name)] as $mine
    | {name: $name, model: .[4], serial: .[2], wwn: .[3], size_bytes: (.[1] | count), block_size: (.[5] | count),
      rotational: (.[6] | yes), removable: (.[7] | yes), transport: .[8], bus_path: .[9],
      holds: [$mine[] | if .[1] == "" then .[5] else empty end, (.[3] + " " + .[4] | clean) | select(. != "")],
      partitions: [$mine[] | select(.[1] != "") | {number: (.[1] | count), size_bytes: (.[2] | count), filesystem: .[3], label: .[4]}] | sort_by(.number)}],
  nics: [$nics | table[] | {name: .[0], mac: .[1], driver: .[2], speed_mbps: (.[3] | count), link: (.[4] | yes), pci: .[5], vendor: .[6],
    product: .[7], firmware: .[8], lldp: {chassis: .[9], port: .[10], system: .[11]}}],
  pci: [$devices[] | {address: .[0], class: .[1], vendor_id: .[2], device_id: .[3], vendor: .[4], device: .[5]}],
  usb: [$usb | table[] | {id: .[0], name: .[1]}],
  gpus: [$devices[] | select(.[1] | startswith("03")) | {pci: .[0], vendor: .[4], device: .[5]}],
  bmc: {present: ($b != null), address: ($b[0]? // ""), mac: ($b[1]? // ""), firmware: ($b[2]? // "")},
  missing_firmware: [$missing | table[][0]],
  kernel: $kernel }
