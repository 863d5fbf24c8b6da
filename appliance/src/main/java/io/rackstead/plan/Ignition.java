package io.rackstead.plan;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.http.Json;
import io.rackstead.machine.Deployment;
import io.rackstead.machine.Machine;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

/// What a system that Ignition sets up (Flatcar, Fedora CoreOS) reads at its first boot, by
/// specification 3.3.0: its name, its owner's keys and own configuration, what the layer above gave
/// it to come in with, and its word to us that it is up. Every value is encoded. Its adapters ask
/// by DHCP, which is what both do by themselves.
public final class Ignition {
  /// Who reports, in those reports.
  public static final String ORIGIN = "ignition";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
  private static final String FOLDER = "/etc/rackstead/";

  private static final String UNIT =
      """
      [Unit]
      Description=What this machine does once, and its word to Rackstead
      Wants=network-online.target
      After=network-online.target
      ConditionPathExists=!/etc/rackstead/told

      [Service]
      Type=oneshot
      RemainAfterExit=yes
      ExecStart=/bin/sh /etc/rackstead/once

      [Install]
      WantedBy=multi-user.target
      """;

  /// Done once; told until it was heard, at the next start again.
  private static final String ONCE =
      """
      cd "$(dirname "$0")" || exit 1
      if [ ! -e result ]; then
        result=SUCCESS
        [ ! -e first-boot ] || /bin/sh ./first-boot || result=FAIL
        echo "$result" >result
      fi
      read -r result <result
      curl -fsS --retry 30 --retry-delay 5 --retry-connrefused -H 'Content-Type: application/json' \\
        -o /dev/null --data-binary "@$result.json" --config report || exit 1
      : >told
      [ "$result" = SUCCESS ]
      """;

  private Ignition() {}

  /// Why this cannot be an owner's configuration; empty: it can be.
  public static String wrong(String userData) {
    try {
      if (userData.isBlank()
          || Json.instance().readTree(userData).at("/ignition/version").isTextual()) {
        return "";
      }
    } catch (JsonProcessingException _) {
      // said below: whatever else it is, it is none
    }
    return "this image reads its user data with Ignition: it wants Ignition's JSON, with"
        + " ignition.version (butane makes it)";
  }

  /// @param reportUrl where it says that it is up
  /// @param firstBoot a script that runs once; empty: none
  static ObjectNode of(Machine machine, String reportUrl, String firstBoot) {
    var config = JSON.objectNode();
    var ignition = config.putObject("ignition").put("version", "3.3.0");
    var given = machine.deployment().map(Deployment::userData).orElse("");
    if (!given.isBlank()) {
      ignition.putObject("config").putArray("merge").addObject().put("source", data(given));
    }
    var keys = machine.deployment().map(Deployment::sshKeys).orElse(List.of());
    if (!keys.isEmpty()) {
      var core = config.putObject("passwd").putArray("users").addObject().put("name", "core");
      keys.forEach(core.putArray("sshAuthorizedKeys")::add);
    }
    var files = config.putObject("storage").putArray("files");
    file(files, "/etc/hostname", 0644, machine.hostname() + "\n");
    file(files, FOLDER + "once", 0600, ONCE);
    // by a file: what a program is called with, everybody on the machine sees
    file(files, FOLDER + "report", 0600, "url = \"" + reportUrl + "\"\n");
    for (var result : List.of("SUCCESS", "FAIL")) {
      file(files, FOLDER + result + ".json", 0600, report(result).toString());
    }
    if (!firstBoot.isEmpty()) {
      file(files, FOLDER + "first-boot", 0600, firstBoot);
    }
    config
        .putObject("systemd")
        .putArray("units")
        .addObject()
        .put("name", "rackstead-once.service")
        .put("enabled", true)
        .put("contents", UNIT);
    return config;
  }

  /// In cloud-init's words, which whoever receives it knows.
  private static ObjectNode report(String result) {
    return JSON.objectNode()
        .put("name", "modules-final")
        .put("event_type", "finish")
        .put("origin", ORIGIN)
        .put("description", "first start")
        .put("result", result);
  }

  private static void file(ArrayNode files, String path, int mode, String text) {
    var file = files.addObject().put("path", path).put("mode", mode).put("overwrite", true);
    file.putObject("contents").put("source", data(text));
  }

  private static String data(String text) {
    return "data:;base64,"
        + Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
