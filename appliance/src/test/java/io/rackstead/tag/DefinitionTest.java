package io.rackstead.tag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.rackstead.commission.Reports;
import io.rackstead.http.Json;
import io.rackstead.image.Architecture;
import io.rackstead.machine.EraseMode;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Labels;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Power;
import io.rackstead.machine.Standing;
import io.rackstead.machine.State;
import io.rackstead.tag.Definition.BadDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.xml.sax.InputSource;

class DefinitionTest {
  private static final String REPORT =
      """
      {"version":1,
       "system":{"manufacturer":"Dell Inc.","product":"PowerEdge R650","serial":"S<1>&"},
       "board":{"manufacturer":"Dell Inc.","product":"0X123"},
       "firmware":{"vendor":"Dell","version":"1.2","boot_mode":"uefi"},
       "cpu":{"model":"Intel Xeon","sockets":2,"cores":32,"threads":64,"mhz":2100,"flags":"fpu vmx sse4_2"},
       "memory":{"total_kib":268435456},
       "disks":[{"name":"sda","model":"SSD X","serial":"D1","size_bytes":960000000000,"transport":"sata"},
                {"name":"sdb","model":"HDD Y","serial":"D2","size_bytes":4000000000000,"rotational":true}],
       "nics":[{"name":"eth0","mac":"3c:fd:fe:00:00:01","driver":"ixgbe","speed_mbps":10000,"link":true,
                "vendor":"Intel Corporation","product":"82599","lldp":{"system":"sw1","port":"7"}}],
       "pci":[{"address":"0000:3b:00.0","class":"0302","vendor_id":"10de","device_id":"20b5",
               "vendor":"NVIDIA Corporation","device":"GA100"}],
       "gpus":[{"pci":"0000:3b:00.0","vendor":"NVIDIA Corporation","device":"GA100"}]}\
      """;

  private static Machine machine() {
    return new Machine(
        new MachineId("abc123"),
        1,
        new Identity(List.of(), Optional.empty(), ""),
        Labels.named("m0"),
        new Standing(State.READY, Optional.empty(), 1, Instant.EPOCH, Optional.empty(), ""),
        false,
        Optional.empty(),
        Architecture.AMD64,
        Optional.of(Reports.hardware(Json.parse(REPORT.getBytes(StandardCharsets.UTF_8)))),
        Power.MANUAL,
        Optional.empty(),
        EraseMode.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "cpu_count >= 64; true",
        "cpu_count > 64; false",
        "cpu_count > 9; true",
        "vendor ~ 'dell' and memory_mib = 262144; true",
        "not (vendor ~ dell or gpus > 0); false",
        "disk_bus = sata and disk_gb >= 4000; true",
        "disk_model != 'SSD X'; false",
        "gpu ~ ga100 or nic_speed > 100000; true",
        "pci = '10de:20b5'; true",
        "switch = sw1 and switch_port = 7; true",
        "boot_mode = bios; false"
      })
  void aPlainRuleSaysWhatItMeans(String rule, boolean holds) {
    assertThat(Definition.parse("rule: " + rule).holds(machine())).isEqualTo(holds);
  }

