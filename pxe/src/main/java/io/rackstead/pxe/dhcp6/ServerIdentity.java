package io.rackstead.pxe.dhcp6;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/// Our own DUID: made once and kept, so that clients which renew find the server that they know,
/// whatever adapters it has by then.
public final class ServerIdentity {
  private ServerIdentity() {}

  /// @throws IOException when it can be neither read nor written, or is no UUID
  public static Duid in(Path directory) throws IOException {
    var file = directory.resolve("server-duid");
    if (Files.exists(file)) {
      try {
        return Duid.of(UUID.fromString(Files.readString(file).strip()));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " holds no UUID: remove it, and clients get a new lease", e);
      }
    }
    Files.createDirectories(directory);
    var uuid = UUID.randomUUID();
    Files.writeString(file, uuid + "\n");
    return Duid.of(uuid);
  }
}
