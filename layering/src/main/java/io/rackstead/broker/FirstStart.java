package io.rackstead.broker;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/// What a node does once, when it starts for the first time: files are put down, then commands run,
/// and the first that fails ends it. It becomes one shell script in which every value is data: file
/// contents are encoded, arguments are quoted.
///
/// @param commands each with its arguments; `get_artifact` fetches a file by its digest
public record FirstStart(List<File> files, List<List<String>> commands) {
  /// Puts standard input into a file, whole or not at all.
  private static final String PUT =
      "put() { mkdir -p \"$(dirname \"$1\")\"; base64 -d >\"$1.new\"; chmod \"$2\" \"$1.new\"; mv -f \"$1.new\" \"$1\"; }";

  /// The command that fetches what is kept by its digest: URL, SHA-256, path, mode.
  public static final String GETS = "get_artifact";

  /// `get_artifact URL SHA256 PATH MODE`: cloud-init brings Python where an image has no curl. What
  /// has another digest is never called by its name.
  private static final String GET =
      """
      get_artifact() {
        mkdir -p "$(dirname "$3")"
        if command -v curl >/dev/null; then
          curl -fsS --retry 8 --retry-connrefused --max-time 1800 -o "$3.new" "$1"
        else
          python3 -c 'import shutil,sys,urllib.request
      with urllib.request.urlopen(sys.argv[1], timeout=60) as i, open(sys.argv[2], "wb") as o:
          shutil.copyfileobj(i, o)' "$1" "$3.new"
        fi
        echo "$2  $3.new" | sha256sum -c - >/dev/null
        chmod "$4" "$3.new"
        mv -f "$3.new" "$3"
      }\
      """;

  public FirstStart {
    files = List.copyOf(files);
    commands = commands.stream().map(List::copyOf).toList();
  }

  /// @param mode octal
  public record File(String path, String mode, byte[] content) {
    public static File text(String path, String mode, String content) {
      return new File(path, mode, content.getBytes(StandardCharsets.UTF_8));
    }

    public String text() {
      return new String(content, StandardCharsets.UTF_8);
    }
  }

  /// @param title one line of it, behind a `#`
  public String script(String title) {
    var lines = new ArrayList<String>();
    lines.add("#!/bin/sh");
    lines.add("# " + title.replaceAll("\\p{Cntrl}", " "));
    lines.add("set -eu");
    lines.add("umask 077");
    lines.add(PUT);
    if (commands.stream().anyMatch(command -> command.getFirst().equals(GETS))) {
      lines.add(GET);
    }
    for (var file : files) {
      lines.add("put " + quoted(file.path()) + " " + file.mode() + " <<'END'");
      lines.add(Base64.getMimeEncoder(76, new byte[] {'\n'}).encodeToString(file.content()));
      lines.add("END");
    }
    for (var command : commands) {
      lines.add(String.join(" ", command.stream().map(FirstStart::quoted).toList()));
    }
    return String.join("\n", lines) + "\n";
  }

  /// One argument, whatever stands in it.
  public static String quoted(String word) {
    return "'" + word.replace("\0", "").replace("'", "'\\''") + "'";
  }
}
