/// What the agent reports of a server, and what we make of it. Start reading at {@link
/// io.rackstead.commission.Hardware}.
@org.jspecify.annotations.NullMarked
package io.rackstead.commission;
