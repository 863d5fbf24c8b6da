package io.rackstead.maas;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Fields that cannot be taken as they were sent: status 400 with a map from field to messages.
final class FormErrors extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient Map<String, List<String>> errors;

  private FormErrors(Map<String, List<String>> errors) {
    super(errors.toString());
    this.errors = errors;
  }

  static FormErrors of(String field, String message) {
    var errors = new LinkedHashMap<String, List<String>>();
    errors.put(field, List.of(message));
    return new FormErrors(errors);
  }

  Map<String, List<String>> errors() {
    return errors;
  }
}
