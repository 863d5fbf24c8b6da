package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.Accounts;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.ipmi.IpmiMessage.Response;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The user table (§22.26 to §22.30). Place 1 is the anonymous account and is left alone.
final class IpmiAccounts implements Accounts {
  private static final int FIRST = 2;
  private static final int MOST_PLACES = 63;
  private static final int NAME_LENGTH = 16;
  private static final int SHORT_PASSWORD = 16;
  private static final int LONG_PASSWORD = 20;
  private static final int NO_SUCH_NAME = 0xcc;

  private final BmcAddress address;
  private final SharedSession session;

  IpmiAccounts(BmcAddress address, SharedSession session) {
    this.address = address;
    this.session = session;
  }

  @Override
  public List<Account> list() {
    var accounts = new ArrayList<Account>();
    for (int place = FIRST; place <= places(); place++) {
      var name = name(place);
      if (!name.isEmpty()) {
        var access = session.exchange(Command.userAccess(place));
        accounts.add(
            new Account(
                Integer.toString(place),
                name,
                privilege(access.length < 4 ? 0x0f : access[3] & 0x0f)));
      }
    }
    return List.copyOf(accounts);
  }

  @Override
  public void put(BmcCredentials credentials) {
    var name = IpmiDialer.userName(address, credentials);
    var password = IpmiDialer.password(address, credentials);
    int place = placeFor(credentials.user());
    session.exchange(Command.setUserName(place, Arrays.copyOf(name, NAME_LENGTH)));
    int length = password.length > SHORT_PASSWORD ? LONG_PASSWORD : SHORT_PASSWORD;
    session.exchange(Command.setUserPassword(place, Arrays.copyOf(password, length)));
    session.exchange(Command.setUserAccess(place));
    session.exchange(Command.enableUser(place));
  }

  @Override
  public void remove(String user) {
    int places = places();
    for (int place = FIRST; place <= places; place++) {
      if (name(place).equals(user)) {
        session.exchange(Command.disableUser(place));
        session.exchange(Command.setUserName(place, new byte[NAME_LENGTH]));
      }
    }
  }

  private int placeFor(String user) {
    int free = 0;
    int places = places();
    for (int place = FIRST; place <= places; place++) {
      var name = name(place);
      if (name.equals(user)) {
        return place;
      }
      if (name.isEmpty() && free == 0) {
        free = place;
      }
    }
    if (free == 0) {
      throw new BmcException(
          UNSUPPORTED,
          address,
          "all %d places for accounts are taken; remove one on the BMC".formatted(places));
    }
    return free;
  }

  private int places() {
    var access = session.exchange(Command.userAccess(1));
    return access.length < 1 ? 0 : Math.min(access[0] & 0x3f, MOST_PLACES);
  }

  /// Empty for a free place, which some BMCs report as an invalid request.
  private String name(int place) {
    Response answer = session.answer(Command.userName(place));
    if (answer.completion() == NO_SUCH_NAME) {
      return "";
    }
    if (answer.completion() != 0) {
      var status = Status.ofCommand(answer.completion());
      throw new BmcException(
          status.kind(),
          address,
          Command.userName(place) + " refused: " + status.with(answer.completion()));
    }
    var text = new String(answer.data(), StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    return end < 0 ? text : text.substring(0, end);
  }

  private static String privilege(int level) {
    return switch (level) {
      case 1 -> "CALLBACK";
      case 2 -> "USER";
      case 3 -> "OPERATOR";
      case 4 -> "ADMINISTRATOR";
      case 5 -> "OEM";
      default -> "NO ACCESS";
    };
  }
}
