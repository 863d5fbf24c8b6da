/// What the agent is given to do, with what it needs for it: images, capabilities, fresh passwords.
/// Start reading at {@link io.rackstead.deploy.Planning}.
@org.jspecify.annotations.NullMarked
package io.rackstead.deploy;
