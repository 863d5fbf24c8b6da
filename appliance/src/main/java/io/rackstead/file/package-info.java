/// Files that clients keep with us. Start reading at [StoredFiles].
@org.jspecify.annotations.NullMarked
package io.rackstead.file;
