package io.rackstead.appliance;

import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcDialers;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.ipmi.IpmiDialer;
import io.rackstead.bmc.ipmi.IpmiSettings;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.bmc.libvirt.LibvirtDialer;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import io.rackstead.demo.Demo;
import io.rackstead.demo.Doors;
import io.rackstead.store.Database;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/// The world as the appliance finds it: what tests and demonstrations replace.
///
/// @param bmcs makes the dialer, given what the appliance does for it
/// @param crashPoint told before and after each durable write
/// @param servers given the doors once the appliance runs: fake servers come in by them
public record Outside(
    InstantSource clock,
    SecureRandom random,
    Function<BmcHost, BmcDialer> bmcs,
    Database.CrashPoint crashPoint,
    Consumer<Doors> servers) {
  /// What a dialer is given.
  ///
  /// @param trace where its exchanges are to be told
  /// @param trust which keys BMCs are known by
  /// @param libvirt the door to hosts of virtual servers
  public record BmcHost(BmcTrace trace, BmcTrust trust, Libvirt libvirt) {}

  /// The world without servers that are part of this process.
  public Outside(
      InstantSource clock,
      SecureRandom random,
      Function<BmcHost, BmcDialer> bmcs,
      Database.CrashPoint crashPoint) {
    this(clock, random, bmcs, crashPoint, _ -> {});
  }

  /// A rack of fakes in place of all servers.
  public static Outside of(Demo demo) {
    return new Outside(
        InstantSource.system(), new SecureRandom(), _ -> demo.bmcs(), _ -> {}, demo::run);
  }

  public static Outside real() {
    return new Outside(InstantSource.system(), new SecureRandom(), Outside::dialers, _ -> {});
  }

  private static BmcDialer dialers(BmcHost host) {
    var redfish = new RedfishDialer(RedfishSettings.DEFAULT, host.trust(), host.trace());
    var virtual = new LibvirtDialer(host.libvirt(), host.trace());
    return new BmcDialers(
        Map.of(
            "ipmi", new IpmiDialer(IpmiSettings.DEFAULT, host.trace()),
            "redfish+https", redfish,
            "redfish+http", redfish,
            "qemu+ssh", virtual,
            "qemu+tcp", virtual));
  }
}
