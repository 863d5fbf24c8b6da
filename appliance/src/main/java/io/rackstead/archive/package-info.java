/// Package archives that deployed systems install from, beside what their image brings. Start
/// reading at [PackageArchives].
@org.jspecify.annotations.NullMarked
package io.rackstead.archive;
