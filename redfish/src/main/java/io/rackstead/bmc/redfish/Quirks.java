package io.rackstead.bmc.redfish;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// The book of quirks: a table of vendor, model and firmware, each row with a name that the
/// inventory shows, so that a person can see which ones are applied to a server.
final class Quirks {
  private static final List<Row> BOOK = read();

  private record Row(String name, Pattern vendor, Pattern model, Pattern firmware, Quirk quirk) {
    boolean fits(String ofVendor, String ofModel, String ofFirmware) {
      return vendor.matcher(ofVendor).matches()
          && model.matcher(ofModel).matches()
          && firmware.matcher(ofFirmware).matches();
    }
  }

  /// @param names of the rows that fit
  record Found(Set<Quirk> quirks, List<String> names) {
    Found {
      quirks = Set.copyOf(quirks);
      names = List.copyOf(names);
    }
  }

  private Quirks() {}

  static Found of(String vendor, String model, String firmware) {
    var quirks = EnumSet.noneOf(Quirk.class);
    var names = new ArrayList<String>();
    for (var row : BOOK) {
      if (row.fits(vendor, model, firmware)) {
        quirks.add(row.quirk());
        names.add(row.name());
      }
    }
    return new Found(quirks, names);
  }

  private static List<Row> read() {
    try (var in = Quirks.class.getResourceAsStream("quirks.json")) {
      if (in == null) {
        throw new IllegalStateException("quirks.json is not on the class path");
      }
      var rows = new ArrayList<Row>();
      for (var row : RedfishJson.read(in.readAllBytes())) {
        rows.add(
            new Row(
                row.path("name").asText(),
                pattern(row.path("vendor").asText(".*")),
                pattern(row.path("model").asText(".*")),
                pattern(row.path("firmware").asText(".*")),
                Quirk.valueOf(row.path("quirk").asText())));
      }
      return List.copyOf(rows);
    } catch (IOException e) {
      throw new UncheckedIOException("quirks.json cannot be read", e);
    }
  }

  private static Pattern pattern(String text) {
    return Pattern.compile(text, Pattern.CASE_INSENSITIVE);
  }
}
