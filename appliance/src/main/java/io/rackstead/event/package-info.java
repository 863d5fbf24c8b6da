/// One log on one clock: what happened to each machine, from the first packet on. Start reading at
/// {@link io.rackstead.event.EventLog}.
@org.jspecify.annotations.NullMarked
package io.rackstead.event;
