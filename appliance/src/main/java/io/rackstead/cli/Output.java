package io.rackstead.cli;

import java.io.IOException;

/// Where a command writes its lines. Throws once nobody reads them any more.
public interface Output {
  void line(String text) throws IOException;

  void error(String text) throws IOException;

  /// Finds out whether somebody still reads; for commands that are silent for long.
  void alive() throws IOException;
}