  /// The JDK's own XPath is asked the same on the same document.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "//node[@id='display']",
        "//node[@id=\"display\"]/vendor[contains(.,'NVIDIA')]",
        "//node[@class='display']/vendor = 'AMD'",
        "//node[@id='memory']/size[@units='bytes'] > 137438953472",
        "//node[@id='memory']/size[@units='bytes'] > 1374389534720",
        "//node[@class='system']/vendor = 'Dell Inc.'",
        "count(//node[@class='processor']) = 2",
        "count(//node[@class='disk']) > 2 or //capability[@id='vmx']",
        "//node[@class='disk'][size >= 4000000000000]/product",
        "//node[@class='network' and configuration/setting[@id='driver']/@value='ixgbe']",
        "//setting[@id='link' and @value='no']",
        "/list/node/node/node[1]/@id = 'firmware'",
        "//node[@class='disk'][last()]/serial = 'D2'",
        "//node[@class='disk'][position() < 2]/serial = 'D2'",
        "sum(//node[@class='disk']/size) div 1000000000 > 4900",
        "translate(//node[@class='system']/product, 'PE', 'pe') = 'powerEdge R650'",
        "starts-with(normalize-space(//node[@class='system']/product), 'Power')",
        "not(//node[@id='tape']) and string-length(//serial) > 0",
        "//capability[@id='uefi']/../../vendor = 'Dell'",
        "//serial/parent::node/@class = 'network'",
        "//product/ancestor::list and //vendor/following-sibling::serial",
        "substring(//node[@class='system']/product, 1, 5) = 'Power'",
        "substring-after('a-b', '-') = 'b' and concat('a', 'b', 'c') = 'abc'",
        "//node[@class='disk']/serial != 'D1'",
        "//node[contains(@id, 'disk') and not(configuration/setting[@value='1'])]",
        "2 * 3 - 1 = 5 and 7 mod 4 = 3 and -2 < 1",
        "//nothing | //node[@id='core']",
        "boolean(//node[@id='core']/text())",
        "floor(2.5) = 2 and ceiling(2.5) = 3 and round(2.5) = 3",
        "name(//node[1]/*[1]) = 'description'",
      })
  void anXPathMeansWhatTheStandardSays(String xpath) throws Exception {
    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new java.io.StringReader(tree(Lshw.of(machine())))));
    boolean wanted =
        (boolean)
            XPathFactory.newInstance()
                .newXPath()
                .evaluate(xpath, document, javax.xml.xpath.XPathConstants.BOOLEAN);
    assertThat(Definition.parse(xpath).holds(machine())).as(xpath).isEqualTo(wanted);
  }

  /// Without the blanks that are there for people.
  private static String tree(Node document) {
    return document.xml().replaceAll(">\\s+<", "><");
  }

  @Test
  void theDocumentIsXmlWhateverTheFirmwareSays() {
    assertThat(Lshw.of(machine()).xml()).contains("<serial>S&lt;1&gt;&amp;</serial>");
  }

  @Test
  void anXPathThatWouldRunForEverIsRefusedSoon() {
    var path = Definition.parse("//*[count(//*[count(//*[count(//*[//*]) > 0]) > 0]) > 0]");
    var begin = System.nanoTime();
    assertThatThrownBy(() -> path.holds(machine()))
        .isInstanceOf(BadDefinition.class)
        .hasMessageContaining("more than 200000 nodes");
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "//",
        "//node[",
        "foo(1)",
        "//node[@id='x'",
        "document('/etc/passwd')",
        "a::b",
        "1 +",
        "$x",
        "rule: cpus > 1",
        "rule: cpu_count",
        "rule: cpu_count like 3",
        "rule:",
        "count()",
        "//node]"
      })
  void whatCannotBeReadIsRefusedInWords(String definition) {
    assertThatThrownBy(() -> Definition.parse(definition)).isInstanceOf(BadDefinition.class);
  }

  @Test
  void noTextWhateverBreaksTheReader() {
    var random = new Random(42);
    var words = "// / @ node [ ] ( ) = < 1 'a' and or not contains , . .. * :: rule: cpu_count ~ -";
    var all = words.split(" ");
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(12); n >= 0; n--) {
        text.append(all[random.nextInt(all.length)]).append(random.nextBoolean() ? " " : "");
      }
      var thrown = catchThrowable(() -> Definition.parse(text.toString()).holds(machine()));
      assertThat(thrown == null || thrown instanceof BadDefinition).as(text.toString()).isTrue();
    }
    assertThatThrownBy(() -> Definition.parse("(".repeat(1000) + "1" + ")".repeat(1000)))
        .isInstanceOf(BadDefinition.class);
  }

  /// The forms that make a careless pattern go too deep or back and forth without end, on a thread
  /// with as little room as a request may have.
  @Test
  void aLongWordNeedsNoMoreThanAShortOne() throws Exception {
    for (var almost : List.of("a", "a.", "a:b", "rule:a ", "1.", "'", "//", " ", "a -")) {
      var text = almost.repeat(3990 / almost.length()) + "!";
      var thrown = new AtomicReference<Throwable>();
      var thread =
          new Thread(
              null,
              () -> thrown.set(catchThrowable(() -> Definition.parse(text).holds(machine()))),
              "small",
              256 << 10);
      thread.start();
      assertThat(thread.join(Duration.ofSeconds(20))).as(almost).isTrue();
      assertThat(thrown.get()).as(almost).isInstanceOf(BadDefinition.class);
    }
  }
}
