package io.rackstead.image.build;

import java.io.IOException;

/// Files that travel in our own jar.
final class Resources {
  private Resources() {}

  static byte[] read(String name) throws IOException {
    try (var in = Resources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new BuildException("this build of the program lacks its file " + name);
      }
      return in.readAllBytes();
    }
  }
}
