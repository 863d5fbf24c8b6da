package io.rackstead.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.appliance.Config.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigTest {
  @TempDir Path data;

  private ConfigReader.Read read(Map<String, String> environment, String... flags)
      throws Exception {
    var all = new java.util.ArrayList<>(List.of("--data", data.toString()));
    all.addAll(List.of(flags));
    return ConfigReader.read(all, environment);
  }

  @Test
  void withoutAnythingItDoesNoHarm() throws Exception {
    var config = read(Map.of()).config();
    assertThat(config.networks()).isEmpty();
    assertThat(config.accept()).isEmpty();
    assertThat(config.pxe().leaseDirectory()).isEqualTo(data.resolve("leases"));
  }

  @Test
  void loadersThatWereBuiltAreUsedUnlessOthersAreNamed() throws Exception {
    assertThat(read(Map.of()).config().pxe().loaderDirectory()).isEqualTo(Path.of("/usr/lib/ipxe"));
    var built = Files.createDirectories(data.resolve("images/loaders"));
    assertThat(read(Map.of()).config().pxe().loaderDirectory()).isEqualTo(built);
    assertThat(read(Map.of(), "--pxe.loaders", "/opt/ipxe").config().pxe().loaderDirectory())
        .isEqualTo(Path.of("/opt/ipxe"));
  }

  @Test
  void theLaterWinsAndSaysWhereItCameFrom() throws Exception {
    Files.writeString(
        data.resolve("appliance.yaml"),
        """
        http:
          port: 6000
          address: 10.0.0.1
        network:
          - prov0 10.77.0.0/24 server 10.77.0.50-10.77.0.99
          - prov1 10.78.0.0/24 proxy
        """);
    var read = read(Map.of("RACKSTEAD_HTTP_PORT", "6001"), "--http.port", "6002");
    assertThat(read.config().http()).isEqualTo(new Config.Http("10.0.0.1", 6002));
    assertThat(read.config().networks()).hasSize(2);
    assertThat(read.origins().get(Key.HTTP_PORT)).isEqualTo("flag");
    assertThat(read.origins().get(Key.HTTP_ADDRESS)).endsWith("appliance.yaml");
    assertThat(read.print()).contains("http.port = 6002  (flag)", "accept = none  (default)");
  }

  @Test
  void anUnknownNameShowsTheNearestOne() {
    assertThatThrownBy(() -> read(Map.of(), "--http.prot", "1"))
        .hasMessage("there is no setting 'http.prot'; the nearest is 'http.port'");
  }

  @Test
  void aWrongValueSaysWhatWhereAndHowToMendIt() {
    assertThatThrownBy(() -> read(Map.of("RACKSTEAD_HTTP_PORT", "70000")))
        .hasMessageContaining("RACKSTEAD_HTTP_PORT")
        .hasMessageContaining("70000");
    assertThatThrownBy(() -> read(Map.of(), "--network", "prov0 10.77.0.0/24 server"))
        .hasMessageContaining("no address to give");
    assertThatThrownBy(
            () -> read(Map.of(), "--network", "prov0 10.77.0.0/24 server 10.78.0.1-10.78.0.9"))
        .hasMessageContaining("not inside 10.77.0.0/24");
    assertThatThrownBy(() -> read(Map.of(), "--accept", "some"))
        .hasMessageContaining("none or all");
  }
}
