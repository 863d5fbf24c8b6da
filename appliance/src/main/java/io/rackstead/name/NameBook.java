package io.rackstead.name;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.dns.DnsName;
import io.rackstead.network.Domain;
import io.rackstead.network.Ip;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.NetworkRules;
import io.rackstead.network.Rejected;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The one door to DNS resources and their records: each change is checked, written with its audit
/// row, and answered by the DNS server from the next question on.
public final class NameBook {
  /// The id of a record that is to be added.
  public static final long NEW = NetworkBook.NEW;

  private static final int LONGEST = 4000;

  private final Database database;
  private final InstantSource clock;
  private final NetworkBook networks;
  private final AtomicLong version = new AtomicLong();
  private volatile Kept kept;

  private record Kept(Known known, long version) {}

  /// All of them at one moment.
  public record Known(List<DnsResource> resources, List<DnsData> data) {
    public Optional<DnsResource> resource(long id) {
      return resources.stream().filter(r -> r.id() == id).findFirst();
    }

    public Optional<DnsData> data(long id) {
      return data.stream().filter(d -> d.id() == id).findFirst();
    }

    public List<DnsData> of(DnsResource resource) {
      return data.stream().filter(d -> d.resourceId() == resource.id()).toList();
    }

    public Optional<DnsResource> named(long domain, String name) {
      return resources.stream()
          .filter(r -> r.domainId() == domain && r.name().equalsIgnoreCase(name))
          .findFirst();
    }

    /// How many sets of records a domain has here.
    public int count(long domain) {
      return resources.stream()
          .filter(r -> r.domainId() == domain)
          .mapToInt(r -> of(r).size() + (r.addresses().isEmpty() ? 0 : 1))
          .sum();
    }
  }

  public NameBook(Database database, NetworkBook networks, InstantSource clock) {
    this.database = database;
    this.networks = networks;
    this.clock = clock;
    kept = new Kept(database.read(NameBook::all), 0);
    database.onReopened(version::incrementAndGet);
  }

  public Known now() {
    var now = kept;
    long wanted = version.get();
    if (now.version() != wanted) {
      now = new Kept(database.read(NameBook::all), wanted);
      kept = now;
    }
    return now.known();
  }

  /// Grows with each change.
  public long version() {
    return version.get();
  }

  private static Known all(Tx tx) {
    return new Known(
        tx.list("select * from dns_resource order by id", NameBook::resource),
        tx.list(
            "select * from dns_record order by id",
            row ->
                new DnsData(
                    row.getLong("id"),
                    row.getLong("resource_id"),
                    row.getString("rrtype"),
                    row.getString("rrdata"),
                    number(row, "ttl"))));
  }

  private static DnsResource resource(ResultSet row) throws SQLException {
    return new DnsResource(
        row.getLong("id"),
        row.getLong("domain_id"),
        row.getString("name"),
        number(row, "address_ttl"),
        Stream.of(row.getString("ip_addresses").split(" ", -1))
            .filter(word -> !word.isEmpty())
            .map(Ip::parse)
            .toList());
  }

  private static Optional<Integer> number(ResultSet row, String column) throws SQLException {
    int number = row.getInt(column);
    return row.wasNull() ? Optional.empty() : Optional.of(number);
  }

  /// The number that secondaries would look at.
  public long serial() {
    return database
        .read(tx -> tx.one("select serial from dns_serial", row -> row.getLong(1)))
        .orElse(1L);
  }

  /// Never smaller than it was.
  void reached(long serial) {
    database.change(
        tx -> tx.change("update dns_serial set serial = ? where serial < ?", serial, serial));
  }

  /// Runs a change in one transaction.
  public <T> T change(Origin origin, Function<Change, T> work) {
    return database.inTransaction(tx -> within(tx, origin, work));
  }

  /// Runs a change as a part of another.
  public <T> T within(Tx tx, Origin origin, Function<Change, T> work) {
    tx.afterCommit(version::incrementAndGet);
    return work.apply(new Change(tx, origin));
  }

  /// The names inside a transaction.
  public final class Change {
    private final Tx tx;
    private final Origin origin;

    private Change(Tx tx, Origin origin) {
      this.tx = tx;
      this.origin = origin;
    }

    public Known now() {
      return all(tx);
    }

    private void audit(String what) {
      Audit.write(tx, clock.instant(), origin, what);
    }

    private Domain domain(long id) {
      return networks
          .now()
          .domain(id)
          .orElseThrow(() -> new Rejected("domain", "There is no such domain."));
    }

