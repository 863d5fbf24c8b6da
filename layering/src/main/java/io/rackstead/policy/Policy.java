package io.rackstead.policy;

/// A line of the table.
///
/// @param max how many machines may be its at a time; 0: any number
/// @param schedule when it may begin; a machine that it took meanwhile waits
public record Policy(
    String name,
    boolean enabled,
    Trigger trigger,
    Condition when,
    Becoming becoming,
    int max,
    Schedule schedule) {
  /// What makes a line look at a machine; what takes newcomers takes machines on demand too.
  public enum Trigger {
    ENROLMENT,
    DEMAND
  }

  boolean answers(Trigger asked) {
    return trigger == Trigger.ENROLMENT || asked == Trigger.DEMAND;
  }

  boolean full(int has) {
    return max > 0 && has >= max;
  }
}
