package io.rackstead.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class BlockYamlTest {
  @Test
  void aYamlReaderFindsEveryHostileValueAsItWas() {
    var hostile =
        List.of(
            "a: b\n- c",
            "\"quoted\" 'too'",
            "${x} `id` %s",
            "\u0000\u001b[31m",
            "yes",
            "- x",
            "#",
            "");
    var tree = JsonNodeFactory.instance.objectNode();
    var values = tree.putArray("values");
    hostile.forEach(values::add);
    tree.putObject("key: with [colon]").put("n", 3).put("t", true);
    tree.putArray("none");
    var read =
        new Load(LoadSettings.builder().build())
            .loadFromString(new String(BlockYaml.bytes(tree), StandardCharsets.UTF_8));
    assertThat(read)
        .isEqualTo(
            Map.of(
                "values", hostile,
                "key: with [colon]", Map.of("n", 3, "t", true),
                "none", List.of()));
  }
}
