/// Makes the ephemeral system and disk images from Debian packages. Start reading at {@link
/// io.rackstead.image.build.ImageCommand}, which is all that others call.
@org.jspecify.annotations.NullMarked
package io.rackstead.image.build;
