package io.rackstead.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.http.StatusApi;
import io.rackstead.store.DatabaseAddress;
import io.rackstead.store.OnEachDatabase;
import io.rackstead.store.TestDatabase;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole appliance in this process over the database that its settings name.
@OnEachDatabase
class ApplianceDatabaseTest {
  @TempDir Path folder;

  private static ConfigReader.Read settings(Path data, DatabaseAddress address) throws Exception {
    var flags = new ArrayList<>(List.of("--data", data.toString(), "--http.port", "0"));
    for (var off : List.of("dhcp", "proxy", "tftp", "http")) {
      flags.addAll(List.of("--pxe." + off + "-port", "-1"));
    }
    flags.addAll(List.of("--dns.port", "-1"));
    if (!address.embedded()) {
      flags.addAll(List.of("--database.url", address.url(), "--database.login", address.login()));
    }
    return ConfigReader.read(flags, Map.of());
  }

  private static Appliance start(Config config) throws Exception {
    return Appliance.start(
        config,
        new Outside(InstantSource.system(), new SecureRandom(), _ -> new FakeBmcs(), _ -> {}));
  }

  @Test
  void whatItKnowsIsThereAtTheNextStartAndOneApplianceHasItAtATime() throws Exception {
    var data = folder.resolve("data");
    var address = TestDatabase.address(data.resolve("db"));
    var where = address.embedded() ? data.resolve("db").toString() : address.url();
    var read = settings(data, address);
    assertThat(read.print())
        .contains(
            address.embedded()
                ? "database.url = (embedded, in " + where + ")  (default)"
                : "database.url = " + where + "  (flag)");
    try (var first = start(read.config())) {
      assertThat(first.firstPassword()).isPresent();
      assertThat(first.status().services())
          .contains(new StatusApi.Service("database", StatusApi.Service.State.SERVING, where));
      var other = address.embedded() ? data : folder.resolve("other");
      assertThatThrownBy(() -> start(settings(other, address).config()))
          .hasMessageContaining("another appliance");
    }
    try (var again = start(read.config())) {
      assertThat(again.firstPassword()).isEmpty();
    }
  }
}
