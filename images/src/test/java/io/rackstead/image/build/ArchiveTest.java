package io.rackstead.image.build;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArchiveTest {
  private static final String BOOKWORM =
      """
      Debian|bookworm|main|http://archive.example/debian/
      Debian|bookworm-updates|main|http://archive.example/debian/
      Debian-Security|bookworm-security|main|http://archive.example/debian-security/
      Node Source|nodistro|main|http://node.example/
      """;

  @Test
  void theArchiveIsTheOneThatAptUses() throws Exception {
    var archive = Archive.parse(BOOKWORM);
    assertThat(archive.suite()).isEqualTo("bookworm");
    assertThat(archive.nonFreeFirmware()).isFalse();
    assertThat(archive.repositories("bookworm"))
        .extracting(Archive.Repository::inRelease)
        .containsExactly(
            "http://archive.example/debian/dists/bookworm/InRelease",
            "http://archive.example/debian/dists/bookworm-updates/InRelease",
            "http://archive.example/debian-security/dists/bookworm-security/InRelease");
  }

  @Test
  void anotherReleaseComesFromTheSameArchive() throws Exception {
    assertThat(Archive.parse(BOOKWORM).repositories("trixie"))
        .extracting(Archive.Repository::suite)
        .containsExactly("trixie", "trixie-updates", "trixie-security");
  }

  @Test
  void aMirrorThatIsNamedIsTheOnlySource() throws Exception {
    assertThat(Archive.parse(BOOKWORM).withMirror("file:/srv/debian").repositories("bookworm"))
        .containsExactly(new Archive.Repository("file:/srv/debian", "bookworm"));
  }

  @Test
  void firmwareIsTakenWhereTheOperatorsSourcesHaveIt() throws Exception {
    var with = BOOKWORM + "Debian|bookworm|non-free-firmware|http://archive.example/debian/\n";
    assertThat(Archive.parse(with).nonFreeFirmware()).isTrue();
  }

  @Test
  void aHostWithoutDebiansArchiveIsToldToNameOne() {
    assertThatThrownBy(() -> Archive.parse("Ubuntu|noble|main|http://archive.example/ubuntu/\n"))
        .hasMessageContaining("--mirror URL");
  }
}
