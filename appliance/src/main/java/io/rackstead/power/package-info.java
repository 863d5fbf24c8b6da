/// Switching machines, and knowing whether they are on. Start reading at {@link
/// io.rackstead.power.PowerTasks}.
@org.jspecify.annotations.NullMarked
package io.rackstead.power;
