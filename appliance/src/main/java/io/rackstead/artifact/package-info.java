/// Software that nodes need at their first start, declared by name, URL and digest: fetched once,
/// or uploaded where there is no way out, and served to nodes from the boot services. Start reading
/// at [Artifacts].
@org.jspecify.annotations.NullMarked
package io.rackstead.artifact;
