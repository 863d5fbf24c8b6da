package io.rackstead.tests.redfish;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Error bodies as DSP0266 §8.6 writes them.
final class Errors {
  private Errors() {}

  static ObjectNode body(String messageId, String message) {
    var error = JsonNodeFactory.instance.objectNode();
    var inner = error.putObject("error");
    inner.put("code", "Base.1.16.GeneralError");
    inner.put("message", "A general error has occurred. See ExtendedInfo for more information.");
    inner
        .putArray("@Message.ExtendedInfo")
        .addObject()
        .put("@odata.type", "#Message.v1_1_2.Message")
        .put("MessageId", "Base.1.16." + messageId)
        .put("Message", message)
        .put("MessageSeverity", "Critical")
        .put("Resolution", "None.");
    return error;
  }
}
