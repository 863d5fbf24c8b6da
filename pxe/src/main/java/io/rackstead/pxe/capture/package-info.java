/// The last boot of each machine, packet by packet, to look at and to ask again. Start reading at
/// {@link io.rackstead.pxe.capture.BootCaptures}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.capture;
