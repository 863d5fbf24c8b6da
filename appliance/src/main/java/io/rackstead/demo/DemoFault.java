package io.rackstead.demo;

/// What is wrong with a fake server.
enum DemoFault {
  NONE("nothing"),
  SILENT_BMC("its BMC does not answer any more once it is commissioned"),
  DEAF_BMC("its BMC says yes to power commands and does nothing"),
  BAD_MEMORY("its memory fails the test"),
  BAD_DISK("its disk gives back other bytes than were written"),
  RESTARTS("it restarts once in the middle of its work"),
  HANGS("it hangs while an image is written");

  private final String words;

  DemoFault(String words) {
    this.words = words;
  }

  String words() {
    return words;
  }
}
