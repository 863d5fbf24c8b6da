package io.rackstead.bmc;

/// Opens a session with a BMC, or says with a [BmcException] why there is none.
public interface BmcDialer {
  Bmc dial(BmcAddress address, BmcCredentials credentials);
}
