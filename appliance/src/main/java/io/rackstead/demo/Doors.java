package io.rackstead.demo;

import io.rackstead.http.Route;
import io.rackstead.image.directory.DirectoryImageStore;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.Booter;
import java.util.List;

/// Where servers come in: what the boot services ask and tell, and the routes of agents and of
/// installed systems. A fake server uses these and nothing else.
public record Doors(
    Booter booter, BootJournal journal, List<Route> routes, DirectoryImageStore images) {
  public Doors {
    routes = List.copyOf(routes);
  }
}
