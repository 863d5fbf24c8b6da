package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.VirtualMedia;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Virtual media (DSP2046 VirtualMedia): beside the system in newer services, beside its manager in
/// older ones; by actions, or by writing the resource where there are none.
final class RedfishMedia implements VirtualMedia {
  private static final int MOST = 32;
  private static final int LOOKS = 5;
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);
  private static final Set<String> DISCS = Set.of("CD", "DVD");

  private final RedfishSession session;
  private final String drive;

  private RedfishMedia(RedfishSession session, String drive) {
    this.session = session;
    this.drive = drive;
  }

  static Optional<VirtualMedia> of(RedfishSession session, Resource system) {
    var managers =
        system.links("Links", "ManagedBy").stream().flatMap(path -> session.find(path).stream());
    return Stream.concat(Stream.of(system), managers)
        .flatMap(holder -> holder.link("VirtualMedia").stream())
        .filter(path -> session.find(path).isPresent())
        .flatMap(path -> session.members(path, MOST).stream())
        .filter(media -> media.texts("MediaTypes").stream().anyMatch(DISCS::contains))
        .findFirst()
        .map(media -> new RedfishMedia(session, media.path()));
  }

  @Override
  public Optional<Disc> inserted() {
    return disc(session.get(drive));
  }

  private static Optional<Disc> disc(Resource now) {
    var image = now.text("Image");
    boolean in = now.at("Inserted").asBoolean(!image.isEmpty());
    return in
        ? Optional.of(new Disc(image, now.at("WriteProtected").asBoolean(true)))
        : Optional.empty();
  }

  @Override
  public void insert(URI image) {
    var now = session.get(drive);
    if (disc(now).isPresent()) {
      eject();
      now = session.get(drive);
    }
    var what = "Insert " + image;
    var whole =
        RedfishJson.object()
            .put("Image", image.toString())
            .put("Inserted", true)
            .put("WriteProtected", true);
    if (!now.text("TransferMethod").isEmpty()) {
      whole.put("TransferMethod", "Stream");
    }
    var target = target(now, "InsertMedia");
    if (target.isEmpty()) {
      session.patch(now, whole, what);
    } else {
      insert(target.get(), whole, what);
    }
    checkIn(image);
  }

  /// Only the image is required (DSP2046); some services refuse to hear anything else.
  private void insert(String target, ObjectNode whole, String what) {
    var ask = Ask.post(target, whole, what);
    var answer = session.attempt(ask);
    if (answer.status() == 400) {
      var least = RedfishJson.object().put("Image", whole.path("Image").asText());
      answer = session.attempt(Ask.post(target, least, what));
    }
    var _ = session.checked(ask, answer);
  }

  private void checkIn(URI image) {
    for (int look = 1; inserted().isEmpty(); look++) {
      if (look == LOOKS) {
        throw new BmcException(
            PROTOCOL,
            session.address(),
            "it took %s and the drive is still empty".formatted(image));
      }
      session.pause(BETWEEN_LOOKS, "Insert " + image);
    }
  }

  @Override
  public void eject() {
    var now = session.get(drive);
    if (disc(now).isEmpty()) {
      return;
    }
    var target = target(now, "EjectMedia");
    if (target.isPresent()) {
      var _ = session.change(Ask.post(target.get(), RedfishJson.object(), "Eject"));
    } else {
      var empty = RedfishJson.object().putNull("Image").put("Inserted", false);
      session.patch(now, empty, "Eject");
    }
    if (inserted().isPresent()) {
      throw new BmcException(
          UNSUPPORTED, session.address(), "it was told to eject and the drive is not empty");
    }
  }

  private static Optional<String> target(Resource media, String action) {
    return Resource.text(media.at("Actions", "#VirtualMedia." + action, "target"));
  }
}
