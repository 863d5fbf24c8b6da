package io.rackstead.vmhost;

import io.rackstead.bmc.BmcException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks at all VM hosts again and again: what others do there changes the room that is left. So
/// many at a time, and one that does not answer keeps no other waiting.
public final class Looking {
  /// As often as MAAS does.
  public static final Duration EVERY = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(Looking.class);
  private static final int AT_A_TIME = 4;

  private final VmHosts hosts;
  private final Consumer<? super VmHost> look;
  private final Semaphore places = new Semaphore(AT_A_TIME);
  private final Set<Long> underWay = ConcurrentHashMap.newKeySet();

  /// The hosts that did not answer last time: only that it has changed is worth a warning.
  private final Set<Long> silent = ConcurrentHashMap.newKeySet();

  public Looking(VmHosts hosts) {
    this(hosts, hosts::refresh);
  }

  Looking(VmHosts hosts, Consumer<? super VmHost> look) {
    this.hosts = hosts;
    this.look = look;
  }

  /// Begins with each host that is not being looked at still, and does not wait for them.
  public void all() {
    var there = hosts.list();
    silent.retainAll(there.stream().map(VmHost::id).toList());
    for (var host : there) {
      if (underWay.add(host.id())) {
        Thread.ofVirtual().name("vm-host").start(() -> one(host));
      }
    }
  }

  private void one(VmHost host) {
    try {
      places.acquire();
      try {
        look.accept(host);
        silent.remove(host.id());
      } finally {
        places.release();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (BmcException e) {
      if (silent.add(host.id())) {
        LOG.warn("VM host {} is not seen any more: {}", host.name(), e.getMessage());
      }
    } catch (RuntimeException e) {
      // one that was removed meanwhile is missed by nobody
      if (hosts.find(host.id()).isPresent()) {
        LOG.warn("VM host {} could not be looked at", host.name(), e);
      }
    } finally {
      underWay.remove(host.id());
    }
  }
}
