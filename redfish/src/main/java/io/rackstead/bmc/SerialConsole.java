package io.rackstead.bmc;

/// Facet: the server's serial port, as its BMC hands it on. A BMC has one, so who opens it holds it
/// until it is closed.
public interface SerialConsole {
  /// @param takeOver whether somebody else's console, or one of ours from before a restart, is
  ///   ended for this one; without it a console that is taken is a [BmcException]
  Stream open(Screen screen, boolean takeOver);

  /// Where it appears what the server writes. It is called on the thread that serves all BMCs and
  /// must not wait.
  interface Screen {
    void shows(byte[] output);

    /// Nothing more will come.
    ///
    /// @param why in words, empty when it was closed from our side
    void ended(String why);
  }

  /// An open console.
  interface Stream extends AutoCloseable {
    /// Takes keys to be sent in this order. Does not wait for the server to take them; what a
    /// server leaves lying is refused after 64 KiB, by a [BmcException].
    void type(byte[] keys);

    /// The line's break condition, in the order of what is typed: `SysRq` to a Linux console.
    void sendBreak();

    /// Gives the console back; never throws.
    @Override
    void close();
  }
}
