# The BMC as it is seen from inside the machine.

# bmc_present: it answers; sets BMC_FIRMWARE
bmc_present() {
  [ -c "$DEV/ipmi0" ] || [ -c "$DEV/ipmi/0" ] || [ -n "${RACKSTEAD_DEV:-}" ] || return 1
  timeout 20 ipmitool mc info >"$STEP/mc" 2>/dev/null || return 1
  BMC_FIRMWARE=$(sed -n 's/^Firmware Revision *: *//p' "$STEP/mc" | head -n 1)
}

# bmc_lan: its LAN channel; sets CHANNEL, BMC_ADDRESS, BMC_MAC. One with an address is taken before one without.
bmc_lan() {
  CHANNEL=
  for number in 1 2 3 4 5 6 7 8; do
    timeout 20 ipmitool lan print "$number" >"$STEP/lan" 2>/dev/null || continue
    address=$(sed -n 's/^IP Address  *: *//p' "$STEP/lan" | head -n 1)
    case $address in '' | 0.0.0.0) [ -z "$CHANNEL" ] || continue ;; esac
    CHANNEL=$number BMC_ADDRESS=$address
    case $address in 0.0.0.0) BMC_ADDRESS= ;; esac
    BMC_MAC=$(sed -n 's/^MAC Address *: *//p' "$STEP/lan" | head -n 1)
    case $BMC_MAC in 00:00:00:00:00:00) BMC_MAC= ;; esac
    [ -z "$BMC_ADDRESS" ] || break
  done
  [ -n "$CHANNEL" ]
}
