/// Which machines become what: an ordered table of lines, judged over the whole fleet without a
/// clock, a disk or a network, so that an edit can be previewed. Start reading at [Table].
@org.jspecify.annotations.NullMarked
package io.rackstead.policy;
