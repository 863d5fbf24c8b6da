package io.rackstead.bmc.libvirt;

import io.rackstead.bmc.BmcAddress;
import java.util.regex.Pattern;

/// A host as libvirt's own tools write it: `qemu+ssh://root@10.0.9.7/system`.
///
/// @param host its address, without a server on it
/// @param user who logs in; libvirt's own word leaves it out for whoever runs the tool, here it is
///   `root` then
public record LibvirtUri(BmcAddress host, String user) {
  private static final Pattern TEXT =
      Pattern.compile(
          "(qemu\\+(?:ssh|tcp))://(?:([A-Za-z_][A-Za-z0-9._-]{0,31})@)?([^/@?#]+)(/system)?/?");

  public static LibvirtUri parse(String text) {
    var matcher = TEXT.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "a host of virtual servers is written as qemu+ssh://root@10.0.9.7/system or"
              + " qemu+tcp://10.0.9.7/system, got "
              + Said.shown(text));
    }
    var user = matcher.group(2);
    return new LibvirtUri(
        BmcAddress.parse(matcher.group(1) + "://" + matcher.group(3)),
        user == null ? "root" : user);
  }

  @Override
  public String toString() {
    var place = host.withoutSystem().toString();
    boolean logsIn = host.scheme().equals("qemu+ssh");
    return (logsIn ? place.replaceFirst("://", "://" + user + "@") : place) + "/system";
  }
}
