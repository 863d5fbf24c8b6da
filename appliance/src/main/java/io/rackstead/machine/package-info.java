/// A machine, its lifecycle and the one door through which it changes. Start reading at {@link
/// io.rackstead.machine.Lifecycle}, then {@link io.rackstead.machine.Machines}.
@org.jspecify.annotations.NullMarked
package io.rackstead.machine;
