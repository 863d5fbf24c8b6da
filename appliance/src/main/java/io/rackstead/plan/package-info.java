/// What the agent shall do, as typed steps: a pure function of the machine and the image. Start
/// reading at {@link io.rackstead.plan.Plans}.
@org.jspecify.annotations.NullMarked
package io.rackstead.plan;
