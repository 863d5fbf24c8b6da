/// Machines become what the policies say: the table and who waits in the database, the work by the
/// task runner. The judgement itself is pure and lies in {@link io.rackstead.policy.Table}. Start
/// reading at [Policies].
@org.jspecify.annotations.NullMarked
package io.rackstead.assign;
