package io.rackstead.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FormTest {
  private static Form form(String type, String body) {
    return Form.parse(type, body.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aUrlEncodedFormKeepsRepeatedFieldsAndEmptyOnes() {
    var form =
        form(
            "application/x-www-form-urlencoded; charset=utf-8",
            "tags=a&tags=b+c&comment=&name=%C3%A4%2Fb&op=");
    assertThat(form.texts("tags")).containsExactly("a", "b c");
    assertThat(form.text("comment")).contains("");
    assertThat(form.text("name")).contains("ä/b");
    assertThat(form.text("absent")).isEmpty();
  }

  @Test
  void aPlainMultipartFormMayQuoteItsBoundaryAndEndWithoutALineBreak() {
    var form =
        form(
            "multipart/form-data; boundary=\"XX yy\"",
            "--XX yy\r\nContent-Disposition: form-data; name=\"hostname\"\r\n\r\nn1\r\n"
                + "--XX yy\r\nContent-Disposition: form-data; name=\"content\"; filename=\"f.bin\"\r\n"
                + "Content-Type: application/octet-stream\r\n\r\nline 1\r\nline 2\r\n\r\n--XX yy--");
    assertThat(form.text("hostname")).contains("n1");
    assertThat(form.text("content")).contains("line 1\r\nline 2\r\n");
    assertThat(form.fields()).isEqualTo(Map.of("hostname", List.of("n1")));
  }

  /// As Python's email package makes it for the MAAS command line.
  @Test
  void everyPartInBase64IsDecoded() {
    var form =
        form(
            "multipart/form-data; boundary=\"===============123==\"",
            """
            --===============123==
            Content-Type: text/plain; charset="utf-8"
            MIME-Version: 1.0
            Content-Transfer-Encoding: base64
            Content-Disposition: form-data; name="user_data"

            SSBhbSBhIGxvbmcgdGV4dCB0aGF0IGdvZXMgb3ZlciBtb3JlIHRoYW4gb25lIGxpbmUgb2YgNzYg
            Y29sdW1ucw==

            --===============123==
            Content-Type: text/plain; charset="utf-8"
            MIME-Version: 1.0
            Content-Transfer-Encoding: base64
            Content-Disposition: form-data; name="op"

            ZGVwbG95

            --===============123==--
            """
                .replace("\n", "\r\n"));
    assertThat(form.text("op")).contains("deploy");
    assertThat(form.text("user_data"))
        .contains("I am a long text that goes over more than one line of 76 columns");
  }

  @Test
  void aMultipartBodyWithNoPartAtAllIsAnEmptyForm() {
    assertThat(form("multipart/form-data; boundary=\"===1==\"", "--===1==--\r\n").fields())
        .isEmpty();
    assertThat(form("multipart/form-data; boundary=\"===1==\"", "\r\n").fields()).isEmpty();
  }

  @Test
  void aBodyCutInTheMiddleOfAPartIsABadRequest() {
    assertThatThrownBy(() ->
            form(
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nval"))
        .isInstanceOf(Problem.class);
    assertThatThrownBy(() -> form("multipart/form-data", "--b--")).isInstanceOf(Problem.class);
  }

  @Test
  void anyBytesAreReadOrRefused() {
    var random = new Random(4711);
    var pieces =
        List.of(
            "--b", "\r\n", "\n", "Content-Disposition: form-data; name=\"", "a", "\"", "--", "%");
    for (int round = 0; round < 2000; round++) {
      var body = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        body.append(pieces.get(random.nextInt(pieces.size())));
      }
      for (var type :
          List.of("multipart/form-data; boundary=b", "application/x-www-form-urlencoded")) {
        try {
          assertThat(form(type, body.toString()).fields()).isNotNull();
        } catch (Problem problem) {
          assertThat(problem.status()).isEqualTo(400);
        }
      }
    }
  }
}
