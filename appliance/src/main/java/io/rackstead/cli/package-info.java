/// The command line: sub-commands that speak to the running appliance over its control socket, or
/// work on the closed database. Start reading at {@link io.rackstead.cli.Cli}, then {@link
/// io.rackstead.cli.Desk}.
@org.jspecify.annotations.NullMarked
package io.rackstead.cli;
