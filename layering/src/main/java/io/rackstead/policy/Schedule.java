package io.rackstead.policy;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// When a line may begin: `mon-fri 22:00-06:00 Europe/Berlin`. Days are those on which the window
/// opens; without days it is every day, without a zone it is UTC, and an empty text is always.
///
/// @param text as it was written
public record Schedule(
    String text, Set<DayOfWeek> days, LocalTime from, LocalTime to, ZoneId zone) {
  public static final Schedule ALWAYS =
      new Schedule(
          "", EnumSet.allOf(DayOfWeek.class), LocalTime.MIN, LocalTime.MIN, ZoneId.of("UTC"));

  private static final Pattern FORM =
      Pattern.compile(
          "(?:([a-z]{3}(?:[-,][a-z]{3}){0,6}) )?(\\d\\d:\\d\\d)-(\\d\\d:\\d\\d)(?: (\\S{1,40}))?",
          Pattern.CASE_INSENSITIVE);
  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  public Schedule {
    days = Set.copyOf(days);
  }

  /// @throws IllegalArgumentException in words
  public static Schedule parse(String text) {
    var stripped = text.strip();
    if (stripped.isEmpty()) {
      return ALWAYS;
    }
    var form = FORM.matcher(stripped);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "a schedule reads like 'mon-fri 22:00-06:00 Europe/Berlin', got '" + stripped + "'");
    }
    try {
      return new Schedule(
          stripped,
          form.group(1) == null ? EnumSet.allOf(DayOfWeek.class) : days(form.group(1)),
          LocalTime.parse(form.group(2)),
          LocalTime.parse(form.group(3)),
          ZoneId.of(form.group(4) == null ? "UTC" : form.group(4)));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "the schedule '" + stripped + "' cannot be: " + e.getMessage(), e);
    }
  }

  private static Set<DayOfWeek> days(String text) {
    var days = EnumSet.noneOf(DayOfWeek.class);
    for (var part : text.toLowerCase(Locale.ROOT).split(",", -1)) {
      var ends = part.split("-", -1);
      if (ends.length > 2) {
        throw new IllegalArgumentException("'" + part + "' is no range of days");
      }
      var last = day(ends[ends.length - 1]);
      for (var day = day(ends[0]); ; day = day.plus(1)) {
        days.add(day);
        if (day == last) {
          break;
        }
      }
    }
    return days;
  }

  private static DayOfWeek day(String text) {
    int at = DAYS.indexOf(text);
    if (at < 0) {
      throw new IllegalArgumentException("'" + text + "' is no day: " + String.join(", ", DAYS));
    }
    return DayOfWeek.of(at + 1);
  }

  /// From and to the same is the whole day; a window over midnight belongs to the day it opens on.
  public boolean open(Instant now) {
    var there = now.atZone(zone);
    var time = there.toLocalTime();
    var day = there.getDayOfWeek();
    boolean begun = !time.isBefore(from);
    if (from.isBefore(to)) {
      return days.contains(day) && begun && time.isBefore(to);
    }
    return days.contains(day) && begun || days.contains(day.minus(1)) && time.isBefore(to);
  }
}
