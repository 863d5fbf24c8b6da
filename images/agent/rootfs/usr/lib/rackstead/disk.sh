# Which disks there are, and which one a step means. /dev/sda is not a name: a disk is known by its
# serial or WWN, and its size. None or two of them stop the step.

# disk_table: a line for each disk: name, size, serial, wwn, model (parted by US)
disk_table() {
  for d in "$SYS"/block/*; do
    name=${d##*/}
    case $name in loop* | ram* | zram* | dm-* | md* | sr* | fd* | nbd* | rbd*) continue ;; esac
    first_line "$d/hidden"
    [ "$TEXT" != 1 ] || continue # one path of an NVMe disk; the disk itself is listed too
    first_line "$d/size"
    is_number "$TEXT" && [ "$TEXT" -gt 0 ] || continue # an empty card reader
    size=$((TEXT * 512))
    disk_serial "$d"
    disk_wwn "$d"
    first_line "$d/device/model"
    printf '%s\n' "$name$US$size$US$serial$US$wwn$US$TEXT"
  done
}

disk_serial() {
  first_line "$1/serial" # virtio
  [ -n "$TEXT" ] || first_line "$1/device/serial" # NVMe, MMC
  if [ -z "$TEXT" ] && [ -r "$1/device/vpd_pg80" ]; then # SCSI, SAS, SATA: four bytes, then the serial
    TEXT=$(tail -c +5 "$1/device/vpd_pg80" 2>/dev/null | tr -d '\000-\037\177' | sed 's/^ *//; s/ *$//')
  fi
  serial=$TEXT
}

disk_wwn() {
  first_line "$1/wwid" # NVMe
  [ -n "$TEXT" ] || first_line "$1/device/wwid"
  case $TEXT in
  naa.*) wwn=0x${TEXT#naa.} ;;
  eui.* | nvme.* | uuid.*) wwn=$TEXT ;;
  *) wwn= ;; # t10.* repeats vendor, model and serial
  esac
}

# the same WWN however it is written
plain_wwn() {
  PLAIN=$(printf '%s' "$1" | tr 'A-F' 'a-f')
  case $PLAIN in naa.*) PLAIN=${PLAIN#naa.} ;; 0x*) PLAIN=${PLAIN#0x} ;; esac
}

# resolve_disk: the step's disk as DISK (its node), DISK_NAME, DISK_SIZE, DISK_MODEL; or the end
resolve_disk() {
  want_serial=$(field disk.serial)
  want_wwn=$(field disk.wwn)
  want_size=$(field disk.size_bytes)
  is_number "$want_size" || die "the disk's size in the step is not a number: $want_size"
  [ -n "$want_serial$want_wwn" ] || die "the step names a disk neither by serial nor by WWN"
  plain_wwn "$want_wwn"
  want_plain=$PLAIN
  disk_table >"$STEP/disks"
  DISK_NAME= found=0
  while IFS=$US read -r name size serial wwn model; do
    [ "$size" = "$want_size" ] || continue
    [ -z "$want_serial" ] || [ "$serial" = "$want_serial" ] || continue
    plain_wwn "$wwn"
    [ -z "$want_wwn" ] || [ "$PLAIN" = "$want_plain" ] || continue
    found=$((found + 1))
    DISK_NAME=$name DISK_SIZE=$size DISK_MODEL=$model
  done <"$STEP/disks"
  if [ "$found" != 1 ]; then
    echo "the step wants the disk with serial '$want_serial', WWN '$want_wwn', $want_size bytes; there are:"
    while IFS=$US read -r name size serial wwn model; do
      echo "  $name: serial '$serial', WWN '$wwn', $size bytes, model '$model'"
    done <"$STEP/disks"
    [ "$found" = 0 ] || die "$found disks match: the step stops, nothing was touched"
    die "no disk matches: the step stops, nothing was touched"
  fi
  DISK=$DEV/$(printf '%s' "$DISK_NAME" | tr '!' '/')
  [ -b "$DISK" ] || [ -n "${RACKSTEAD_DEV:-}" ] || die "$DISK is not a block device"
}

# a disk that is going to be written
resolve_writable_disk() {
  resolve_disk
  first_line "$SYS/block/$DISK_NAME/ro"
  [ "$TEXT" != 1 ] || die "$DISK is read-only"
  for holder in "$SYS/block/$DISK_NAME"/holders/* "$SYS/block/$DISK_NAME/$DISK_NAME"*/holders/*; do
    [ ! -e "$holder" ] || die "$DISK is in use by ${holder##*/}"
  done
  while read -r source rest; do
    case $source in "$DISK" | "$DISK"[0-9]* | "$DISK"p[0-9]*) die "$source is mounted" ;; esac
  done <"$PROC/mounts"
}

# partition_node NUMBER: PARTITION is the node of that partition of the disk; false when there is none
partition_node() {
  for part in "$SYS/block/$DISK_NAME/$DISK_NAME"*; do
    first_line "$part/partition"
    [ "$TEXT" = "$1" ] || continue
    PARTITION=$DEV/$(printf '%s' "${part##*/}" | tr '!' '/')
    return 0
  done
  return 1
}

# the kernel looks at the partition table again; its nodes may take a moment
reread_partitions() {
  [ -b "$DISK" ] || return 0 # a test's file
  try=0
  until "$BLOCKDEV" --rereadpt "$DISK" 2>/dev/null; do
    try=$((try + 1))
    [ "$try" -lt 20 ] || die "the kernel cannot read the partition table of $DISK again: it is in use"
    sleep 0.2
  done
}
