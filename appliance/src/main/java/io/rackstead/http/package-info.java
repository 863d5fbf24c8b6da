/// The border to HTTP: routes, requests and replies in our own words. The one package that knows
/// the HTTP library. Start reading at {@link io.rackstead.http.Route}.
@org.jspecify.annotations.NullMarked
package io.rackstead.http;
