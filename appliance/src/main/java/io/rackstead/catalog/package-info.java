/// Which images there are, for people. Start reading at {@link io.rackstead.catalog.CatalogApi}.
@org.jspecify.annotations.NullMarked
package io.rackstead.catalog;
