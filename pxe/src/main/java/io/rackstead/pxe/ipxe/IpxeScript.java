package io.rackstead.pxe.ipxe;

import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.net.PrintableText;
import java.util.Set;

/// The script that our loader runs: a decision in iPXE's language. iPXE has no quoting: a line end
/// begins a command, `${` a setting, and both work inside any value. So a value that holds one is
/// refused, not mended.
public final class IpxeScript {
  private static final Set<String> OPERATORS = Set.of("||", "&&", ";");
  private static final int MAX_WORD = 2000;

  private IpxeScript() {}

  /// @throws IllegalArgumentException when a value cannot be written without iPXE reading something
  ///   else; it names the value
  public static String of(BootDecision decision, BootRequest request, BootServer server) {
    return switch (decision) {
      case BootDecision.Linux linux -> linux(linux, request, server);
      case BootDecision.LocalDisk _ -> localDisk(request.arch());
      case BootDecision.Ignore(var reason) -> ignore(reason);
    };
  }

  private static String linux(BootDecision.Linux linux, BootRequest request, BootServer server) {
    var script = new StringBuilder("#!ipxe\nset tries t\n:again\nimgfree\n");
    load(script, "kernel", server.url(linux.kernel()), kernelWords(linux));
    for (int i = 0; i < linux.initrds().size(); i++) {
      load(script, "initrd --name initrd" + i, server.url(linux.initrds().get(i)), "");
    }
    // one fetch that fails may be a switch port that is still waking; the third time the question
    // itself is asked anew, because the answer may be another by now
    return script
        .append("set url the loaded kernel\n")
        .append("boot || goto failed\n")
        .append(":failed\n")
        .append("echo rackstead: failed at ${url}, trying again in 5 seconds\n")
        .append("sleep 5\n")
        .append("set tries ${tries}x\n")
        .append("iseq ${tries} txxx || goto again\n")
        .append("set tries t\n")
        .append("imgfree\n")
        .append("chain --replace ")
        .append(server.scriptUrl(request))
        .append(" || goto again\n")
        .toString();
  }

  private static void load(StringBuilder script, String command, String url, String words) {
    script
        .append("set url ")
        .append(url)
        .append("\necho rackstead: ${url}\n")
        .append(command)
        .append(" ${url}")
        .append(words)
        .append(" || goto failed\n");
  }

  private static String kernelWords(BootDecision.Linux linux) {
    var words = new StringBuilder();
    // the EFI stub finds its ramdisks by these names; a BIOS kernel does not read them
    for (int i = 0; i < linux.initrds().size(); i++) {
      words.append(" initrd=initrd").append(i);
    }
    linux.arguments().forEach(argument -> words.append(' ').append(word(argument)));
    return words.toString();
  }

  private static String localDisk(ClientArch arch) {
    if (arch.uefi()) {
      // a status other than 0 makes the boot manager go on to its next entry
      return "#!ipxe\necho rackstead: starting from the local disk\nexit 1\n";
    }
    // many BIOSes do not come back from a loader that exits, so the first disk is started here
    return """
    #!ipxe
    echo rackstead: starting from the local disk
    sanboot --no-describe --drive 0x80 || exit 1
    """;
  }

  private static String ignore(String reason) {
    return "#!ipxe\necho rackstead: nothing to boot: " + comment(reason) + "\nsleep 3\nexit 1\n";
  }

  /// Words for the console: what is not a plain letter is left out.
  private static String comment(String text) {
    return PrintableText.of(text).replaceAll("[^A-Za-z0-9 .,:_/-]", "?");
  }

  private static String word(String text) {
    boolean plain =
        !text.isEmpty()
            && text.length() <= MAX_WORD
            && text.chars().allMatch(c -> c > ' ' && c < 127)
            && !text.contains("${")
            && !OPERATORS.contains(text);
    if (!plain) {
      throw new IllegalArgumentException(
          "an iPXE script cannot carry this as one word: " + PrintableText.of(text));
    }
    return text;
  }

  /// What a script says when no decision can be written: on the console, where the operator stands.
  public static String refusal(String reason) {
    return ignore(reason);
  }
}
