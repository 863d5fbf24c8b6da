package io.rackstead.cluster;

import io.rackstead.handover.Handovers.Standing;
import io.rackstead.machine.Machine;
import java.util.Optional;

/// How far a member is, read from its machine and its hand-over.
///
/// @param why what holds it, in words
record Seen(Member member, String hostname, Stage stage, String why) {
  enum Stage {
    INSTALLING,
    JOINING,
    READY,
    FAILED,
    LEAVING,
    /// free again, or no machine of ours any more
    GONE
  }

  boolean coming() {
    return stage == Stage.INSTALLING || stage == Stage.JOINING;
  }

  boolean stays() {
    return stage != Stage.LEAVING && stage != Stage.GONE;
  }

  static Seen of(Member member, Optional<Machine> found, Standing above) {
    if (found.isEmpty()) {
      return new Seen(member, member.machine().text(), Stage.GONE, "");
    }
    var machine = found.get();
    var said = machine.standing().message();
    return switch (machine.state()) {
      case DEPLOYING -> seen(member, machine, Stage.INSTALLING, said);
      case DEPLOYED -> deployed(member, machine, above);
      case RELEASING, DISK_ERASING ->
          seen(member, machine, Stage.LEAVING, above.why().isEmpty() ? said : above.why());
      case ALLOCATED -> seen(member, machine, Stage.FAILED, "its deployment was aborted");
      case FAILED_DEPLOYMENT, BROKEN, RELEASING_FAILED, FAILED_DISK_ERASING ->
          seen(member, machine, Stage.FAILED, machine.state().title() + ": " + said);
      case RESCUE_MODE,
          ENTERING_RESCUE_MODE,
          FAILED_ENTERING_RESCUE_MODE,
          EXITING_RESCUE_MODE,
          FAILED_EXITING_RESCUE_MODE ->
          seen(member, machine, Stage.JOINING, machine.state().title());
      case READY ->
          machine.epoch() > member.epoch()
              ? seen(member, machine, Stage.GONE, "")
              : seen(member, machine, Stage.INSTALLING, "");
      case NEW,
          COMMISSIONING,
          FAILED_COMMISSIONING,
          TESTING,
          FAILED_TESTING,
          MISSING,
          RESERVED,
          RETIRED ->
          seen(member, machine, Stage.GONE, "");
    };
  }

  private static Seen deployed(Member member, Machine machine, Standing above) {
    return switch (above.stand()) {
      case NONE, GOING -> seen(member, machine, Stage.JOINING, above.why());
      case THERE -> seen(member, machine, Stage.READY, "");
      case FAILED, STUCK -> seen(member, machine, Stage.FAILED, above.why());
      case BACK -> seen(member, machine, Stage.FAILED, "it was taken out of the cluster");
    };
  }

  private static Seen seen(Member member, Machine machine, Stage stage, String why) {
    return new Seen(
        member,
        machine.hostname(),
        member.leaving() && stage != Stage.GONE && stage != Stage.FAILED ? Stage.LEAVING : stage,
        why);
  }
}
