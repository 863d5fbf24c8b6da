/// The server's side of the agent in the ephemeral system: who may speak, what the next step is,
/// and what its result means. Start reading at {@link io.rackstead.agent.AgentWork}.
@org.jspecify.annotations.NullMarked
package io.rackstead.agent;
