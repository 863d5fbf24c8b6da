package io.rackstead.maas;

import io.rackstead.machine.Machines;
import io.rackstead.place.Places;
import io.rackstead.store.Database;
import java.time.InstantSource;

/// What there is beside machines, people and networks, as the dialect needs it.
public record Things(Places zones, Places pools) {
  public static Things open(Database database, Machines machines, InstantSource clock) {
    return new Things(
        new Places(Places.Kind.ZONE, database, machines, clock),
        new Places(Places.Kind.POOL, database, machines, clock));
  }
}
