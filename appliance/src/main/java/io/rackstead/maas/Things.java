package io.rackstead.maas;

import io.rackstead.file.StoredFiles;
import io.rackstead.machine.Machines;
import io.rackstead.place.Places;
import io.rackstead.setting.Settings;
import io.rackstead.store.Database;
import io.rackstead.tag.Tags;
import java.time.InstantSource;
import java.util.concurrent.Executor;

/// What there is beside machines, people and networks, as the dialect needs it.
public record Things(Places zones, Places pools, Tags tags, Settings settings, StoredFiles files) {
  /// @param later runs what follows from a machine's report, off the reporting thread
  public static Things open(
      Database database, Machines machines, InstantSource clock, Executor later) {
    return new Things(
        new Places(Places.Kind.ZONE, database, machines, clock),
        new Places(Places.Kind.POOL, database, machines, clock),
        new Tags(database, machines, clock, later),
        new Settings(database, clock),
        new StoredFiles(database, clock));
  }
}
