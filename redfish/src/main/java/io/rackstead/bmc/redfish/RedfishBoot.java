package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BootOverride;
import io.rackstead.bmc.BootTarget;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a system boots from next: the `Boot` object of a ComputerSystem (DSP2046), or that of its
/// settings resource where changes are kept there until the next start (DSP0266 §9.10).
final class RedfishBoot {
  static final String TARGET = "BootSourceOverrideTarget";
  static final String ENABLED = "BootSourceOverrideEnabled";
  static final String MODE = "BootSourceOverrideMode";
  static final String ALLOWED = "@Redfish.AllowableValues";
  static final String UEFI_HTTP = "UefiHttp";

  private static final int LOOKS = 4;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final RedfishSession session;
  private final String system;
  private final Set<Quirk> quirks;
  private final BmcTrace trace;

  RedfishBoot(RedfishSession session, String system, Set<Quirk> quirks, BmcTrace trace) {
    this.session = session;
    this.system = system;
    this.quirks = quirks;
    this.trace = trace;
  }

  void set(BootTarget target, Persistence how) {
    var holder = holder();
    if (target.device() == BootTarget.Device.NONE) {
      var boot = RedfishJson.object().put(ENABLED, "Disabled").put(TARGET, "None");
      write(holder, boot, "Boot override: none");
      return;
    }
    var name = offered(holder, names(target.device()), target.device().toString());
    var boot = RedfishJson.object().put(ENABLED, enabled(how)).put(TARGET, name);
    if (!holder.text("Boot", MODE).isEmpty()) {
      boot.put(MODE, target.mode() == BootTarget.Mode.EFI ? "UEFI" : "Legacy");
    }
    write(holder, boot, "Boot override: %s, %s, %s".formatted(name, enabled(how), target.mode()));
  }

  boolean offersHttp() {
    return holder().texts("Boot", TARGET + ALLOWED).contains(UEFI_HTTP);
  }

  void setHttp(URI url, Persistence how) {
    var holder = holder();
    var name = offered(holder, List.of(UEFI_HTTP), "UEFI HTTP boot");
    var boot =
        RedfishJson.object()
            .put(ENABLED, enabled(how))
            .put(TARGET, name)
            .put("HttpBootUri", url.toString());
    if (!holder.text("Boot", MODE).isEmpty()) {
      boot.put(MODE, "UEFI");
    }
    write(holder, boot, "Boot override: %s, %s, %s".formatted(name, enabled(how), url));
  }

  BootOverride.Override current() {
    var holder = holder();
    var enabled = holder.text("Boot", ENABLED);
    var target = holder.text("Boot", TARGET);
    boolean valid = Set.of("Once", "Continuous").contains(enabled) && !target.equals("None");
    var mode = holder.text("Boot", MODE);
    return new BootOverride.Override(
        valid,
        valid ? target + ", " + enabled + (mode.isEmpty() ? "" : ", " + mode) : "no override");
  }

  private static String enabled(Persistence how) {
    return how == Persistence.ONCE ? "Once" : "Continuous";
  }

  private List<String> names(BootTarget.Device device) {
    return switch (device) {
      case PXE -> List.of("Pxe");
      case DISK -> List.of("Hdd");
      case CD ->
          quirks.contains(Quirk.CD_IS_USB_CD) ? List.of("UsbCd", "Cd") : List.of("Cd", "UsbCd");
      case BIOS_SETUP -> List.of("BiosSetup");
      case NONE -> List.of("None");
    };
  }

  private String offered(Resource holder, List<String> names, String what) {
    var offered = holder.texts("Boot", TARGET + ALLOWED);
    if (offered.isEmpty()) {
      return names.getFirst();
    }
    return names.stream()
        .filter(offered::contains)
        .findFirst()
        .orElseThrow(() ->
            new BmcException(
                UNSUPPORTED,
                session.address(),
                "it cannot boot once from %s: it offers %s".formatted(what, offered)));
  }

  /// Where the override is written: the settings resource only if it has one.
  private Resource holder() {
    var now = session.get(system);
    return now.link("@Redfish.Settings", "SettingsObject")
        .flatMap(session::find)
        .filter(settings -> !settings.text("Boot", TARGET).isEmpty())
        .or(() -> Optional.of(now))
        .filter(holder -> holder.at("Boot").isObject())
        .orElseThrow(
            () -> new BmcException(UNSUPPORTED, session.address(), "the BMC has no boot override"));
  }

  private void write(Resource holder, ObjectNode boot, String what) {
    var ask = patch(holder, boot, what);
    var answer = session.attemptPatch(holder, ask);
    if (!answer.ok() && boot.has(MODE) && Complaint.of(answer).text().contains(MODE)) {
      // many take the target but let nobody choose the mode, which is a matter of the BIOS then
      trace.command(session.address(), MODE, "refused: " + Complaint.of(answer), 0);
      boot.remove(MODE);
      answer = session.attemptPatch(session.get(holder.path()), patch(holder, boot, what));
    }
    var _ = session.checked(ask, answer);
    checkKept(holder.path(), boot, what);
  }

  private static Ask patch(Resource holder, ObjectNode boot, String what) {
    var body = RedfishJson.object();
    body.set("Boot", boot);
    return Ask.patch(holder.path(), body, what);
  }

  /// Some show it a moment later. What differs only in mode or duration is told; another device
  /// would start the wrong thing.
  private void checkKept(String path, ObjectNode wanted, String what) {
    Resource kept = session.get(path);
    for (int look = 1; look < LOOKS && !kept(kept, wanted, TARGET); look++) {
      session.pause(BETWEEN_LOOKS, what);
      kept = session.get(path);
    }
    if (!kept(kept, wanted, TARGET)) {
      throw new BmcException(
          PROTOCOL,
          session.address(),
          "the BMC kept \"%s\" where \"%s\" was set"
              .formatted(kept.text("Boot", TARGET), wanted.path(TARGET).asText()));
    }
    for (var name : List.of(ENABLED, MODE)) {
      if (!kept(kept, wanted, name)) {
        trace.command(
            session.address(),
            "Boot override read back",
            "kept %s %s instead of %s"
                .formatted(name, kept.text("Boot", name), wanted.path(name).asText()),
            0);
      }
    }
  }

  /// An override that is disabled may name any target.
  private static boolean kept(Resource now, ObjectNode wanted, String name) {
    boolean off = wanted.path(ENABLED).asText().equals("Disabled");
    boolean isOff = now.text("Boot", ENABLED).equals("Disabled");
    if (off && name.equals(TARGET)) {
      return isOff || now.text("Boot", TARGET).equals("None");
    }
    return !wanted.has(name)
        || now.text("Boot", name).equals(wanted.path(name).asText()) && (off || !isOff);
  }
}
