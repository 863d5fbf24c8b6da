package io.rackstead.tests.bench;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.javalin.Javalin;
import java.sql.DriverManager;
import org.slf4j.LoggerFactory;

/// The least that serves HTTP from a database in a file: what the appliance's start is compared
/// with.
final class BareServer {
  private BareServer() {}

  public static void main(String[] args) throws Exception {
    // without a configuration logback prints each step of Jetty, which costs more than the rest
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.WARN);
    var database =
        DriverManager.getConnection("jdbc:h2:file:" + args[0] + "/bare;WRITE_DELAY=0", "sa", "");
    try (var statement = database.createStatement()) {
      statement.execute("create table if not exists machine (id varchar primary key)");
    }
    var server =
        Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          config.routes.get(
              "/health",
              context -> {
                try (var statement = database.createStatement();
                    var rows = statement.executeQuery("select count(*) from machine")) {
                  rows.next();
                  context.json("{\"machines\":" + rows.getInt(1) + "}");
                }
              });
        });
    server.start("127.0.0.1", 0);
    Runtime.getRuntime().addShutdownHook(new Thread(server::stop));
    System.out.println("ready http://127.0.0.1:" + server.port() + "/MAAS/");
  }
}
