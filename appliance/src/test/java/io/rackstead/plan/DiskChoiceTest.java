package io.rackstead.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.commission.Hardware;
import io.rackstead.commission.Hardware.Disk;
import io.rackstead.commission.Report;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DiskChoiceTest {
  private static final long GIB = 1L << 30;

  private static Disk disk(String name, String serial, String wwn, long gib, String transport) {
    return new Disk(
        name, "M", serial, wwn, gib * GIB, transport.equals("hdd"), false, transport, List.of());
  }

  private static Hardware with(Disk... disks) {
    return new Hardware(
        "",
        "",
        "",
        "bios",
        "",
        1,
        1024,
        false,
        Arrays.asList(disks),
        List.of(),
        false,
        new Report("{}"));
  }

  private static String chosen(Hardware hardware, String hint, long gib) {
    return DiskChoice.of(hardware, hint, gib * GIB, false) instanceof DiskChoice.Chosen(var disk, _)
        ? disk.name()
        : "none";
  }

  @Test
  void withoutAHintItIsTheSmallestOfTheFastestClassThatIsLargeEnough() {
    var server =
        with(
            disk("sda", "H1", "", 100, "hdd"),
            disk("sdb", "S1", "", 200, "sata"),
            disk("nvme0n1", "N1", "", 900, "nvme"),
            disk("nvme1n1", "N2", "", 400, "nvme"));
    assertThat(chosen(server, "", 10)).isEqualTo("nvme1n1");
    assertThat(chosen(server, "", 500)).isEqualTo("nvme0n1");
    assertThat(chosen(server, "", 1000)).isEqualTo("none");
  }

  @Test
  void aHintThatMatchesNoneOrTwoChoosesNothing() {
    var twins = with(disk("sda", "SAME", "", 100, "sata"), disk("sdb", "SAME", "", 100, "sata"));
    assertThat(chosen(twins, "SAME", 10)).isEqualTo("none");
    assertThat(chosen(twins, "OTHER", 10)).isEqualTo("none");
    assertThat(chosen(twins, "/dev/sda", 10)).isEqualTo("none");
    assertThat(DiskChoice.of(twins, "SAME", GIB, false))
        .isInstanceOfSatisfying(
            DiskChoice.None.class,
            none -> assertThat(none.why()).contains("two disks", "sda", "sdb"));
  }

  @Test
  void aHintIsASerialNumberOrAWwn() {
    var server =
        with(
            disk("sda", "S1", "0x5000c500a", 100, "sata"),
            disk("sdb", "S2", "0x5000c500b", 100, "sata"));
    assertThat(chosen(server, "S2", 10)).isEqualTo("sdb");
    assertThat(chosen(server, "0x5000c500a", 10)).isEqualTo("sda");
  }

  @Test
  void aDiskThatHoldsDataWantsConsentAndWhatWeWroteDoesNot() {
    var full =
        with(
            new Disk(
                "sda", "M", "S1", "", 10 * GIB, false, false, "sata", List.of("gpt", "ext4 home")));
    assertThat(chosen(full, "", 1)).isEqualTo("none");
    assertThat(DiskChoice.of(full, "", GIB, false))
        .isInstanceOfSatisfying(
            DiskChoice.None.class,
            none -> assertThat(none.why()).contains("ext4 home", "commission the machine"));
    assertThat(DiskChoice.of(full, "", GIB, true)).isInstanceOf(DiskChoice.Chosen.class);
    assertThat(chosen(full.asGiven(), "", 1)).isEqualTo("sda");
    var ours =
        with(
            new Disk(
                "sda",
                "M",
                "S1",
                "",
                10 * GIB,
                false,
                false,
                "sata",
                List.of(Hardware.OURS + "debian/bookworm")));
    assertThat(chosen(ours, "", 1)).isEqualTo("sda");
  }

  @Test
  void removableDisksAndNamelessOnesAreNeverChosen() {
    var server =
        with(
            new Disk("sda", "USB", "U1", "", 100 * GIB, false, true, "usb", List.of()),
            disk("sdb", "", "", 100, "sata"));
    assertThat(chosen(server, "", 1)).isEqualTo("none");
    assertThat(chosen(server, "U1", 1)).isEqualTo("none");
  }

  @Test
  void anImageLargerThanTheDiskIsRefusedBeforeAnythingIsWritten() {
    assertThat(DiskChoice.of(with(disk("sda", "S1", "", 4, "sata")), "S1", 5 * GIB, true))
        .isInstanceOfSatisfying(
            DiskChoice.None.class, none -> assertThat(none.why()).contains("smaller"));
  }
}
