package io.rackstead.bmc.redfish;

/// What some products do otherwise than the standard says. Which ones: `quirks.json`.
enum Quirk {
  /// A virtual CD is booted as `UsbCd`; `Cd` is taken and boots nothing.
  CD_IS_USB_CD,
  /// `SerialNumber` is the main board's; what SMBIOS calls the serial number stands in `SKU`.
  SERIAL_IS_SKU,
  /// The command line that SSH leads to shows the server's console by `console com2`.
  CONSOLE_IS_COM2,
  /// The same by `vsp`.
  CONSOLE_IS_VSP
}
