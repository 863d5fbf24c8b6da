package io.rackstead.assign;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.http.Problem;
import io.rackstead.image.ImageId;
import io.rackstead.policy.Becoming;
import io.rackstead.policy.Policy;
import io.rackstead.policy.Policy.Trigger;
import io.rackstead.policy.Schedule;
import io.rackstead.tag.Definition.BadDefinition;
import io.rackstead.tag.Facts;
import io.rackstead.tag.Rule;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// A line of the table as people write it.
///
/// @param on `enrolment` or `demand`
/// @param when a rule, as in a tag's definition; it may ask for `tag`, `rack` and `model` too
/// @param max 0: any number
record Line(
    String name,
    String comment,
    boolean enabled,
    String on,
    String when,
    String image,
    String layout,
    String network,
    String role,
    String target,
    String owner,
    int max,
    String schedule) {
  Line {
    network = Objects.requireNonNullElse(network, ""); // an earlier version had none
  }

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
  private static final int TEXT = 1000;
  private static final Set<String> KEYS =
      Set.of(
          "name",
          "comment",
          "enabled",
          "on",
          "when",
          "image",
          "layout",
          "network",
          "role",
          "target",
          "owner",
          "max",
          "schedule");
  private static final Map<String, Trigger> TRIGGERS =
      Map.of("enrolment", Trigger.ENROLMENT, "demand", Trigger.DEMAND);

  /// [Problem] 400 names the line and says what is wrong with it.
  ///
  /// @param writer whose the machines are where the line does not say
  static Line read(JsonNode asked, int number, String writer) {
    if (!asked.isObject()) {
      throw new Problem(400, "line " + number + " is no object");
    }
    asked
        .fieldNames()
        .forEachRemaining(key -> {
          if (!KEYS.contains(key)) {
            throw new Problem(
                400,
                "line %d has a key '%s'; there are %s"
                    .formatted(number, shortened(key), String.join(", ", new TreeSet<>(KEYS))));
          }
        });
    var max = asked.path("max");
    if (!max.isMissingNode() && !(max.canConvertToInt() && max.asInt() >= 0)) {
      throw new Problem(400, "line " + number + ": max is a number, 0 for any number");
    }
    var enabled = asked.path("enabled");
    if (!enabled.isMissingNode() && !enabled.isBoolean()) {
      throw new Problem(400, "line " + number + ": enabled is true or false");
    }
    var line =
        new Line(
            text(asked, "name", number),
            text(asked, "comment", number),
            enabled.asBoolean(true),
            asked.has("on") ? text(asked, "on", number) : "enrolment",
            asked.path("when").isTextual() ? asked.path("when").asText() : "",
            text(asked, "image", number),
            text(asked, "layout", number),
            text(asked, "network", number),
            text(asked, "role", number),
            text(asked, "target", number),
            text(asked, "owner", number).isEmpty() ? writer : text(asked, "owner", number),
            max.asInt(0),
            text(asked, "schedule", number));
    try {
      line.check();
    } catch (IllegalArgumentException | BadDefinition e) {
      throw new Problem(
          400, "line %d (%s): %s".formatted(number, shortened(line.name()), e.getMessage()), e);
    }
    return line;
  }

  private static String text(JsonNode asked, String key, int number) {
    var value = asked.path(key);
    if (value.isMissingNode()) {
      return "";
    }
    if (!value.isTextual() || value.asText().length() > TEXT) {
      throw new Problem(
          400, "line %d: %s is a text of at most %d characters".formatted(number, key, TEXT));
    }
    return value.asText();
  }

  private static String shortened(String text) {
    var plain = text.replaceAll("\\p{Cntrl}", " ");
    return plain.length() > 64 ? plain.substring(0, 64) + "…" : plain;
  }

  private void check() {
    mustName("name", name);
    if (!role.isEmpty()) {
      mustName("role", role);
    }
    if (!target.isEmpty()) {
      mustName("target", target);
    }
    if (!TRIGGERS.containsKey(on)) {
      throw new IllegalArgumentException(
          "on is enrolment or demand, got '" + shortened(on).toLowerCase(Locale.ROOT) + "'");
    }
    mustBeOneOf("layout", layout, Shaping.LAYOUTS);
    mustBeOneOf("network", network, Shaping.NETWORKS);
    var _ = ImageId.parse(image);
    var _ = policy();
  }

  private static void mustName(String what, String text) {
    if (!NAME.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "a %s has letters, digits, dots, - and _, at most 64, got '%s'"
              .formatted(what, shortened(text)));
    }
  }

  private static void mustBeOneOf(String what, String text, List<String> known) {
    if (!text.isEmpty() && !known.contains(text)) {
      throw new IllegalArgumentException(
          "%s is %s, or empty for the machine's own, got '%s'"
              .formatted(what, String.join(" or ", known), shortened(text)));
    }
  }

  @JsonIgnore
  Policy policy() {
    return new Policy(
        name,
        enabled,
        TRIGGERS.getOrDefault(on, Trigger.DEMAND),
        Rule.parse(when, Facts.POLICY_NAMES),
        new Becoming(image, layout, network, role, target, owner),
        max,
        Schedule.parse(schedule));
  }
}
