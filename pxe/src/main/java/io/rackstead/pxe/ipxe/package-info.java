/// The way from a firmware to what was decided: loaders, file names, scripts. Start reading at
/// {@link io.rackstead.pxe.ipxe.BootPath}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.ipxe;
