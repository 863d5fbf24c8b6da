package io.rackstead.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What the Maven modules cannot hold: border packages, libraries named in one package only, and no
/// clock in the core.
class HouseRulesTest {
  private static JavaClasses house = new ClassFileImporter().importPackages();

  /// A library, and the one place that names it.
  private record Place(String name, String... packages) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("org.dhcp4java..", "io.rackstead.pxe.dhcp"),
          new Place("org.apache.mina..", "io.rackstead.pxe.tftp"),
          new Place("io.javalin..", "io.rackstead.http"),
          new Place("org.eclipse.jetty..", "io.rackstead.http"),
          new Place("org.h2..", "io.rackstead.store"),
          new Place("org.postgresql..", "io.rackstead.store"),
          new Place(
              "okhttp3..",
              "io.rackstead.bmc.redfish",
              "io.rackstead.access",
              "io.rackstead.artifact",
              "io.rackstead.broker.declared",
              "io.rackstead.broker.kubernetes"),
          new Place("org.apache.sshd..", "io.rackstead.bmc.ssh", "io.rackstead.bmc.libvirt"),
          new Place("picocli..", "io.rackstead.cli"),
          new Place("org.snakeyaml..", "io.rackstead.appliance", "io.rackstead.broker.declared"),
          new Place("com.github.luben..", "io.rackstead.image.."),
          new Place("org.apache.commons.compress..", "io.rackstead.image.."),
          new Place("org.bouncycastle..", "io.rackstead.access"));

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.rackstead");
  }

  @TestFactory
  List<DynamicTest> aLibraryIsNamedInOnePlaceOnly() {
    return PLACES.stream()
        .map(place ->
            DynamicTest.dynamicTest(
                place.name(),
                () ->
                    check(
                        noClasses()
                            .that()
                            .resideOutsideOfPackages(place.packages())
                            .and()
                            .resideInAPackage("io.rackstead..")
                            .should()
                            .dependOnClassesThat()
                            .resideInAPackage(place.name()))))
        .toList();
  }

  @Test
  void theLifecycleKnowsNoClockNoDiskAndNoNetwork() {
    check(
        noClasses()
            .that()
            .haveFullyQualifiedName("io.rackstead.machine.Lifecycle")
            .or()
            .resideInAPackage("io.rackstead.plan")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "java.io..", "java.nio.file..", "java.net..", "java.util.concurrent..")
            .orShould()
            .callMethod(java.time.Instant.class, "now"));
  }

  @Test
  void theInnerPackagesOfALibraryAreItsOwnBusiness() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("io.rackstead.pxe..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                "io.rackstead.pxe.dhcp..", "io.rackstead.pxe.tftp..", "io.rackstead.pxe.http.."));
  }

  @Test
  void theFeaturesDoNotKnowTheMaasDialect() {
    check(
        noClasses()
            .that()
            .resideOutsideOfPackages("io.rackstead.maas..", "io.rackstead.appliance..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.rackstead.maas.."));
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(house);
  }
}
