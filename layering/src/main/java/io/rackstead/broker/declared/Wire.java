package io.rackstead.broker.declared;

import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/// The connections that all brokers share, made when the first one speaks.
public final class Wire {
  private @Nullable OkHttpClient client;

  synchronized OkHttpClient client() {
    var there = client;
    if (there == null) {
      there = new OkHttpClient();
      client = there;
    }
    return there;
  }
}
