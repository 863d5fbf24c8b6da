/// The border of the boot services: what they ask ({@link io.rackstead.pxe.Booter}), what they
/// serve, and how they are started. Start reading at {@link io.rackstead.pxe.Booter}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe;
