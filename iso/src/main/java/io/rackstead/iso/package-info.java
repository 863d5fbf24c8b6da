/// Bootable media: a disc that carries one machine's settings, made of a template in no time. How
/// the template comes to be is `images`' business, how it is served `pxe`'s. Start reading at
/// {@link io.rackstead.iso.Template}.
@org.jspecify.annotations.NullMarked
package io.rackstead.iso;
