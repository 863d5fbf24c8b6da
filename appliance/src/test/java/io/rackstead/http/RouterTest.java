package io.rackstead.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;
import io.rackstead.http.Router.Match;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouterTest {
  private final Router router =
      new Router(
          List.of(
              route(Method.GET, "/"),
              route(Method.GET, "/api/machines"),
              route(Method.GET, "/api/machines/{id}"),
              route(Method.POST, "/api/machines/{id}/actions/{verb}"),
              route(Method.GET, "/api/machines/all"),
              route(Method.PUT, "/nodes/{id}/blockdevices/{device}/partition/{partition}"),
              route(Method.GET, "/ui/{rest...}")));

  private static Route route(Method method, String path) {
    return new Route(method, path, Access.PUBLIC, _ -> Reply.none());
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /, /, {}",
    "GET, '', /, {}",
    "GET, /api/machines, /api/machines, {}",
    "GET, /api/machines/, /api/machines, {}",
    "GET, //api///machines//, /api/machines, {}",
    "GET, /api/machines/abc, /api/machines/{id}, {id=abc}",
    "GET, /api/machines/all, /api/machines/all, {}",
    "GET, /api/machines/10.0.0.0%2F24/, /api/machines/{id}, {id=10.0.0.0/24}",
    "HEAD, /api/machines, /api/machines, {}",
    "POST, /api/machines/all/actions/deploy, /api/machines/{id}/actions/{verb}, '{id=all, verb=deploy}'",
    "GET, /ui/a/b.js, /ui/{rest...}, {rest=a/b.js}",
    "GET, /ui/, /ui/{rest...}, {rest=}",
  })
  void aPathLeadsToItsRoute(String method, String path, String route, String parts) {
    var match = (Match.Found) router.find(Method.valueOf(method), path);
    assertThat(match.route().path()).isEqualTo(route);
    assertThat(new java.util.TreeMap<>(match.parts()).toString()).isEqualTo(parts);
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /api",
    "GET, /api/machines/a/b",
    "GET, /ui/%2e%2e/secret",
    "GET, /ui/../secret",
    "GET, /api/machines/%00",
  })
  void whatIsNotThereOrLeadsUpwardsIsNothing(String method, String path) {
    assertThat(router.find(Method.valueOf(method), path)).isEqualTo(new Match.Nothing());
  }

  @Test
  void anotherMethodIsToldFromAnotherPath() {
    assertThat(router.find(Method.DELETE, "/api/machines/"))
        .isEqualTo(new Match.OtherMethods(java.util.Set.of(Method.GET)));
  }

  @Test
  void brokenPercentEncodingIsABadRequest() {
    assertThatThrownBy(() -> router.find(Method.GET, "/api/machines/%zz"))
        .isInstanceOf(Problem.class)
        .hasMessageContaining("percent-encoding");
  }

  @Test
  void twoRoutesForOnePathAreRefusedWhenTheyAreWrittenDown() {
    var twice = List.of(route(Method.GET, "/a/{x}"), route(Method.GET, "/a/{y}"));
    assertThatThrownBy(() -> new Router(twice)).hasMessageContaining("two routes for");
  }
}
