package io.rackstead.pxe;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Names by which programs were made to read what they should not: more than 5,000, by HTTP as they
/// stand in a request line and by TFTP as they are.
public final class Traversal {
  private static final List<String> UP =
      List.of(
          "../",
          "..\\",
          "....//",
          "....\\\\",
          "..././",
          "...\\.\\",
          ".././",
          "..//",
          "/../",
          "./../",
          "%2e%2e/",
          "%2e%2e%2f",
          "..%2f",
          "..%2F",
          "%2E%2E/",
          ".%2e/",
          "%2e./",
          "..%5c",
          "%2e%2e%5c",
          "%252e%252e%252f",
          "..%252f",
          "%252e%252e/",
          "..%255c",
          "%25252e%25252e%25252f",
          "..%c0%af",
          "%c0%ae%c0%ae/",
          "%c0%ae%c0%ae%c0%af",
          "..%c1%9c",
          "%e0%80%ae%e0%80%ae/",
          "%f0%80%80%ae%f0%80%80%ae/",
          "..%u2215",
          "%uff0e%uff0e/",
          "..%ef%bc%8f",
          "\u00c0\u00ae\u00c0\u00ae/",
          "..%00/",
          "..%0d/",
          "..%0a/",
          "..%20/",
          "..;/",
          "..%09/",
          "..%3b/",
          "..%23/",
          "..%3f/",
          "..\u0000/",
          "..\t/",
          "~/",
          "..:/",
          "%2e%2e//",
          "/%2e/../",
          "\\..\\",
          "//..//",
          "..%01/");
  private static final List<String> TARGETS =
      List.of(
          "secret",
          "secret%00",
          "secret%00.efi",
          "secret\u0000.efi",
          "secret.",
          "secret%20",
          "secret::$DATA",
          "folder/secret",
          "etc/passwd",
          "etc%2fpasswd",
          "SECRET",
          "secret/",
          "secret?x",
          "secret#y",
          "secret~",
          "proc/self/environ");
  private static final List<String> STARTS =
      List.of("", "/", "snponly.efi/", "image/", "ipxe/", "ephemeral/amd64/", "folder/");

  private Traversal() {}

  /// @param folder where the file `secret` lies, beside what is served
  public static Set<String> names(String folder) {
    var names = new LinkedHashSet<String>();
    for (var up : UP) {
      for (var target : TARGETS) {
        for (var start : STARTS) {
          names.add(start + up + target);
        }
        for (int depth : new int[] {3, 12}) {
          names.add(up.repeat(depth) + target);
        }
      }
      names.add(up.repeat(8) + folder.substring(1) + "/secret");
      names.add("a".repeat(65_000) + "/" + up + "secret");
      names.add(up.repeat(65_536 / up.length()) + "secret");
    }
    names.addAll(whole(folder));
    return names;
  }

  private static List<String> whole(String folder) {
    var file = folder + "/secret";
    var names = new ArrayList<String>();
    for (var start :
        List.of(
            "",
            "/",
            "//",
            "file:",
            "file://",
            "file:///",
            "file://localhost",
            "\\\\localhost\\c$",
            "\\\\?\\",
            "//./",
            "//?/",
            "C:",
            "C:\\",
            "c:/",
            "%2f",
            "%5c%5c",
            "http://127.0.0.1",
            "jar:file:",
            "zip://",
            "netdoc:",
            "/proc/self/root",
            "/proc/self/cwd",
            "/dev/fd/../..",
            "~",
            "@",
            "|cat ",
            "`cat ",
            "$(cat ",
            "${file:",
            "%{",
            "{{",
            "<",
            ">")) {
      names.add(start + file);
      names.add(start + file.replace('/', '\\'));
      names.add(start + file.replace("/", "%2f"));
      names.add(start + "/etc/passwd");
    }
    return names;
  }
}
