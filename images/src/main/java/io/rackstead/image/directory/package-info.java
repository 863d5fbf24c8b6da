/// The image store as a folder of files. Start reading at {@link
/// io.rackstead.image.directory.DirectoryImageStore}.
@org.jspecify.annotations.NullMarked
package io.rackstead.image.directory;
