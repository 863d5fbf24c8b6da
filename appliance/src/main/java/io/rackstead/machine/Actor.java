package io.rackstead.machine;

/// Who wants something, as it stands in the log: `user:ada`, `agent:4y3h7n`, `rule:accept-all`.
public record Actor(String kind, String name) {
  public static final Actor APPLIANCE = new Actor("appliance", "rackstead");

  public static Actor user(String name) {
    return new Actor("user", name);
  }

  public static Actor agent(MachineId machine) {
    return new Actor("agent", machine.text());
  }

  public static Actor rule(String name) {
    return new Actor("rule", name);
  }

  @Override
  public String toString() {
    return kind + ":" + name;
  }
}
