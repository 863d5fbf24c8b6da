package io.rackstead.recipe;

import java.util.Optional;
import java.util.regex.Pattern;

/// A version of Kubernetes, as it is written by its distribution: `v1.31.4`, `v1.31.4+k3s1`.
public record Release(int minor, String text) {
  private static final Pattern TEXT =
      Pattern.compile("v?1\\.(\\d{1,3})\\.(\\d{1,3})((?:[-+][A-Za-z0-9.]{1,30})?)");

  /// The oldest that we have seen, and that its nodes' container runtime still speaks with.
  private static final int OLDEST = 20;

  /// Empty where it is none that we know how to make.
  public static Optional<Release> parse(String text) {
    var matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int minor = Integer.parseInt(matcher.group(1));
    return minor < OLDEST
        ? Optional.empty()
        : Optional.of(
            new Release(minor, "v1." + minor + "." + matcher.group(2) + matcher.group(3)));
  }

  /// kubeadm's configuration API: v1beta3 came with 1.22, v1beta4 with 1.31.
  public String kubeadmApi() {
    var version = minor >= 31 ? "v1beta4" : minor >= 22 ? "v1beta3" : "v1beta2";
    return "kubeadm.k8s.io/" + version;
  }

  /// The pause image that this release's kubeadm brings: the container runtime has to use the same,
  /// or a hall without a way out lacks it.
  String pause() {
    if (minor >= 34) {
      return "3.10.1";
    }
    if (minor >= 31) {
      return "3.10";
    }
    return switch (minor) {
      case 20 -> "3.2";
      case 21 -> "3.4.1";
      case 22 -> "3.5";
      case 23 -> "3.6";
      case 24 -> "3.7";
      case 25 -> "3.8";
      default -> "3.9";
    };
  }

  /// The user that kubeadm's `admin.conf` names may do nothing before 1.29's `init` has bound its
  /// group; whoever comes earlier takes `super-admin.conf`.
  String earlyKubeconfig() {
    return minor >= 29 ? "/etc/kubernetes/super-admin.conf" : "/etc/kubernetes/admin.conf";
  }

  @Override
  public String toString() {
    return text;
  }
}
