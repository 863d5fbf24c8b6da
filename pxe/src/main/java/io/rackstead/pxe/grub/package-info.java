/// The way by the distribution's signed GRUB, where Secure Boot lets no other pass. Start reading
/// at {@link io.rackstead.pxe.grub.GrubScript}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.grub;
