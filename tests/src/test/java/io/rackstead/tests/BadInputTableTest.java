package io.rackstead.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// `BADINPUT.md` names the test of each kind of bad input; a test that was renamed or removed is
/// missed here.
class BadInputTableTest {
  private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

  @Test
  void eachTestThatThePageNamesIsThere() throws IOException {
    var missing = new ArrayList<String>();
    int named = 0;
    for (var test : TEST.matcher(Files.readString(Path.of("BADINPUT.md"))).results().toList()) {
      named++;
      try (var files = Files.walk(Path.of(".."), 12)) {
        var source =
            files
                .filter(file -> file.toString().contains("src/test/java"))
                .filter(file -> file.endsWith(test.group(1) + ".java"))
                .findFirst();
        if (source.isEmpty()
            || !Files.readString(source.get()).contains("void " + test.group(2) + "(")) {
          missing.add(test.group());
        }
      }
    }
    assertThat(missing).isEmpty();
    assertThat(named).isGreaterThan(20);
  }

  /// There is no XML bomb where nothing reads XML: one class does, libvirt's documents, and without
  /// document types.
  @Test
  void oneClassReadsXml() {
    var house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.rackstead");
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName("io.rackstead.bmc.libvirt.Xml")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("javax.xml..", "org.xml..")
        .check(house);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.rackstead.bmc.libvirt")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("org.w3c..")
        .check(house);
  }
}
