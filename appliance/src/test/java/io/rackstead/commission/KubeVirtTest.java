package io.rackstead.commission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubeVirtTest {
  private static Hardware reported(String report) {
    return new Hardware(
        "V", "P", "S", "uefi", "C", 4, 8192, true, List.of(), List.of(), false, new Report(report));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"cpu\":{\"flags\":\"fpu vmx aes\"},\"firmware\":{\"iommu\":\"DMAR\"}} | true | ",
        "{\"cpu\":{\"flags\":\"svm\"},\"firmware\":{\"iommu\":\"IVRS\"}} | true | ",
        "{\"cpu\":{\"flags\":\"fpu vmxx\"},\"firmware\":{\"iommu\":\"DMAR\"}} | false | neither vmx nor svm",
        "{\"cpu\":{\"flags\":\"vmx\"},\"firmware\":{\"iommu\":\"\"}} | false | VT-d",
        "{\"cpu\":{\"flags\":\"vmx\"},\"firmware\":{}} | false | commission it again",
        "{\"cpu\":{\"architecture\":\"aarch64\"},\"firmware\":{\"iommu\":\"IORT\"}} | false | ARM",
      })
  void whatIsInTheWayIsSaid(String report, boolean ready, String words) {
    var seen = KubeVirt.of(reported(report));
    assertThat(seen.ready()).isEqualTo(ready);
    assertThat(String.join("\n", seen.missing())).contains(words == null ? "" : words);
  }
}
