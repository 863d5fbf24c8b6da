package io.rackstead.maas;

import io.rackstead.access.Principal;
import io.rackstead.http.Form;
import io.rackstead.http.Problem;
import io.rackstead.http.Request;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// A request as an operation sees it: its parameters, whether they came in the query or in a form
/// of any encoding.
public final class Call {
  private final Request request;
  private final Form form;

  Call(Request request, Form form) {
    this.request = request;
    this.form = form;
  }

  public Request request() {
    return request;
  }

  public Principal principal() {
    return request.principal();
  }

  public String part(String name) {
    return request.part(name);
  }

  /// Present and possibly empty: an empty value unsets, an absent one leaves as it is.
  Optional<String> text(String name) {
    return texts(name).stream().findFirst();
  }

  List<String> texts(String name) {
    var values = new ArrayList<>(form.texts(name));
    values.addAll(request.queries(name));
    return values;
  }

  /// A part's own bytes.
  Optional<byte[]> content(String name) {
    return form.content(name);
  }

  /// A list that may come repeated, or as one text with commas or spaces.
  List<String> list(String name) {
    var all = new ArrayList<String>();
    for (var value : texts(name)) {
      for (var part : value.split("[,\\s]+", -1)) {
        if (!part.isEmpty()) {
          all.add(part);
        }
      }
    }
    return all;
  }

  String wanted(String name) {
    return text(name)
        .filter(value -> !value.isEmpty())
        .orElseThrow(() -> new Problem(400, "No provided " + name + "!"));
  }

  Optional<Boolean> truth(String name) {
    return text(name)
        .filter(value -> !value.isEmpty())
        .map(value ->
            switch (value.toLowerCase(Locale.ROOT)) {
              case "true", "1", "on", "yes", "t", "y" -> true;
              case "false", "0", "off", "no", "f", "n", "none" -> false;
              default -> throw FormErrors.of(name, "'" + value + "' is not a boolean.");
            });
  }

  Optional<Double> number(String name) {
    try {
      return text(name).filter(value -> !value.isEmpty()).map(Double::parseDouble);
    } catch (NumberFormatException e) {
      throw FormErrors.of(name, "Enter a number.");
    }
  }

  /// Everything that was sent but the operation's name; the query where the form does not say it.
  Map<String, List<String>> all() {
    var all = new LinkedHashMap<>(request.query());
    all.putAll(form.fields());
    all.remove("op");
    return all;
  }
}
