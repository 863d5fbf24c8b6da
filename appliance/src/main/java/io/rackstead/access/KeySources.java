package io.rackstead.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;

/// Where people have published their SSH keys: `lp:ada` at Launchpad, `gh:ada` at GitHub.
///
/// @param launchpad the page of a user's keys follows as `~USER/+sshkeys`
/// @param github the page of a user's keys follows as `USER.keys`
public record KeySources(HttpUrl launchpad, HttpUrl github) {
  private static final Pattern SOURCE =
      Pattern.compile("(lp|gh):([A-Za-z0-9][A-Za-z0-9.+_-]{0,63})");
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int LONGEST = 256 << 10;

  /// More than anybody has use for.
  public static final int MOST = 50;

  /// What a source did not give, in words for whoever asked.
  public static final class NoKeys extends Exception {
    private static final long serialVersionUID = 1L;

    NoKeys(String why) {
      super(why);
    }
  }

  public static KeySources real() {
    return at("https://launchpad.net/", "https://github.com/");
  }

  public static KeySources at(String launchpad, String github) {
    return new KeySources(HttpUrl.get(launchpad), HttpUrl.get(github));
  }

  /// The keys that are published there, each of them checked; what is no key of a kind that is
  /// taken here is left out.
  public List<String> fetch(String source) throws NoKeys {
    var matcher = SOURCE.matcher(source);
    if (!matcher.matches()) {
      throw new NoKeys("a key source is lp:USER (Launchpad) or gh:USER (GitHub), got " + source);
    }
    var user = matcher.group(2);
    var url =
        matcher.group(1).equals("lp")
            ? launchpad.newBuilder().addPathSegment("~" + user).addPathSegment("+sshkeys").build()
            : github.newBuilder().addPathSegment(user + ".keys").build();
    var keys = new ArrayList<String>();
    for (var line : read(url, user).split("\n", -1)) {
      if (keys.size() < MOST && !line.isBlank()) {
        try {
          keys.add(SshKeys.checked(line));
        } catch (IllegalArgumentException _) {
          continue; // of a kind that is no longer taken, or no key
        }
      }
    }
    if (keys.isEmpty()) {
      throw new NoKeys("there are no SSH keys for user " + user + " at " + url.host());
    }
    return keys.stream().distinct().toList();
  }

  private static String read(HttpUrl url, String user) throws NoKeys {
    // made for each import, of which there are few; what it keeps idle ends with it
    var client =
        new OkHttpClient.Builder()
            .callTimeout(PATIENCE)
            .followRedirects(false)
            .retryOnConnectionFailure(false)
            .build();
    try (var answer = client.newCall(new Request.Builder().url(url).build()).execute()) {
      if (answer.code() == 404) {
        throw new NoKeys("there is no user " + user + " at " + url.host());
      }
      if (answer.code() != 200) {
        throw new NoKeys(url + " answers with status " + answer.code());
      }
      var bytes = answer.body().byteStream().readNBytes(LONGEST + 1);
      if (bytes.length > LONGEST) {
        throw new NoKeys(url + " has more than " + LONGEST + " bytes: those are no keys");
      }
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new NoKeys(url + " cannot be read: " + e.getMessage());
    } finally {
      client.dispatcher().executorService().shutdown();
      client.connectionPool().evictAll();
    }
  }
}
