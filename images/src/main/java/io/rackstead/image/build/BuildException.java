package io.rackstead.image.build;

import java.io.IOException;

/// Why something could not be built, in one line that says what to do.
public final class BuildException extends IOException {
  private static final long serialVersionUID = 1L;

  public BuildException(String message) {
    super(message);
  }

  public BuildException(String message, Throwable cause) {
    super(message, cause);
  }
}
