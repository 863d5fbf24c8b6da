package io.rackstead.tests.bmc;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The accounts of a simulated BMC in ten places, the first of them anonymous and switched off.
final class UserTable {
  static final int PLACES = 10;
  private static final int NO_ACCESS = 0xf;

  private record Place(String name, byte[] word, int privilege, boolean enabled) {}

  private final List<Place> places = new ArrayList<>();

  UserTable(List<SimulatedUser> users) {
    places.add(new Place("", new byte[0], NO_ACCESS, false));
    for (var user : users) {
      places.add(
          new Place(
              user.name(),
              user.password().getBytes(StandardCharsets.UTF_8),
              user.privilege(),
              true));
    }
    while (places.size() < PLACES) {
      places.add(new Place("", new byte[0], NO_ACCESS, false));
    }
  }

  boolean has(int place) {
    return place >= 1 && place <= PLACES;
  }

  String name(int place) {
    return at(place).name;
  }

  int privilege(int place) {
    return at(place).privilege;
  }

  int enabled() {
    return (int) places.stream().filter(Place::enabled).count();
  }

  Optional<SimulatedUser> login(String name) {
    return places.stream()
        .filter(p -> p.enabled && p.name.equals(name) && !name.isEmpty())
        .findFirst()
        .map(p ->
            new SimulatedUser(p.name, new String(p.word, StandardCharsets.UTF_8), p.privilege));
  }

  void rename(int place, String name) {
    var p = at(place);
    places.set(place - 1, new Place(name, p.word, p.privilege, p.enabled));
  }

  void allow(int place, int privilege) {
    var p = at(place);
    places.set(place - 1, new Place(p.name, p.word, privilege, p.enabled));
  }

  void enable(int place, boolean on) {
    var p = at(place);
    places.set(place - 1, new Place(p.name, p.word, p.privilege, on));
  }

  void password(int place, byte[] padded) {
    var p = at(place);
    places.set(place - 1, new Place(p.name, trimmed(padded), p.privilege, p.enabled));
  }

  boolean matches(int place, byte[] padded) {
    return Arrays.equals(at(place).word, trimmed(padded));
  }

  private Place at(int place) {
    return places.get(place - 1);
  }

  static byte[] trimmed(byte[] padded) {
    int end = 0;
    while (end < padded.length && padded[end] != 0) {
      end++;
    }
    return Arrays.copyOf(padded, end);
  }
}
