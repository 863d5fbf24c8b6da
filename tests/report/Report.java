import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Element;

/// What surefire wrote, as one page, one line per module and one line for all. Run by tests/run:
/// `java Report.java ROOT`; status 1 when a test failed or none ran.
class Report {
  record Case(String module, String suite, String name, double seconds, String outcome, String why) {}

  public static void main(String[] args) throws Exception {
    var root = Path.of(args[0]);
    var cases = new ArrayList<Case>();
    for (var file : reports(root)) {
      read(root.relativize(file).getName(0).toString(), file, cases);
    }
    var page = root.resolve("tests/target/report/index.html");
    Files.createDirectories(page.getParent());
    Files.writeString(page, html(cases));

    Map<String, List<Case>> modules = new TreeMap<>();
    cases.forEach(c -> modules.computeIfAbsent(c.module(), _ -> new ArrayList<>()).add(c));
    modules.forEach((module, its) -> System.out.printf("%-10s %s, %.0f s%n", module, sum(its), seconds(its)));
    cases.stream()
        .filter(c -> !c.outcome().equals("passed"))
        .forEach(c -> System.out.printf("%s: %s.%s: %s%n", c.outcome(), c.suite(), c.name(), firstLine(c.why())));
    System.out.println("report: " + page);
    System.out.println(sum(cases));
    System.exit(cases.isEmpty() || count(cases, "failed") > 0 ? 1 : 0);
  }

  private static List<Path> reports(Path root) throws IOException {
    var found = new ArrayList<Path>();
    try (Stream<Path> modules = Files.list(root)) {
      for (var module : modules.sorted().toList()) {
        var folder = module.resolve("target/surefire-reports");
        if (Files.isDirectory(folder)) {
          try (Stream<Path> files = Files.list(folder)) {
            files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml")).sorted().forEach(found::add);
          }
        }
      }
    }
    return found;
  }

  private static void read(String module, Path file, List<Case> into) throws Exception {
    var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
    var nodes = document.getElementsByTagName("testcase");
    for (int i = 0; i < nodes.getLength(); i++) {
      var test = (Element) nodes.item(i);
      String outcome = "passed";
      String why = "";
      for (var kind : List.of("failure", "error", "skipped")) {
        var marks = test.getElementsByTagName(kind);
        if (marks.getLength() > 0) {
          var mark = (Element) marks.item(0);
          outcome = kind.equals("skipped") ? "skipped" : "failed";
          why = (mark.getAttribute("message") + "\n" + mark.getTextContent()).strip();
        }
      }
      into.add(
          new Case(module, test.getAttribute("classname").replaceFirst("^.*\\.", ""), test.getAttribute("name"),
              Double.parseDouble(test.getAttribute("time").replace(",", "")), outcome, why));
    }
  }

  private static long count(List<Case> cases, String outcome) {
    return cases.stream().filter(c -> c.outcome().equals(outcome)).count();
  }

  private static double seconds(List<Case> cases) {
    return cases.stream().mapToDouble(Case::seconds).sum();
  }

  private static String sum(List<Case> cases) {
    return "%d passed, %d failed, %d skipped".formatted(count(cases, "passed"), count(cases, "failed"), count(cases, "skipped"));
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("no reason given");
  }

  private static String html(List<Case> cases) {
    var rows = new StringBuilder();
    for (var c : cases) {
      rows.append("<tr class=%s><td>%s<td>%s<td>%s<td>%s<td>%.2f<td><pre>%s</pre>\n"
          .formatted(c.outcome(), c.outcome(), escape(c.module()), escape(c.suite()), escape(c.name()), c.seconds(), escape(c.why())));
    }
    return """
        <!doctype html><html lang=en><meta charset=utf-8><title>Rackstead tests</title>
        <style>body{font:14px sans-serif;margin:2em}td{padding:2px 8px;vertical-align:top}pre{margin:0;white-space:pre-wrap}
        .failed{background:#fdd}.skipped{background:#ffd}th{text-align:left}</style>
        <h1>%s</h1><table><tr><th>outcome<th>module<th>class<th>test<th>s<th>why
        %s</table></html>
        """.formatted(sum(cases), rows);
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
