# Secure erase by the disk itself: NVMe sanitize or format, ATA security erase. What it leaves may be
# zeroes, ones or noise, so it is proved with marks that were written before and must be gone after.

sample_places() { # the first MiB, the last, and 14 between
  for i in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo $((DISK_SIZE / 15 * i / 1048576 * 1048576)); done
  echo $(((DISK_SIZE / 1048576 - 1) * 1048576))
}

mark_samples() {
  [ "$DISK_SIZE" -ge 33554432 ] || die "$DISK is too small to prove that it was erased"
  secure_erase_possible # before anything is written
  token=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')
  yes "$token" | head -c 1048576 >"$STEP/mark"
  for place in $(sample_places); do
    "$DD" if="$STEP/mark" of="$DISK" bs=1M seek="$place" oflag=seek_bytes,$direct conv=notrunc,fsync status=none || die "$DISK cannot be written"
  done
}

check_samples() {
  verified=0
  for place in $(sample_places); do
    "$DD" if="$DISK" of="$STEP/sample" bs=1M count=1 skip="$place" iflag=skip_bytes,$direct status=none || die "$DISK cannot be read after the erase"
    # a mark that is only partly gone is not gone
    ! grep -qaF "$token" "$STEP/sample" || die "$DISK still has the mark at $place: the erase did nothing there"
    verified=$((verified + 1048576))
  done
}

# secure_erase_possible: sets way, or ends with the reason why the disk cannot
secure_erase_possible() {
  case $DISK_NAME in
  nvme*)
    controller=$DEV/$(printf '%s' "$DISK_NAME" | sed 's/n[0-9]*$//')
    nvme id-ctrl "$controller" -o json >"$STEP/id.json" 2>"$STEP/nvme.err" || die "the controller does not identify itself: $(tail -n 1 "$STEP/nvme.err")"
    spaces=$(nvme list-ns "$controller" 2>/dev/null | grep -c '0x')
    [ "$spaces" -le 1 ] || die "the controller of $DISK has $spaces namespaces: its secure erase would reach the others too"
    sanitize=$(jq '.sanicap // 0' "$STEP/id.json") commands=$(jq '.oacs // 0' "$STEP/id.json") formats=$(jq '.fna // 0' "$STEP/id.json")
    if [ $((sanitize & 1)) != 0 ]; then way=nvme-sanitize-crypto
    elif [ $((sanitize & 2)) != 0 ]; then way=nvme-sanitize-block
    elif [ $((commands & 2)) != 0 ] && [ $((formats & 4)) != 0 ]; then way=nvme-format-crypto
    elif [ $((commands & 2)) != 0 ]; then way=nvme-format-user-data
    else die "this NVMe disk has neither sanitize nor format: no secure erase; choose full"; fi
    ;;
  sd*)
    hdparm -I "$DISK" >"$STEP/identity" 2>/dev/null || :
    awk '/^Security:/ { on = 1; next } /^[^ \t]/ { on = 0 } on' "$STEP/identity" | tr -s '\t ' ' ' >"$STEP/security"
    grep -qx ' supported' "$STEP/security" || die "$DISK knows no ATA security erase; choose full"
    grep -qx ' not frozen' "$STEP/security" || die "the firmware froze the security commands of $DISK: switch the machine off and on, or choose full"
    grep -qx ' not locked' "$STEP/security" || die "$DISK is locked with a password"
    grep -qx ' not enabled' "$STEP/security" || die "$DISK has a password set already"
    if grep -q ' supported: enhanced erase' "$STEP/security"; then way=ata-security-erase-enhanced; else way=ata-security-erase; fi
    ;;
  *) die "a disk like $DISK has no secure erase of its own; choose full" ;;
  esac
}

secure_erase() {
  method=$way
  case $way in
  nvme-sanitize-crypto) nvme sanitize "$controller" --sanact=4 || die "the disk refused to sanitize"; await_sanitize ;;
  nvme-sanitize-block) nvme sanitize "$controller" --sanact=2 || die "the disk refused to sanitize"; await_sanitize ;;
  nvme-format-crypto) nvme format "$DISK" --ses=2 --force || die "the disk refused the crypto erase" ;;
  nvme-format-user-data) nvme format "$DISK" --ses=1 --force || die "the disk refused the format" ;;
  ata-security-erase*)
    hdparm --user-master u --security-set-pass rackstead "$DISK" >/dev/null || die "the disk takes no password for the erase"
    flag=--${way#ata-}
    if ! hdparm --user-master u "$flag" rackstead "$DISK"; then
      hdparm --user-master u --security-disable rackstead "$DISK" >/dev/null || echo "the disk keeps the password 'rackstead'"
      die "the disk did not erase itself"
    fi
    ;;
  esac
}

await_sanitize() { # the step's time limit bounds it
  while sleep 2; do
    nvme sanitize-log "$controller" -o json >"$STEP/sanitize.json" 2>/dev/null || continue
    state=$(jq '[.. | .sstat? // empty | if type == "object" then (.status // 0) else . end | tonumber? // 0][0] // 0' "$STEP/sanitize.json")
    progress "$(jq '[.. | .sprog? // empty][0] // 0' "$STEP/sanitize.json")" 65536 0
    case $((state & 7)) in 1 | 4) return 0 ;; 3) die "the disk says that its sanitize failed" ;; esac
  done
}
