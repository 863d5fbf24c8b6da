package io.rackstead.cluster;

import io.rackstead.artifact.Artifacts;
import io.rackstead.artifact.Declared;
import io.rackstead.broker.Receipt;
import io.rackstead.machine.Machine;
import io.rackstead.recipe.Blueprint;
import io.rackstead.recipe.Fetched;
import io.rackstead.recipe.Joining;
import io.rackstead.recipe.Recipe;
import io.rackstead.recipe.Release;
import io.rackstead.recipe.Self;
import java.util.Optional;

/// The first start of a cluster's machines.
///
/// @param files where they fetch from
record Installing(Cluster cluster, Keeping keeping, String files) {
  private Recipe recipe(Part part) {
    var spec = cluster.spec();
    return Recipe.of(
        spec.distribution(),
        new Blueprint(
            Release.parse(spec.version()).orElseThrow(),
            cluster.name(),
            spec.stands(),
            spec.virtualIp(),
            spec.controls(),
            spec.podSubnet(),
            spec.serviceSubnet(),
            !spec.cni().isEmpty(),
            spec.artifacts().stream()
                .filter(item -> item.on().with(part))
                .map(this::fetched)
                .toList(),
            keeping.files(),
            keeping.secret(),
            spec.joinS(),
            spec.ignoredChecks()));
  }

  private Fetched fetched(Spec.Item item) {
    return new Fetched(
        item.name(),
        files + "/" + Artifacts.PREFIX + item.sha256(),
        item.sha256(),
        item.kind(),
        item.path(),
        item.mode());
  }

  private String title(Machine machine) {
    return "%s, of the cluster %s".formatted(machine.hostname(), cluster.name());
  }

  /// One that others find by its address says so itself.
  private static Self control(Machine machine) {
    return new Self(machine.hostname(), machine.node().addresses().stream().findFirst().orElse(""));
  }

  String first(Machine machine) {
    return recipe(Part.FIRST).first(control(machine)).script(title(machine));
  }

  /// @param prepared the token that the cluster has for it
  String joining(Machine machine, Part part, Receipt prepared) {
    var joining =
        new Joining(
            prepared.kept().getOrDefault("endpoint", ""),
            prepared.kept().getOrDefault("token", ""),
            prepared.kept().getOrDefault("ca_hash", ""));
    var start =
        part.controls()
            ? recipe(part).control(control(machine), joining)
            : recipe(part).worker(new Self(machine.hostname()), joining);
    return start.script(title(machine));
  }

  /// What is not in our store yet, in words.
  static Optional<String> missing(Spec spec, Artifacts artifacts) {
    for (var item : spec.artifacts()) {
      var there = artifacts.find(item.name());
      if (there.filter(Declared::present).isEmpty()) {
        return Optional.of(
            "waits for the artifact %s%s"
                .formatted(
                    item.name(),
                    there
                        .map(Declared::why)
                        .filter(why -> !why.isEmpty())
                        .map(why -> ": " + why)
                        .orElse("")));
      }
    }
    return Optional.empty();
  }
}
