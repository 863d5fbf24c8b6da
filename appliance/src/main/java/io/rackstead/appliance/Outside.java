package io.rackstead.appliance;

import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.ipmi.IpmiDialer;
import io.rackstead.bmc.ipmi.IpmiSettings;
import io.rackstead.store.Database;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.function.Function;

/// The world as the appliance finds it: what tests and demonstrations replace.
///
/// @param bmcs makes the dialer, given where its exchanges are to be told
/// @param crashPoint told before and after each durable write
public record Outside(
    InstantSource clock,
    SecureRandom random,
    Function<BmcTrace, BmcDialer> bmcs,
    Database.CrashPoint crashPoint) {
  public static Outside real() {
    return new Outside(
        InstantSource.system(),
        new SecureRandom(),
        trace -> new IpmiDialer(IpmiSettings.DEFAULT, trace),
        _ -> {});
  }
}
