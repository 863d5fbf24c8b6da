/// IPMI 2.0 over LAN (RMCP+), written from the specification, revision 1.1 with errata 7; section
/// numbers in this package are of that document. One UDP socket serves all BMCs, and a session
/// costs no thread. Start reading at {@link io.rackstead.bmc.ipmi.IpmiDialer}.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.ipmi;
