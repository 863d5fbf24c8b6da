package io.rackstead.maas;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// How each client in use puts a request on the wire: where the operation's name stands, and in
/// which encoding the parameters go.
enum WireClient {
  /// juju/gomaasapi and gomaasclient: `?op=` also where there is none
  GO(Place.QUERY, Body.URLENCODED),
  /// Cluster API: the name in the form, a content type on GET as well
  CLUSTER_API(Place.FORM, Body.URLENCODED),
  /// Cluster API: the name as the last part of the path
  CLUSTER_API_PATH(Place.PATH, Body.URLENCODED),
  /// the collection for Ansible: plain parts, boundary in quotes, no line break at the end
  ANSIBLE(Place.QUERY, Body.MULTIPART),
  /// python-libmaas and the `maas` command: every part in base64, no part at all without data
  LIBMAAS(Place.QUERY, Body.BASE64);

  private enum Place {
    QUERY,
    FORM,
    PATH
  }

  private enum Body {
    URLENCODED,
    MULTIPART,
    BASE64
  }

  private static final String BOUNDARY = "===============0123456789==";

  private final Place place;
  private final Body body;

  WireClient(Place place, Body body) {
    this.place = place;
    this.body = body;
  }

  /// What goes over the wire.
  record Sent(String path, String contentType, byte[] content) {}

  Sent send(String method, String path, String op, Map<String, List<String>> parameters) {
    var form = parameters;
    var url = path;
    if (!op.isEmpty() && place == Place.PATH) {
      url += "op-" + op;
    } else if (!op.isEmpty() && place == Place.FORM && method.equals("POST")) {
      form = new java.util.LinkedHashMap<>(parameters);
      form.put("op", List.of(op));
    } else if (!op.isEmpty() || this == GO && method.equals("POST")) {
      url += "?op=" + op;
    }
    if (method.equals("GET")) {
      var query = urlEncoded(form);
      return new Sent(
          query.isEmpty() ? url : url + (url.contains("?") ? "&" : "?") + query,
          place == Place.QUERY ? "" : "application/x-www-form-urlencoded",
          new byte[0]);
    }
    return switch (body) {
      case URLENCODED ->
          new Sent(url, "application/x-www-form-urlencoded", bytes(urlEncoded(form)));
      case MULTIPART, BASE64 ->
          new Sent(url, "multipart/form-data; boundary=\"" + BOUNDARY + "\"", multipart(form));
    };
  }

  private byte[] multipart(Map<String, List<String>> form) {
    var text = new StringBuilder();
    form.forEach((name, values) -> {
      for (var value : values) {
        text.append("--" + BOUNDARY + "\r\n");
        if (body == Body.BASE64) {
          text.append("Content-Type: text/plain; charset=\"utf-8\"\r\nMIME-Version: 1.0\r\n")
              .append("Content-Transfer-Encoding: base64\r\n");
        }
        text.append("Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n")
            .append(
                body == Body.BASE64 ? Base64.getMimeEncoder().encodeToString(bytes(value)) : value)
            .append("\r\n");
      }
    });
    text.append("--" + BOUNDARY + "--").append(body == Body.BASE64 ? "\r\n" : "");
    return bytes(text.toString());
  }

  private static String urlEncoded(Map<String, List<String>> form) {
    return form.entrySet().stream()
        .flatMap(entry ->
            entry.getValue().stream()
                .map(value ->
                    entry.getKey()
                        + "="
                        + java.net.URLEncoder.encode(value, StandardCharsets.UTF_8)))
        .collect(Collectors.joining("&"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
