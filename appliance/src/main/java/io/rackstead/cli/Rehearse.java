package io.rackstead.cli;

import io.rackstead.broker.declared.BadBroker;
import io.rackstead.broker.declared.BrokerFile;
import io.rackstead.broker.declared.Rehearsal;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A broker of one's own, before it is given to an appliance.
@Command(
    name = "rehearse",
    description = {
      "Tries a broker against a recorded exchange: connection test, hand-over, proof and take-back,",
      "each request held against the next one that was recorded. Nothing is sent, no appliance is needed."
    })
final class Rehearse implements Callable<Integer> {
  private final PrintStream out;

  @Parameters(
      paramLabel = "FOLDER",
      description = "with broker.yaml and exchange.json in it, as DATA/brokers/NAME")
  Path folder = Path.of(".");

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "this help")
  boolean help;

  Rehearse(PrintStream out) {
    this.out = out;
  }

  @Override
  public Integer call() throws IOException {
    Rehearsal.Report report;
    try {
      report =
          Rehearsal.of(
              BrokerFile.read(folder.resolve("broker.yaml")),
              Files.readString(folder.resolve("exchange.json")));
    } catch (BadBroker e) {
      throw new IllegalArgumentException(folder + ": " + e.getMessage(), e);
    }
    for (var one : report.asked()) {
      say(
          "%-9s %s -> %d%s"
              .formatted(
                  one.part(),
                  one.request(),
                  one.status(),
                  one.differs().isEmpty() ? "" : "\n          " + one.differs()));
    }
    report.unasked().forEach(one -> say("not asked: " + one));
    if (!report.failed().isEmpty()) {
      say("failed: " + report.failed());
    }
    say(report.ok() ? "as recorded (" + report.source() + ")" : "not as recorded");
    return report.ok() ? 0 : 1;
  }

  /// What a broker's file says is not for a terminal to obey.
  private void say(String line) {
    out.println(line.replaceAll("[\\p{Cntrl}&&[^\n]]", "·"));
  }
}
