package io.rackstead.appliance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Debian's Ironic (`python3-ironic`) beside us: API and conductor in one process without RPC
/// between them, which is the fastest it has, no sign-in, fake hardware and IPMI, no cleaning,
/// SQLite.
public record Ironic(Process process, int port) implements AutoCloseable {
  private static final String PYTHON = "/usr/bin/python3";
  private static final long LIMIT_S = 120;

  public static boolean installed() throws Exception {
    return Files.isExecutable(Path.of(PYTHON))
        && new ProcessBuilder(PYTHON, "-c", "import ironic").start().waitFor() == 0;
  }

  public static Ironic start(Path folder) throws Exception {
    int port;
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    var config = folder.resolve("ironic.conf");
    Files.writeString(config, config(folder, port));
    if (run(folder, config, "dbsync", "create_schema").waitFor() != 0) {
      throw new IOException("Ironic's tables: " + Files.readString(folder.resolve("out")));
    }
    var ironic = new Ironic(run(folder, config, "singleprocess"), port);
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (System.nanoTime() < end && ironic.process.isAlive()) {
      try (var client = ironic.client()) {
        client.get("/v1");
        return ironic;
      } catch (IOException _) {
        LockSupport.parkNanos(100_000_000);
      }
    }
    ironic.close();
    throw new IOException("Ironic does not serve: " + Files.readString(folder.resolve("out")));
  }

  PlainClient client() throws IOException {
    return new PlainClient(port, () -> "X-OpenStack-Ironic-API-Version: 1.78");
  }

  /// User and system time; proc(5).
  double cpuSeconds() throws IOException {
    var stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
    var fields = List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1));
    return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / 100.0;
  }

  private static Process run(Path folder, Path config, String program, String... arguments)
      throws IOException {
    var command = new java.util.ArrayList<String>();
    command.addAll(
        List.of(PYTHON, "-c", "from ironic.cmd.%s import main; main()".formatted(program)));
    command.addAll(List.of("--config-file", config.toString()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("out").toFile())
        .start();
  }

  private static String config(Path folder, int port) {
    return """
    [DEFAULT]
    auth_strategy = noauth
    rpc_transport = none
    enabled_hardware_types = fake-hardware,ipmi
    enabled_bios_interfaces = no-bios
    enabled_boot_interfaces = fake,pxe
    enabled_console_interfaces = no-console
    enabled_deploy_interfaces = fake,direct
    enabled_inspect_interfaces = no-inspect
    enabled_management_interfaces = fake,ipmitool
    enabled_network_interfaces = noop
    enabled_power_interfaces = fake,ipmitool
    enabled_raid_interfaces = no-raid
    enabled_rescue_interfaces = no-rescue
    enabled_storage_interfaces = noop
    enabled_vendor_interfaces = no-vendor,ipmitool
    default_network_interface = noop
    state_path = %1$s
    host = bench
    my_ip = 127.0.0.1
    log_file = %1$s/ironic.log
    default_log_levels = root=WARNING
    [api]
    host_ip = 127.0.0.1
    port = %2$d
    [conductor]
    automated_clean = false
    [database]
    connection = sqlite:///%1$s/ironic.sqlite
    [dhcp]
    dhcp_provider = none
    [deploy]
    http_root = %1$s
    [pxe]
    tftp_root = %1$s/tftp
    tftp_master_path = %1$s/masters
    images_path = %1$s/images
    instance_master_path = %1$s/masters
    [oslo_messaging_notifications]
    driver = noop
    """
        .formatted(folder, port);
  }

  @Override
  public void close() throws Exception {
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
