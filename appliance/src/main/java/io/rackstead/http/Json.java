package io.rackstead.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.commission.Report;
import io.rackstead.image.ImageId;
import io.rackstead.machine.MachineId;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/// JSON as we write and read it: times in ISO 8601, addresses and ids as text, unknown fields
/// ignored, depth and lengths bounded.
public final class Json {
  private static final ObjectMapper MAPPER = mapper();

  private Json() {}

  public static ObjectMapper instance() {
    return MAPPER;
  }

  public static byte[] bytes(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass() + " as JSON", e);
    }
  }

  /// Writes a list one element after the other; only one is in memory at a time.
  public static void array(OutputStream out, Stream<?> elements) throws IOException {
    try (elements;
        var array =
            MAPPER
                .writer()
                .without(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
                .without(SerializationFeature.FLUSH_AFTER_WRITE_VALUE)
                .writeValuesAsArray(out)) {
      for (var each = elements.iterator(); each.hasNext(); ) {
        array.write(each.next());
      }
    }
  }

  /// The same of elements that are JSON already.
  public static <T> void array(OutputStream out, List<T> elements, Function<T, byte[]> rendered)
      throws IOException {
    out.write('[');
    for (int i = 0; i < elements.size(); i++) {
      if (i > 0) {
        out.write(',');
      }
      out.write(rendered.apply(elements.get(i)));
    }
    out.write(']');
  }

  public static String text(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + value.getClass() + " as JSON", e);
    }
  }

  /// Reads what we wrote ourselves.
  public static <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("stored JSON is not a " + type.getSimpleName(), e);
    }
  }

  /// Reads what somebody sent.
  public static JsonNode parse(byte[] body) {
    try {
      var node = MAPPER.readTree(body);
      if (node == null || node.isMissingNode()) {
        throw new Problem(400, "the body is empty, JSON was expected");
      }
      return node;
    } catch (IOException e) {
      throw new Problem(
          400, "the body is not JSON: " + firstLine(String.valueOf(e.getMessage())), e);
    }
  }

  private static String firstLine(String text) {
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }

  private static ObjectMapper mapper() {
    var ids = new SimpleModule("ids");
    asText(ids, MacAddress.class, MacAddress::parse);
    asText(ids, MachineId.class, MachineId::new);
    asText(ids, BmcAddress.class, BmcAddress::parse);
    asText(ids, ImageId.class, ImageId::parse);
    ids.addSerializer(Report.class, new ReportWriter());
    ids.addDeserializer(Report.class, new ReportReader());
    var json =
        JsonMapper.builder()
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(ids)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    json.getFactory()
        .setStreamReadConstraints(
            StreamReadConstraints.builder()
                .maxNestingDepth(64)
                .maxStringLength(8 << 20)
                .maxNumberLength(64)
                .build());
    return json;
  }

  /// A report stands in a document as it came, and is never made a tree on the way.
  private static final class ReportWriter extends StdSerializer<Report> {
    private static final long serialVersionUID = 1L;

    private ReportWriter() {
      super(Report.class);
    }

    @Override
    public void serialize(Report report, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeRawValue(report.text());
    }
  }

  private static final class ReportReader extends StdDeserializer<Report> {
    private static final long serialVersionUID = 1L;

    private ReportReader() {
      super(Report.class);
    }

    @Override
    public Report deserialize(JsonParser in, DeserializationContext context) throws IOException {
      var text = new StringWriter();
      try (var out = MAPPER.getFactory().createGenerator(text)) {
        out.copyCurrentStructureExact(in);
      }
      return new Report(text.toString());
    }
  }

  private static <T> void asText(SimpleModule module, Class<T> type, Function<String, T> parse) {
    module.addSerializer(type, new ToStringSerializer(type));
    module.addDeserializer(
        type,
        new com.fasterxml.jackson.databind.deser.std.FromStringDeserializer<T>(type) {
          private static final long serialVersionUID = 1L;

          @Override
          protected T _deserialize(String value, DeserializationContext context) {
            return parse.apply(value);
          }
        });
  }
}
