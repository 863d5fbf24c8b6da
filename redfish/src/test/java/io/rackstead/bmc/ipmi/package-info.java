/// Golden sessions recorded between independent programs, and what holds for every packet.
@org.jspecify.annotations.NullMarked
package io.rackstead.bmc.ipmi;
