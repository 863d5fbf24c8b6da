package io.rackstead.bmc.libvirt;

import java.util.regex.Pattern;

/// A storage pool that a host shall have.
public sealed interface NewPool {
  String name();

  /// libvirt's `<pool>` (formatstorage).
  String xml();

  /// Disks are files in a folder, which is made where it is not there.
  record Folder(String name, String path) implements NewPool {
    private static final Pattern PATH = Pattern.compile("(?:/[A-Za-z0-9_][A-Za-z0-9._@+-]*+)++");

    public Folder {
      checkName(name);
      if (!PATH.matcher(path).matches() || path.length() > 200) {
        throw new IllegalArgumentException(
            "a pool's folder is an absolute path without . or .., got " + Said.shown(path));
      }
    }

    @Override
    public String xml() {
      return "<pool type='dir'><name>%s</name><target><path>%s</path></target></pool>"
          .formatted(Xml.escaped(name), Xml.escaped(path));
    }
  }

  /// Disks are logical volumes of a volume group that is there; those of others in it stay.
  record VolumeGroup(String name, String group) implements NewPool {
    /// lvm(8), "valid names"; one that begins with a hyphen is an option.
    private static final Pattern GROUP = Pattern.compile("[A-Za-z0-9_+][A-Za-z0-9_.+-]{0,126}");

    public VolumeGroup {
      checkName(name);
      if (!GROUP.matcher(group).matches()) {
        throw new IllegalArgumentException(
            "a volume group has letters, digits and _.+- in its name, got " + Said.shown(group));
      }
    }

    @Override
    public String xml() {
      return """
      <pool type='logical'><name>%s</name>\
      <source><name>%s</name><format type='lvm2'/></source>\
      <target><path>/dev/%s</path></target></pool>\
      """
          .formatted(Xml.escaped(name), group, group);
    }
  }

  private static void checkName(String name) {
    if (!Command.harmless(name)) {
      throw new IllegalArgumentException(
          "a storage pool has letters, digits and _.:- in its name, got " + Said.shown(name));
    }
  }
}
