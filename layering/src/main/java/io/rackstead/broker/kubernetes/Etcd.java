package io.rackstead.broker.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.StreamSupport;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;

/// The members of a cluster's etcd, by its JSON gateway on the port of clients: what `kubeadm
/// reset` does at the node that leaves, done from here, for a node that is gone cannot do it.
public final class Etcd {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final long ANSWER_BYTES = 1 << 20;
  private final OkHttpClient client;
  private final int port;

  /// @param client shows a certificate that etcd believes
  public Etcd(OkHttpClient client) {
    this(client, 2379);
  }

  public Etcd(OkHttpClient client, int port) {
    this.client = client;
    this.port = port;
  }

  /// Takes a member out; one that is none is out. The last one stays: there would be nothing left.
  ///
  /// @param others where the members that stay are
  public void leave(String name, List<String> others) {
    if (others.isEmpty()) {
      return;
    }
    BrokerException last = new BrokerException(Kind.UNREACHABLE, "etcd has no member to ask");
    for (var host : others) {
      try {
        leave(name, host);
        return;
      } catch (BrokerException e) {
        last = e;
      }
    }
    throw last;
  }

  private void leave(String name, String host) {
    var members = ask(host, "list", "{}").path("members");
    var leaving =
        StreamSupport.stream(members.spliterator(), false)
            .filter(member -> member.path("name").asText().equals(name))
            .findFirst();
    if (leaving.isPresent()) {
      var body = JsonNodeFactory.instance.objectNode().put("ID", leaving.get().path("ID").asText());
      ask(host, "remove", body.toString());
    }
  }

  private JsonNode ask(String host, String what, String body) {
    var url =
        new HttpUrl.Builder()
            .scheme("https")
            .host(host)
            .port(port)
            .addPathSegments("v3/cluster/member/" + what)
            .build();
    var request =
        new Request.Builder()
            .url(url)
            .post(RequestBody.create(body.getBytes(StandardCharsets.UTF_8), JSON))
            .build();
    try (var answer = client.newCall(request).execute()) {
      var text = answer.peekBody(ANSWER_BYTES).string();
      if (answer.code() != 200) {
        // an election, or members that are not healthy: it is asked again
        throw new BrokerException(
            Kind.BUSY,
            "etcd at %s, member %s: HTTP %d %s".formatted(host, what, answer.code(), words(text)));
      }
      return MAPPER.readTree(text);
    } catch (IOException e) {
      throw new BrokerException(
          Kind.UNREACHABLE, "no answer from etcd at " + host + ": " + e.getMessage(), e);
    }
  }

  private static String words(String text) {
    var line = text.replaceAll("\\p{Cntrl}", " ").strip();
    return line.length() > 300 ? line.substring(0, 300) : line;
  }
}
