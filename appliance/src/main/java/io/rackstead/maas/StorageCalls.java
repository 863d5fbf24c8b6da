package io.rackstead.maas;

import io.rackstead.http.Reply;
import io.rackstead.machine.Machine;
import io.rackstead.network.Rejected;
import io.rackstead.node.Device;
import io.rackstead.node.Partition;
import io.rackstead.node.Storage;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/// What the storage operations have in common: finding what a request names, and carrying a change
/// out.
final class StorageCalls {
  private static final Pattern SIZE =
      Pattern.compile("([0-9]{1,15})(?:\\.0+)?\\s*(?:([kKMGTP])(i?)B?)?");

  private final NodeEdits edits;

  StorageCalls(NodeEdits edits) {
    this.edits = edits;
  }

  /// A change makes it a layout of one's own.
  Machine change(Call call, Machine machine, String what, UnaryOperator<Storage> how) {
    return edits.change(
        call,
        machine,
        what,
        setup -> {
          var after = how.apply(setup.storage());
          return after.equals(setup.storage()) ? setup : setup.with(after.custom());
        });
  }

  static Device device(Call call, String part, Machine machine) {
    return machine
        .node()
        .storage()
        .named(call.part(part))
        .orElseThrow(() -> Fields.none("BlockDevice"));
  }

  static Partition partition(Call call, Machine machine) {
    var storage = machine.node().storage();
    var name = call.part("id");
    return storage.on(device(call, "device_id", machine)).stream()
        .filter(p -> Long.toString(p.id()).equals(name) || storage.called(p.id()).equals(name))
        .findFirst()
        .orElseThrow(() -> Fields.none("Partition"));
  }

  static Reply shown(Machine machine, long id) {
    return Dispatch.json(DeviceShape.of(machine, id).orElseThrow());
  }

  /// Adds a word to tags, or takes it away.
  static List<String> tags(List<String> before, String tag, boolean add) {
    if (!tag.matches("[A-Za-z0-9_.:-]{1,64}")) {
      throw new Rejected("tag", "A tag has at most 64 letters, digits and _.:-.");
    }
    var tags = new LinkedHashSet<>(before);
    if (add) {
      tags.add(tag);
    } else {
      tags.remove(tag);
    }
    return List.copyOf(tags);
  }

  /// The numbers of what a list in the request names.
  static List<Long> devices(Call call, Storage storage, String field) {
    return call.list(field).stream().map(text -> device(storage, field, text)).toList();
  }

  static List<Long> partitions(Call call, Storage storage, String field) {
    return call.list(field).stream().map(text -> partition(storage, field, text)).toList();
  }

  static long device(Storage storage, String field, String text) {
    return storage.named(text).map(Device::id).orElseThrow(() -> unknown(field, text));
  }

  static long partition(Storage storage, String field, String text) {
    return storage.partitions().stream()
        .filter(p ->
            Long.toString(p.id()).equals(text)
                || p.uuid().equals(text)
                || storage.called(p.id()).equals(text))
        .findFirst()
        .map(Partition::id)
        .orElseThrow(() -> unknown(field, text));
  }

  private static Rejected unknown(String field, String text) {
    return new Rejected(
        field, "Select a valid choice. '" + text + "' is not one of the available choices.");
  }

  /// Bytes; some clients say `10G`, which is decimal as in MAAS, or `10GiB`. Not there: 0.
  static long size(Call call, String name) {
    var text = Fields.filled(call, name);
    return text.isEmpty() ? 0 : size(name, text.get());
  }

  private static long size(String name, String text) {
    var match = SIZE.matcher(text);
    if (!match.matches()) {
      throw new Rejected(name, "Enter a size in bytes, or as 10G.");
    }
    var unit = Optional.ofNullable(match.group(2)).orElse("").toUpperCase(Locale.ROOT);
    long factor = "i".equals(match.group(3)) ? 1024 : 1000;
    try {
      long size = Long.parseLong(match.group(1));
      for (int i = 0; i <= "KMGTP".indexOf(unit) && !unit.isEmpty(); i++) {
        size = Math.multiplyExact(size, factor);
      }
      return size;
    } catch (ArithmeticException e) {
      throw new Rejected(name, "No disk is as large as that.");
    }
  }

  static String text(Call call, String name) {
    return Fields.filled(call, name).orElse("");
  }
}
