package io.rackstead.bmc;

import java.util.Map;

/// What the BMC reports, as it reports it; the appliance parses and judges.
///
/// @param systemUuid empty text when the BMC does not say
/// @param facts anything more, by the standard's own names: `FirmwareVersion`, `ManufacturerId`, …
public record Inventory(String systemUuid, String serial, Map<String, String> facts) {
  public Inventory {
    facts = Map.copyOf(facts);
  }
}
