package io.rackstead.cli;

import io.rackstead.store.DatabaseAddress;
import io.rackstead.store.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The sub-commands of `appliance/run`. Where an appliance runs on the data folder it is asked over
/// its control socket; otherwise those that can work on its closed database do.
public final class Cli {
  /// The names of the sub-commands, to tell them from the flags of the appliance itself.
  public static final Set<String> COMMANDS =
      Set.of(
          "createadmin",
          "apikey",
          "events",
          "explain",
          "backup",
          "restore",
          "confirm",
          "rehearse",
          "status",
          "help");

  private final PrintStream out;
  private final PrintStream err;
  private final Where where;

  /// Where the database of a data folder is, as file and environment say.
  @FunctionalInterface
  public interface Where {
    DatabaseAddress database(Path data) throws IOException;
  }

  private Cli(PrintStream out, PrintStream err, Where where) {
    this.out = out;
    this.err = err;
    this.where = where;
  }

  /// Runs a sub-command; answers the exit code: 0 done, 1 not possible, 2 wrong arguments.
  ///
  /// @param arguments the command's name first
  public static int run(List<String> arguments, PrintStream out, PrintStream err, Where where) {
    var cli = new Cli(out, err, where);
    var line =
        new CommandLine(new Root())
            .addSubcommand(new CreateAdmin(cli))
            .addSubcommand(new Key(cli))
            .addSubcommand(new Events(cli))
            .addSubcommand(new Explain(cli))
            .addSubcommand(new BackUp(cli))
            .addSubcommand(new Restore(cli))
            .addSubcommand(new Confirm(cli))
            .addSubcommand(new Rehearse(out))
            .addSubcommand(new Status(cli))
            .addSubcommand(new CommandLine.HelpCommand())
            .setOut(new java.io.PrintWriter(out, true))
            .setErr(new java.io.PrintWriter(err, true))
            .setExecutionExceptionHandler((failure, _, _) -> {
              err.println(failure.getMessage());
              return failure instanceof IllegalArgumentException ? 2 : 1;
            });
    return line.execute(arguments.toArray(new String[0]));
  }

