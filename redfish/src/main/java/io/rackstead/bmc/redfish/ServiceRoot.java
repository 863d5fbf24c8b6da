package io.rackstead.bmc.redfish;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.OkHttpClient;

/// The one resource that a Redfish service shows to anybody (DSP0266 §6.3): what it is, and a UUID
/// of the service.
///
/// @param product for people; says so where the service hides its root
public record ServiceRoot(String product, String uuid) {
  private static final String PATH = "/redfish/v1/";
  private static final RedfishSettings QUICK =
      new RedfishSettings(
          Duration.ofSeconds(2),
          Duration.ofSeconds(8),
          Duration.ZERO,
          Duration.ofSeconds(1),
          Duration.ZERO,
          1 << 18);

  /// Nothing is told to it but the question, so its key does not matter yet.
  private static final BmcTrust ANY =
      new BmcTrust() {
        @Override
        public String pin(BmcAddress address, String seen) {
          return seen;
        }

        @Override
        public String howToAccept(BmcAddress address, String seen) {
          return "log in";
        }
      };

  private static final ReentrantLock MAKING = new ReentrantLock();
  private static Optional<OkHttpClient> client = Optional.empty();

  /// Empty where nobody answers, or not with Redfish. Shows no account.
  public static Optional<ServiceRoot> ask(BmcAddress address) {
    var http = RedfishHttp.to(address, QUICK, client(), ANY, BmcTrace.NONE);
    try {
      return read(http.send(Ask.get(PATH)));
    } catch (BmcException e) {
      return Optional.empty(); // a web server of another kind, or one that hangs
    }
  }

  private static OkHttpClient client() {
    MAKING.lock();
    try {
      var made = client.orElseGet(() -> RedfishHttp.shared(QUICK));
      client = Optional.of(made);
      return made;
    } finally {
      MAKING.unlock();
    }
  }

  static Optional<ServiceRoot> read(Answer answer) {
    var root = new Resource(PATH, answer.body());
    if (answer.ok()) {
      boolean redfish =
          !root.text("RedfishVersion").isEmpty()
              || root.text("@odata.type").contains("ServiceRoot");
      return redfish
          ? Optional.of(new ServiceRoot(product(root), root.text("UUID")))
          : Optional.empty();
    }
    boolean hides =
        (answer.status() == 401 || answer.status() == 403)
            && (root.at("error").has("@Message.ExtendedInfo") || root.at("error").has("code"));
    return hides
        ? Optional.of(new ServiceRoot("shows its service root only after a login", ""))
        : Optional.empty();
  }

  private static String product(Resource root) {
    var version = root.text("RedfishVersion");
    return Stream.of(
            root.text("Vendor"),
            root.text("Product"),
            version.isEmpty() ? "" : "Redfish " + version)
        .filter(word -> !word.isEmpty())
        .collect(Collectors.joining(" "));
  }
}
