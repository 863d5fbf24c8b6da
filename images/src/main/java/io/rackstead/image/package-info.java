/// Operating-system images: what they are, how they are kept and how they are made. Start reading
/// at {@link io.rackstead.image.ImageStore}.
@org.jspecify.annotations.NullMarked
package io.rackstead.image;
