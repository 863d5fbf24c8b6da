package io.rackstead.http;

import io.rackstead.access.Principal;

/// Says who asks. What it cannot accept it refuses with a [Problem] 401 or 403 in words.
@FunctionalInterface
public interface Authenticator {
  Principal authenticate(Request request);
}