    public DnsResource save(DnsResource wanted) {
      check(wanted);
      var addresses =
          wanted.addresses().stream().distinct().map(Ip::text).collect(Collectors.joining(" "));
      if (addresses.length() > LONGEST) {
        throw new Rejected("ip_addresses", "That are too many addresses for one name.");
      }
      boolean fresh = wanted.id() == NEW;
      long id = wanted.id();
      if (fresh) {
        id =
            tx.insert(
                "insert into dns_resource (domain_id, name, address_ttl, ip_addresses)"
                    + " values (?, ?, ?, ?)",
                wanted.domainId(),
                wanted.name(),
                wanted.addressTtl(),
                addresses);
      } else {
        tx.change(
            "update dns_resource set domain_id = ?, name = ?, address_ttl = ?, ip_addresses = ?"
                + " where id = ?",
            wanted.domainId(),
            wanted.name(),
            wanted.addressTtl(),
            addresses,
            id);
      }
      audit(
          (fresh ? "added" : "changed")
              + " DNS resource "
              + wanted.fqdn(domain(wanted.domainId()).name()));
      return now().resource(id).orElseThrow();
    }

    private void check(DnsResource wanted) {
      var domain = domain(wanted.domainId());
      var bare = wanted.name().startsWith("*.") ? wanted.name().substring(2) : wanted.name();
      boolean star = wanted.name().equals("*") || wanted.name().equals(DnsResource.APEX);
      if (!star && !bare.matches("[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
          || !DnsName.valid(wanted.fqdn(domain.name()))) {
        throw new Rejected("name", "Invalid dnsresource name: " + wanted.name() + ".");
      }
      NetworkRules.ttl("address_ttl", wanted.addressTtl());
      var known = now();
      known
          .named(wanted.domainId(), wanted.name())
          .filter(other -> other.id() != wanted.id())
          .ifPresent(_ -> {
            throw new Rejected("__all__", "Labels must be unique within their zone.");
          });
      if (!wanted.addresses().isEmpty()
          && known.of(wanted).stream().anyMatch(d -> d.rrtype().equals("CNAME"))) {
        throw new Rejected("__all__", "Cannot add address: CNAME present.");
      }
    }

    public DnsData save(DnsData wanted) {
      var known = now();
      var resource =
          known
              .resource(wanted.resourceId())
              .orElseThrow(() -> new Rejected("fqdn", "There is no such name."));
      var domain = domain(resource.domainId()).name();
      if (wanted.rrdata().length() > LONGEST) {
        throw new Rejected("rrdata", "Ensure this value has at most " + LONGEST + " characters.");
      }
      // says what is wrong with the text
      Rrdata.record(wanted.rrtype(), wanted.rrdata(), resource.fqdn(domain), domain, 1);
      NetworkRules.ttl("ttl", wanted.ttl());
      beside(known, resource, wanted);
      boolean fresh = wanted.id() == NEW;
      long id = wanted.id();
      if (fresh) {
        id =
            tx.insert(
                "insert into dns_record (resource_id, rrtype, rrdata, ttl) values (?, ?, ?, ?)",
                wanted.resourceId(),
                wanted.rrtype(),
                wanted.rrdata(),
                wanted.ttl());
      } else {
        tx.change(
            "update dns_record set rrtype = ?, rrdata = ?, ttl = ? where id = ?",
            wanted.rrtype(),
            wanted.rrdata(),
            wanted.ttl(),
            id);
      }
      audit(
          "%s %s record of %s"
              .formatted(fresh ? "added" : "changed", wanted.rrtype(), resource.fqdn(domain)));
      return now().data(id).orElseThrow();
    }

    /// RFC 1034 §3.6.2: an alias stands alone.
    private static void beside(Known known, DnsResource resource, DnsData wanted) {
      var others = known.of(resource).stream().filter(d -> d.id() != wanted.id()).toList();
      if (wanted.rrtype().equals("CNAME")) {
        if (!others.isEmpty() || !resource.addresses().isEmpty()) {
          throw new Rejected("__all__", "Cannot add CNAME: other records present.");
        }
        if (resource.name().equals(DnsResource.APEX)) {
          throw new Rejected("__all__", "Cannot add CNAME: a domain's own name has SOA and NS.");
        }
      } else if (others.stream().anyMatch(d -> d.rrtype().equals("CNAME"))) {
        throw new Rejected("__all__", "Cannot add " + wanted.rrtype() + ": CNAME present.");
      }
    }

    public void remove(DnsResource resource) {
      tx.change("delete from dns_record where resource_id = ?", resource.id());
      tx.change("delete from dns_resource where id = ?", resource.id());
      audit("removed DNS resource " + resource.fqdn(domain(resource.domainId()).name()));
    }

    /// A name goes with the last that it had.
    public void remove(DnsData data) {
      tx.change("delete from dns_record where id = ?", data.id());
      audit("removed DNS record " + data.id() + " (" + data.rrtype() + ")");
      var known = now();
      known
          .resource(data.resourceId())
          .filter(r -> r.addresses().isEmpty() && known.of(r).isEmpty())
          .ifPresent(this::remove);
    }

    public void serial(long serial) {
      if (serial < 1 || serial > 0xffff_ffffL) {
        throw new Rejected("serial", "A serial is 1 to 4294967295.");
      }
      tx.change("update dns_serial set serial = ?", serial);
      audit("set the zones' serial to " + serial);
    }
  }
}
