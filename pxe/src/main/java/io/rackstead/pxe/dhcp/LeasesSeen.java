package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.lease.Lease;
import io.rackstead.pxe.lease.Leases;
import io.rackstead.pxe.net.MacAddress;
import java.net.Inet4Address;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/// Leases that answer as the real ones do and change nothing.
record LeasesSeen(Leases real, InstantSource clock) implements Leases {
  @Override
  public Optional<Inet4Address> offer(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, boolean known) {
    return real.look(mac, network, wanted, known);
  }

  @Override
  public Optional<Inet4Address> look(
      MacAddress mac, Served network, Optional<Inet4Address> wanted, boolean known) {
    return real.look(mac, network, wanted, known);
  }

  @Override
  public Optional<String> objection(MacAddress mac, Served network, Inet4Address address) {
    return real.objection(mac, network, address);
  }

  @Override
  public Binding bind(MacAddress mac, Served network, Inet4Address address) {
    var now = clock.instant();
    return real.objection(mac, network, address)
        .<Binding>map(Binding.Refused::new)
        .orElseGet(() ->
            new Binding.Bound(
                new Lease(mac, address, Lease.Kind.BOUND, now, now.plus(network.leaseTime())),
                false));
  }

  @Override
  public Optional<Lease> of(MacAddress mac, Served network) {
    return real.of(mac, network);
  }

  @Override
  public List<Lease> of(MacAddress mac) {
    return real.of(mac);
  }

  @Override
  public Optional<Lease> at(Inet4Address address) {
    return real.at(address);
  }

  @Override
  public void withdraw(MacAddress mac, Served network) {}

  @Override
  public void release(MacAddress mac, Inet4Address address) {}

  @Override
  public boolean decline(MacAddress mac, Inet4Address address) {
    return real.at(address).filter(lease -> lease.mac().equals(mac)).isPresent();
  }

  @Override
  public Usage usage(Served network) {
    return real.usage(network);
  }

  @Override
  public boolean occupied(MacAddress by, Inet4Address address) {
    return false;
  }

  @Override
  public List<Inet4Address> next(Served network, int most) {
    return real.next(network, most);
  }

  @Override
  public boolean unwritten() {
    return false;
  }

  @Override
  public long failures() {
    return 0;
  }

  @Override
  public boolean commit() {
    return true;
  }

  @Override
  public List<Lease> list() {
    return real.list();
  }
}
