package io.rackstead.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.artifact.Declared;
import io.rackstead.http.Problem;
import io.rackstead.image.ImageId;
import io.rackstead.machine.EraseMode;
import io.rackstead.network.Ip;
import io.rackstead.recipe.Distribution;
import io.rackstead.recipe.Fetched;
import io.rackstead.recipe.Release;
import io.rackstead.recipe.VirtualIp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Reads what somebody asks for; a [Problem] 400 names what cannot be.
final class SpecReader {
  static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");
  static final int MOST_WORKERS = 1000;
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?|[0-9a-fA-F:]{2,39}");
  private static final Pattern SUBNETS =
      Pattern.compile("[0-9a-fA-F:.]{2,39}/\\d{1,3}(,[0-9a-fA-F:.]{2,39}/\\d{1,3})?");
  private static final Pattern PATH =
      Pattern.compile("(?:/[A-Za-z0-9_][A-Za-z0-9._@+-]{0,99}){1,20}");
  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,63}");
  private static final Pattern CHECK = Pattern.compile("[A-Za-z0-9][A-Za-z0-9.-]{0,99}");
  private static final int MOST_ARTIFACTS = 40;
  private static final int MOST_WISHES = 40;

  private final Function<String, Optional<Declared>> artifacts;

  /// @param artifacts those that are declared
  SpecReader(Function<String, Optional<Declared>> artifacts) {
    this.artifacts = artifacts;
  }

  Spec read(JsonNode asked) {
    known(
        "a cluster",
        asked,
        "name",
        "distribution",
        "version",
        "control_plane",
        "workers",
        "image",
        "endpoint",
        "virtual_ip",
        "pod_subnet",
        "service_subnet",
        "cni",
        "artifacts",
        "erase",
        "patience_s",
        "join_s",
        "ignored_checks");
    var plane = asked.path("control_plane");
    known("control_plane", plane, "size", "constraints");
    var workers = asked.path("workers");
    known("workers", workers, "count", "constraints");
    int size = number("control_plane.size", plane.path("size"), 1, 1, 3);
    if (size == 2) {
      throw new Problem(
          400, "control_plane.size is 1 or 3: two have no majority without each other");
    }
    var items = new ArrayList<Spec.Item>();
    items(asked.path("artifacts")).forEach(items::add);
    var cni = text(asked, "cni", "");
    if (!cni.isEmpty()) {
      items.add(item("cni", cni, Fetched.Kind.MANIFEST, "", "0600", Spec.Nodes.CONTROL_PLANE));
    }
    var virtual = virtualIp(asked.path("virtual_ip"));
    var endpoint = matching("endpoint", text(asked, "endpoint", ""), HOST, "a host or an address");
    if (size > 1 && virtual.isEmpty() && endpoint.isEmpty()) {
      throw new Problem(
          400, "three control planes need a virtual_ip, or an endpoint that leads to them");
    }
    return new Spec(
        choice("distribution", text(asked, "distribution", "kubeadm"), Distribution.class),
        Release.parse(text(asked, "version", ""))
            .orElseThrow(() -> new Problem(400, "version is one from 1.20 on, as v1.31.4"))
            .text(),
        size,
        wishes("control_plane.constraints", plane.path("constraints")),
        number("workers.count", workers.path("count"), 0, 0, MOST_WORKERS),
        wishes("workers.constraints", workers.path("constraints")),
        image(text(asked, "image", "")),
        endpoint,
        virtual,
        matching(
            "pod_subnet", text(asked, "pod_subnet", ""), SUBNETS, "a subnet, as 10.244.0.0/16"),
        matching("service_subnet", text(asked, "service_subnet", ""), SUBNETS, "a subnet"),
        cni,
        items,
        choice("erase", text(asked, "erase", "quick"), EraseMode.class),
        number("patience_s", asked.path("patience_s"), 4 * 3600, 60, 7 * 86_400),
        number("join_s", asked.path("join_s"), Spec.JOIN_S, 60, 86_400),
        checks(asked.path("ignored_checks")));
  }

  private static List<String> checks(JsonNode asked) {
    var checks = new ArrayList<String>();
    if (!asked.isMissingNode() && (!asked.isArray() || asked.size() > MOST_WISHES)) {
      throw new Problem(400, "ignored_checks is a list of at most " + MOST_WISHES);
    }
    for (var one : asked) {
      if (!CHECK.matcher(one.asText()).matches()) {
        throw new Problem(400, "ignored_checks has names of kubeadm's checks, as NumCPU or Mem");
      }
      checks.add(one.asText());
    }
    return checks;
  }

  private static String image(String text) {
    try {
      return ImageId.parse(text).toString();
    } catch (IllegalArgumentException e) {
      throw new Problem(400, "image: " + e.getMessage(), e);
    }
  }

  private static Optional<VirtualIp> virtualIp(JsonNode asked) {
    if (asked.isMissingNode() || asked.isNull()) {
      return Optional.empty();
    }
    known("virtual_ip", asked, "address", "by", "version", "interface");
    var kind = choice("virtual_ip.by", text(asked, "by", "kube_vip"), VirtualIp.Kind.class);
    var address = text(asked, "address", "");
    try {
      Ip.parse(address);
    } catch (IllegalArgumentException e) {
      throw new Problem(400, "virtual_ip.address is an address, got '" + cut(address) + "'", e);
    }
    var nic = text(asked, "interface", "");
    if (!nic.isEmpty() && !nic.matches("[A-Za-z0-9._-]{1,15}")) {
      throw new Problem(400, "virtual_ip.interface is the name of an interface");
    }
    if (kind == VirtualIp.Kind.KEEPALIVED && nic.isEmpty()) {
      throw new Problem(400, "virtual_ip.interface: keepalived has to be told which one");
    }
    var version = text(asked, "version", "");
    if (kind == VirtualIp.Kind.KUBE_VIP && !TAG.matcher(version).matches()) {
      throw new Problem(400, "virtual_ip.version is that of kube-vip, as v0.8.7");
    }
    return Optional.of(new VirtualIp(address, kind, version, nic));
  }

  private List<Spec.Item> items(JsonNode asked) {
    if (!asked.isMissingNode() && (!asked.isArray() || asked.size() > MOST_ARTIFACTS)) {
      throw new Problem(400, "artifacts is a list of at most " + MOST_ARTIFACTS);
    }
    var items = new ArrayList<Spec.Item>();
    for (var one : asked) {
      var where = "artifacts[" + items.size() + "]";
      known(where, one, "name", "as", "path", "mode", "on");
      var kind = choice(where + ".as", text(one, "as", "file"), Fetched.Kind.class);
      var path = matching(where + ".path", text(one, "path", ""), PATH, "an absolute path");
      boolean placed = kind == Fetched.Kind.FILE || kind == Fetched.Kind.TREE;
      if (placed == path.isEmpty()) {
        throw new Problem(400, where + ".path: a file or a tree has one, nothing else has");
      }
      var mode = text(one, "mode", "0755");
      if (!mode.matches("0?[0-7]{3}")) {
        throw new Problem(400, where + ".mode is octal, as \"0755\"");
      }
      var on = choice(where + ".on", text(one, "on", "all"), Spec.Nodes.class);
      items.add(item(where + ".name", text(one, "name", ""), kind, path, mode, on));
    }
    return items;
  }

  private Spec.Item item(
      String where, String name, Fetched.Kind kind, String path, String mode, Spec.Nodes on) {
    var declared =
        artifacts
            .apply(name)
            .orElseThrow(() ->
                new Problem(400, "%s: there is no artifact '%s'".formatted(where, cut(name))));
    return new Spec.Item(name, declared.sha256(), kind, path, mode, on);
  }

  private static Map<String, List<String>> wishes(String where, JsonNode asked) {
    if (asked.isMissingNode()) {
      return Map.of();
    }
    if (!asked.isObject() || asked.size() > MOST_WISHES) {
      throw new Problem(400, where + " is an object of at most " + MOST_WISHES + " names");
    }
    var wishes = new LinkedHashMap<String, List<String>>();
    for (var entry : asked.properties()) {
      var values = new ArrayList<String>();
      for (var value : entry.getValue().isArray() ? entry.getValue() : List.of(entry.getValue())) {
        if (value.isContainerNode() || value.asText().length() > 200 || values.size() > 40) {
          throw new Problem(
              400, where + "." + cut(entry.getKey()) + " is a text or a list of texts");
        }
        values.add(value.asText());
      }
      wishes.put(entry.getKey(), values);
    }
    return wishes;
  }

  static void known(String where, JsonNode node, String... names) {
    if (node.isMissingNode()) {
      return;
    }
    if (!node.isObject()) {
      throw new Problem(400, where + " is an object");
    }
    var all = Set.of(names);
    node.fieldNames()
        .forEachRemaining(name -> {
          if (!all.contains(name)) {
            throw new Problem(
                400,
                "%s has no '%s'; it has %s".formatted(where, cut(name), String.join(", ", names)));
          }
        });
  }

  private static String text(JsonNode node, String name, String preset) {
    var value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return preset;
    }
    if (!value.isTextual()) {
      throw new Problem(400, name + " is a text");
    }
    return value.asText();
  }

  static int number(String where, JsonNode value, int preset, int least, int most) {
    if (value.isMissingNode()) {
      return preset;
    }
    if (!value.isIntegralNumber() || value.asLong() < least || value.asLong() > most) {
      throw new Problem(400, "%s is a number from %d to %d".formatted(where, least, most));
    }
    return value.asInt();
  }

  private static String matching(String where, String text, Pattern pattern, String what) {
    if (!text.isEmpty() && !pattern.matcher(text).matches()) {
      throw new Problem(400, "%s is %s, got '%s'".formatted(where, what, cut(text)));
    }
    return text;
  }

  private static <E extends Enum<E>> E choice(String where, String text, Class<E> type) {
    for (var one : type.getEnumConstants()) {
      if (one.name().equals(text.toUpperCase(Locale.ROOT).replace('-', '_'))) {
        return one;
      }
    }
    throw new Problem(
        400,
        "%s is one of %s, got '%s'"
            .formatted(
                where,
                List.of(type.getEnumConstants()).toString().toLowerCase(Locale.ROOT),
                cut(text)));
  }

  private static String cut(String text) {
    return text.length() > 60 ? text.substring(0, 60) : text;
  }
}
