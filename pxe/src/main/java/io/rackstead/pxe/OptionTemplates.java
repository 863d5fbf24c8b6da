package io.rackstead.pxe;

import io.rackstead.pxe.net.AddressRange;
import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.util.Map;

/// Which clients of a network get which extra options, and which loader: the machine's own count
/// before those of the range that its address is in, and those before the network's.
public record OptionTemplates(
    OptionTemplate network,
    Map<AddressRange, OptionTemplate> ranges,
    Map<MacAddress, OptionTemplate> machines,
    LoaderChain chain,
    Map<MacAddress, LoaderChain> chains) {
  public static final OptionTemplates NONE =
      new OptionTemplates(OptionTemplate.NONE, Map.of(), Map.of());

  public OptionTemplates {
    ranges = Map.copyOf(ranges);
    machines = Map.copyOf(machines);
    chains = Map.copyOf(chains);
  }

  /// Where nothing is said of the loader.
  public OptionTemplates(
      OptionTemplate network,
      Map<AddressRange, OptionTemplate> ranges,
      Map<MacAddress, OptionTemplate> machines) {
    this(network, ranges, machines, LoaderChain.IPXE, Map.of());
  }

  /// The same options for everybody in the network.
  public static OptionTemplates all(OptionTemplate network) {
    return new OptionTemplates(network, Map.of(), Map.of());
  }

  public OptionTemplate of(MacAddress mac, Inet4Address address) {
    var options = network;
    for (var range : ranges.entrySet()) {
      if (range.getKey().contains(address)) {
        options = options.under(range.getValue());
      }
    }
    return options.under(machines.getOrDefault(mac, OptionTemplate.NONE));
  }

  public LoaderChain chainOf(MacAddress mac) {
    return chains.getOrDefault(mac, chain);
  }
}
