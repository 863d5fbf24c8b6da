package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.bmc.Accounts;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import java.util.List;
import java.util.Optional;

/// The accounts of the service (`ManagerAccount`). Some have a fixed number of places, of which the
/// free ones are accounts without a name; there an account is made by naming one.
final class RedfishAccounts implements Accounts {
  private static final int MOST = 256;
  private static final String FIRST_PLACE = "1";
  private static final String ADMINISTRATOR = "Administrator";

  private final RedfishSession session;
  private final Resource service;
  private final String collection;

  private RedfishAccounts(RedfishSession session, Resource service, String collection) {
    this.session = session;
    this.service = service;
    this.collection = collection;
  }

  static Optional<Accounts> of(RedfishSession session) {
    return session
        .root()
        .link("AccountService")
        .flatMap(session::find)
        .flatMap(service ->
            service
                .link("Accounts")
                .map(accounts -> new RedfishAccounts(session, service, accounts)));
  }

  @Override
  public List<Account> list() {
    return all().stream()
        .filter(account -> !name(account).isEmpty())
        .map(account -> new Account(account.id(), name(account), account.text("RoleId")))
        .toList();
  }

  @Override
  public void put(BmcCredentials credentials) {
    var password = new String(credentials.password());
    checkLength(password);
    var accounts = all();
    var own = named(accounts, credentials.user());
    if (own.isPresent()) {
      write(own.get(), account(password), credentials.user(), password);
      return;
    }
    var named = account(password).put("UserName", credentials.user());
    var ask =
        Ask.post(collection, named, "Create account " + credentials.user()).concealing(password);
    var answer = session.attempt(ask);
    boolean fixed = answer.status() == 405 || answer.status() == 501 || answer.status() == 404;
    var free = free(accounts);
    if (answer.ok() || !fixed || free.isEmpty()) {
      var _ = session.checked(ask, answer);
      return;
    }
    write(free.get(), named, credentials.user(), password);
  }

  @Override
  public void remove(String user) {
    var own = named(all(), user);
    if (own.isEmpty()) {
      return;
    }
    var ask = Ask.delete(own.get().path(), "Remove account " + user);
    var answer = session.attempt(ask);
    if (answer.status() == 405 || answer.status() == 501) {
      var empty = RedfishJson.object().put("Enabled", false).put("UserName", "");
      session.patch(own.get(), empty, "Empty the place of account " + user);
      return;
    }
    var _ = session.checked(ask, answer);
  }

  private static ObjectNode account(String password) {
    return RedfishJson.object()
        .put("Password", password)
        .put("RoleId", ADMINISTRATOR)
        .put("Enabled", true);
  }

  private void write(Resource account, ObjectNode change, String user, String password) {
    var ask = Ask.patch(account.path(), change, "Set account " + user).concealing(password);
    // a list may have been expanded, and then its parts come without a tag
    var answer = session.attemptPatch(session.get(account.path()), ask);
    var _ = session.checked(ask, answer);
  }

  private List<Resource> all() {
    return session.members(collection, MOST);
  }

  private static String name(Resource account) {
    return account.text("UserName");
  }

  private static Optional<Resource> named(List<Resource> accounts, String user) {
    return accounts.stream().filter(account -> name(account).equals(user)).findFirst();
  }

  /// Place 1 is reserved where there are places.
  private static Optional<Resource> free(List<Resource> accounts) {
    return accounts.stream()
        .filter(account -> name(account).isEmpty() && !account.id().equals(FIRST_PLACE))
        .findFirst();
  }

  private void checkLength(String password) {
    double least = service.number("MinPasswordLength").orElse(0);
    double most = service.number("MaxPasswordLength").orElse(Integer.MAX_VALUE);
    if (password.length() < least || password.length() > most && most > 0) {
      throw new BmcException(
          UNSUPPORTED,
          session.address(),
          "a password has %.0f to %.0f characters there, this one has %d"
              .formatted(least, most, password.length()));
    }
  }
}
