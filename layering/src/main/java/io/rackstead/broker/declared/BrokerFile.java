package io.rackstead.broker.declared;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What a `broker.yaml` says, checked: each key is known, each value that a template asks for is
/// there by the time it is asked for.
///
/// @param by who carries it out
/// @param keys what an operator configures
/// @param tls whom we believe there and who we are; its parts are templates
/// @param generated values made for each machine
/// @param prepare asked before the machine is installed
/// @param node what the machine is installed with
/// @param find asked before the hand-over: when it answers as expected, it was made already
public record BrokerFile(
    String name,
    String description,
    By by,
    Map<String, Key> keys,
    Auth auth,
    Trust tls,
    Patience patience,
    int concurrency,
    Map<String, Generated> generated,
    List<Step> test,
    List<Step> prepare,
    NodePart node,
    List<Step> find,
    List<Step> handOver,
    List<Step> proof,
    List<Step> takeBack) {
  /// Who speaks to the layer above.
  public enum By {
    /// the steps of the file
    STEPS,
    /// code that speaks to an API server; the file has the rest
    KUBERNETES,
    /// this appliance, which composes machines on it; the file has what the node comes in with
    LIBVIRT
  }

  /// @param secret kept in the vault, and never shown
  public record Key(boolean secret, boolean required, String preset, String description) {}

  /// How requests say who we are; the values are templates.
  record Auth(Kind kind, String user, String secret) {
    enum Kind {
      NONE,
      BEARER,
      BASIC,
      /// `X-Rackstead-Signature: t=…,v1=HMAC-SHA256(secret, t.body)`
      SIGNED
    }
  }

  /// @param request for one answer
  /// @param proof until it must be in service
  /// @param prepared how long what was prepared is good
  public record Patience(
      Duration request, Duration every, Duration proof, Duration takeBack, Duration prepared) {}

  /// Reads a file that an operator has put there.
  public static BrokerFile read(Path file) throws IOException {
    if (Files.size(file) > Yaml.BYTES) {
      throw new BadBroker(file.getFileName() + " has more than " + (Yaml.BYTES >> 10) + " KiB");
    }
    return parse(Files.readString(file, StandardCharsets.UTF_8));
  }

  /// Throws [BadBroker] that says where and why.
  public static BrokerFile parse(String text) {
    return new BrokerReader(Yaml.read(text)).read();
  }

  /// Whether it is in service as soon as it was taken: nothing is asked afterwards.
  public boolean accepted() {
    return by == By.STEPS && proof.isEmpty();
  }

  /// Whether a machine has something to come in with.
  public boolean prepares() {
    return !node.nothing();
  }
}
