package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.Tally;

/// Who looks on while questions are answered.
record Watch(Tally tally, Recorder recorder) {}
