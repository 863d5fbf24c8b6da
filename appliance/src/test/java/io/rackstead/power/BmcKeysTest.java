package io.rackstead.power;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.store.Database;
import io.rackstead.store.OnEachDatabase;
import io.rackstead.store.TestDatabase;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The first key that a BMC shows is kept, over restarts, until a person accepts another one.
@OnEachDatabase
class BmcKeysTest {
  private static final BmcAddress TWIN = BmcAddress.parse("redfish://10.0.9.7/Node1");
  private static final BmcAddress ITS_OTHER_HALF = BmcAddress.parse("redfish://10.0.9.7/Node2");
  private static final BmcAddress ANOTHER_PORT = BmcAddress.parse("redfish://10.0.9.7:8443");

  @TempDir Path folder;

  private static BmcKeys keys(Database database) {
    return new BmcKeys(database, InstantSource.system());
  }

  @Test
  void theFirstKeyIsKeptUntilAPersonAcceptsAnotherOne() {
    try (var database = TestDatabase.open(folder)) {
      var keys = keys(database);
      assertThat(keys.pin(TWIN, "sha256:aa")).isEqualTo("sha256:aa");
      assertThat(keys.pin(ITS_OTHER_HALF, "sha256:bb")).isEqualTo("sha256:aa");
      assertThat(keys.pin(ANOTHER_PORT, "sha256:cc")).isEqualTo("sha256:cc");
    }
    try (var database = TestDatabase.open(folder)) {
      var keys = keys(database);
      assertThat(keys.pin(TWIN, "sha256:bb")).isEqualTo("sha256:aa");
      database.change(tx -> keys.accept(tx, TWIN, "sha256:bb"));
      assertThat(keys.pin(TWIN, "sha256:bb")).isEqualTo("sha256:bb");
      assertThat(keys.of(TWIN)).contains("sha256:bb");
    }
  }
}
