package io.rackstead.bmc;

/// The hardware's word. [#UNKNOWN] is an answer of its own and never a reason to act.
public enum PowerState {
  ON,
  OFF,
  UNKNOWN
}