  private int ask(Path data, String command, String... arguments)
      throws IOException, InterruptedException {
    if (ControlServer.running(data)) {
      return ControlClient.ask(data, command, List.of(arguments), out, err);
    }
    try {
      return Closed.ask(data, where.database(data), command, List.of(arguments), out, err);
    } catch (StoreException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  @Command(
      name = "appliance/run",
      description = "A bare-metal provisioning appliance. Without a command it starts.",
      synopsisSubcommandLabel = "COMMAND")
  static final class Root {
    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "this help")
    boolean help;
  }

  /// What every command knows.
  abstract static class Base implements Callable<Integer> {
    final Cli cli;

    @Option(
        names = "--data",
        defaultValue = "./data",
        paramLabel = "DIR",
        description = "the appliance's data folder (default: ./data)")
    Path data = Path.of("data");

    @Option(
        names = {"-h", "--help"},
        usageHelp = true,
        description = "this help")
    boolean help;

    Base(Cli cli) {
      this.cli = cli;
    }
  }

  @Command(
      name = "createadmin",
      description = {
        "Makes an administrator, or gives an existing user this password and that role.",
        "Before the first start: no administrator with a random password is made then."
      })
  static final class CreateAdmin extends Base {
    @Option(names = "--username", required = true, paramLabel = "U", description = "name")
    String username = "";

    @Option(
        names = "--password-file",
        required = true,
        paramLabel = "F",
        description = "file whose first line is the password; - reads standard input")
    String passwordFile = "";

    CreateAdmin(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      return cli.ask(data, "createadmin", username, password());
    }

    private String password() throws IOException {
      var text =
          passwordFile.equals("-")
              ? new String(System.in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
              : Files.readString(Path.of(passwordFile));
      return text.lines().findFirst().orElse("");
    }
  }

  @Command(
      name = "apikey",
      description = "Prints a user's first API key, and makes one if there is none.")
  static final class Key extends Base {
    @Option(names = "--username", required = true, paramLabel = "U", description = "whose key")
    String username = "";

    @Option(names = "--new", description = "always make a new one")
    boolean fresh;

    Key(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      return cli.ask(data, "apikey", username, fresh ? "new" : "");
    }
  }

  @Command(
      name = "events",
      description = "Prints all that happened to a machine, from its first packet on.")
  static final class Events extends Base {
    @Parameters(paramLabel = "MACHINE", description = "hostname or id")
    String machine = "";

    @Option(
        names = {"-f", "--follow"},
        description = "go on as it happens")
    boolean follow;

    Events(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      if (follow && !ControlServer.running(data)) {
        throw new IOException("no appliance runs on " + data + ": there is nothing to follow");
      }
      return cli.ask(data, "events", machine, follow ? "follow" : "");
    }
  }

  @Command(
      name = "explain",
      description = "Prints what a client would get if it asked now, and why; nothing changes.")
  static final class Explain extends Base {
    @Option(names = "--mac", paramLabel = "MAC", description = "who asks")
    String mac = "";

    @Option(
        names = "--arch",
        defaultValue = "7",
        paramLabel = "N",
        description = "its firmware by RFC 4578: 0 BIOS, 7 UEFI x64, 11 arm64, 16 HTTP Boot")
    String arch = "7";

    @Option(
        names = "--stage",
        defaultValue = "firmware",
        paramLabel = "S",
        description = "firmware, loader, script or system")
    String stage = "firmware";

    @Option(names = "--uuid", defaultValue = "", paramLabel = "U", description = "system UUID")
    String uuid = "";

    @Option(names = "--relay", defaultValue = "", paramLabel = "IP", description = "its relay")
    String relay = "";

    @Option(
        names = "--interface",
        defaultValue = "",
        paramLabel = "NAME",
        description = "ours that it asks on; needed where several are served and no relay is")
    String networkInterface = "";

    @Option(
        names = "--ip",
        defaultValue = "",
        paramLabel = "4|6",
        description = "by DHCP or by DHCPv6; 6 where the relay's address is one of it")
    String ip = "";

    @Option(
        names = "--pcap",
        defaultValue = "",
        paramLabel = "FILE",
        description = "what those who ask in a capture would get; nothing else is needed then")
    String pcap = "";

    Explain(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      if (!ControlServer.running(data)) {
        throw new IOException("no appliance runs on " + data.toAbsolutePath().normalize());
      }
      var file = pcap.isEmpty() ? "" : Path.of(pcap).toAbsolutePath().toString();
      return cli.ask(data, "explain", mac, arch, stage, uuid, relay, networkInterface, ip, file);
    }
  }

  @Command(
      name = "backup",
      description = {
        "Writes the database and the key of its secrets to a zip file, also while it runs.",
        "Images are left out: they can be built again.",
        "With a PostgreSQL database it says what to do instead."
      })
  static final class BackUp extends Base {
    @Parameters(paramLabel = "FILE", description = "the file to write; must not exist")
    Path file = Path.of("backup.zip");

    BackUp(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      return cli.ask(data, "backup", file.toAbsolutePath().toString());
    }
  }

  @Command(
      name = "restore",
      description = {
        "Puts a backup in the place of the data folder's database; the appliance must not run.",
        "Afterwards it only observes (no power action, no wipe) until `confirm`.",
        "With a PostgreSQL database it says what to do instead."
      })
  static final class Restore extends Base {
    @Parameters(paramLabel = "FILE", description = "what `backup` wrote")
    Path file = Path.of("backup.zip");

    Restore(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      if (ControlServer.running(data)) {
        throw new IOException("an appliance runs on " + data + ": stop it first");
      }
      var address = cli.where.database(data);
      if (!address.embedded()) {
        throw new IOException(Backup.notRestored(data, address));
      }
      Files.createDirectories(data);
      var aside = Backup.restore(data, file, InstantSource.system().instant());
      cli.out.println("restored; what was there is in " + aside);
      cli.out.println(
          "the appliance will only observe until you have looked and said: appliance/run confirm"
              + " --data "
              + data);
      return 0;
    }
  }

  @Command(
      name = "confirm",
      description = "Says that a restored appliance is right about the world and may act again.")
  static final class Confirm extends Base {
    Confirm(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      return cli.ask(data, "confirm");
    }
  }

  @Command(name = "status", description = "Prints how the running appliance is.")
  static final class Status extends Base {
    Status(Cli cli) {
      super(cli);
    }

    @Override
    public Integer call() throws Exception {
      if (!ControlServer.running(data)) {
        throw new IOException("no appliance runs on " + data.toAbsolutePath().normalize());
      }
      return cli.ask(data, "status");
    }
  }

  /// The text of `--help` for all commands, one paragraph each.
  public static List<String> overview() {
    var lines = new ArrayList<String>();
    lines.add("createadmin --username U --password-file F   make an administrator");
    lines.add("apikey --username U [--new]                  print an API key");
    lines.add("events MACHINE [--follow]                    what happened to a machine");
    lines.add("explain --mac MAC                            what a client would boot, and why");
    lines.add("status                                       how the running appliance is");
    lines.add("backup FILE                                  write a backup, also while it runs");
    lines.add(
        "restore FILE                                 put a backup in place; then it observes");
    lines.add("confirm                                      let a restored appliance act again");
    return lines;
  }
}
