package io.rackstead.store;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContext;
import org.junit.jupiter.api.extension.ClassTemplateInvocationContextProvider;
import org.junit.jupiter.api.extension.Extension;
import org.junit.jupiter.api.extension.ExtensionContext;

/// The two rounds of [OnEachDatabase].
final class EachDatabase implements ClassTemplateInvocationContextProvider {
  private enum Round implements ClassTemplateInvocationContext {
    H2,
    POSTGRESQL;

    @Override
    public String getDisplayName(int round) {
      return name();
    }

    @Override
    public List<Extension> getAdditionalExtensions() {
      return this == H2 ? List.of() : List.of(new OnServer());
    }
  }

  /// A database on the server for each folder that a test opens; gone after it.
  private static final class OnServer implements BeforeEachCallback, AfterEachCallback {
    @Override
    public void beforeEach(ExtensionContext test) {
      TestServer.assumed();
      TestDatabase.onServer = true;
    }

    @Override
    public void afterEach(ExtensionContext test) throws Exception {
      if (TestDatabase.onServer) {
        TestDatabase.onServer = false;
        TestDatabase.drop();
      }
    }
  }

  @Override
  public boolean supportsClassTemplate(ExtensionContext test) {
    return true;
  }

  @Override
  public Stream<ClassTemplateInvocationContext> provideClassTemplateInvocationContexts(
      ExtensionContext test) {
    boolean both =
        "1".equals(System.getenv("RACKSTEAD_EVERY_DATABASE"))
            || test.getRequiredTestClass().getAnnotation(OnEachDatabase.class).everyTime();
    return both ? Stream.of(Round.values()) : Stream.of(Round.H2);
  }
}
