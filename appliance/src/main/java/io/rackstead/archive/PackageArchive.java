package io.rackstead.archive;

import java.util.List;

/// An archive of packages: what a deployed system's package manager is told of it.
///
/// @param url of the archive, or `ppa:OWNER/NAME`
/// @param distributions empty: the release that is installed
/// @param disabledPockets of the main archives: `updates`, `security`, `backports`
/// @param disabledComponents of the main archives
/// @param arches Debian's names; empty: all
/// @param key the archive's public key, ASCII-armoured; empty: the system has it
/// @param disableSources source packages are not asked for
public record PackageArchive(
    long id,
    String name,
    String url,
    List<String> distributions,
    List<String> disabledPockets,
    List<String> disabledComponents,
    List<String> components,
    List<String> arches,
    String key,
    boolean disableSources,
    boolean enabled) {
  /// The two that each Debian has from the start.
  public static final String MAIN = "main_archive";

  public static final String PORTS = "ports_archive";

  public static final String DEBIAN = "http://deb.debian.org/debian";

  public PackageArchive {
    distributions = List.copyOf(distributions);
    disabledPockets = List.copyOf(disabledPockets);
    disabledComponents = List.copyOf(disabledComponents);
    components = List.copyOf(components);
    arches = List.copyOf(arches);
  }

  public static PackageArchive named(String name) {
    return new PackageArchive(
        0, name, "", List.of(), List.of(), List.of(), List.of(), List.of(), "", true, true);
  }

  static PackageArchive standard(String name, List<String> arches) {
    return new PackageArchive(
        0, name, DEBIAN, List.of(), List.of(), List.of(), List.of(), arches, "", true, true);
  }

  PackageArchive withId(long number) {
    return new PackageArchive(
        number,
        name,
        url,
        distributions,
        disabledPockets,
        disabledComponents,
        components,
        arches,
        key,
        disableSources,
        enabled);
  }

  /// The image's own archive, not one beside it.
  public boolean isStandard() {
    return name.equals(MAIN) || name.equals(PORTS);
  }

  /// Nothing was said of it that the image does not do by itself.
  public boolean untouched() {
    return isStandard() && equals(standard(name, arches).withId(id));
  }

  public boolean isFor(String arch) {
    return arches.isEmpty() || arches.contains(arch);
  }
}
