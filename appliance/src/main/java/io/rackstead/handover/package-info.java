/// Machines are handed to the layer above when they are deployed, and taken back before a release
/// may touch them: what was asked of whom is on disk before it is asked. Start reading at
/// [Handovers].
@org.jspecify.annotations.NullMarked
package io.rackstead.handover;
