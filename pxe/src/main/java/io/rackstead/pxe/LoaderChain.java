package io.rackstead.pxe;

/// By which loaders a client's firmware gets to what was decided.
public enum LoaderChain {
  /// iPXE: the way for all
  IPXE("ipxe"),
  /// shim, signed by Microsoft, then the distribution's GRUB and kernel, signed by it: the way that
  /// Secure Boot lets pass
  SIGNED_GRUB("signed-grub");

  private final String text;

  LoaderChain(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }

  public static LoaderChain parse(String text) {
    for (var chain : values()) {
      if (chain.text.equals(text)) {
        return chain;
      }
    }
    throw new IllegalArgumentException("boot-chain is ipxe or signed-grub, got " + text);
  }
}
