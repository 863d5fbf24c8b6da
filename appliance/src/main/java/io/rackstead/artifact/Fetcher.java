package io.rackstead.artifact;

import io.rackstead.image.Artifact;
import io.rackstead.image.directory.ArtifactStore;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.function.Predicate;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/// Fetches one file into the store. An operator says from where; redirects lead elsewhere, so each
/// address is looked at when it is connected to, before anything is asked there.
public final class Fetcher {
  /// Larger than any image archive of a release that we know.
  static final long LIMIT = 16L << 30;

  private static final Duration LONGEST = Duration.ofHours(2);
  private static final Duration SILENCE = Duration.ofSeconds(60);

  private final ArtifactStore store;
  private final OkHttpClient client;

  /// What does not pass with time.
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /// @param forbidden addresses that nothing is fetched from
  public Fetcher(ArtifactStore store, Predicate<InetAddress> forbidden) {
    this.store = store;
    Interceptor addressed =
        chain -> {
          var connection = chain.connection();
          var address = connection == null ? null : connection.route().socketAddress().getAddress();
          if (address == null || forbidden.test(address)) {
            throw new Refused(
                "%s is at %s: nothing is fetched from there"
                    .formatted(
                        chain.request().url().host(),
                        address == null ? "an unknown address" : address.getHostAddress()));
          }
          return chain.proceed(chain.request());
        };
    client =
        new OkHttpClient.Builder()
            .callTimeout(LONGEST)
            .connectTimeout(Duration.ofSeconds(15))
            .readTimeout(SILENCE)
            .addNetworkInterceptor(addressed)
            .build();
  }

  /// This host and its neighbours, whose services believe whoever is near.
  public static boolean near(InetAddress address) {
    return address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress();
  }

  Artifact fetch(Declared wanted) throws IOException {
    var url = HttpUrl.parse(wanted.url());
    if (url == null) {
      throw new Refused("no URL: " + wanted.url());
    }
    try (var answer = client.newCall(new Request.Builder().url(url).build()).execute()) {
      if (answer.code() != 200) {
        var why = "%s answers with status %d".formatted(url.host(), answer.code());
        throw answer.code() >= 500 || answer.code() == 429
            ? new IOException(why)
            : new Refused(why);
      }
      long limit = wanted.bytes() > 0 ? wanted.bytes() : LIMIT;
      long announced = answer.body().contentLength();
      if (announced > limit) {
        throw new Refused(
            "%s would send %d bytes, it may have %d".formatted(url.host(), announced, limit));
      }
      return store.take(wanted.name(), answer.body().byteStream(), wanted.sha256(), limit);
    }
  }
}
