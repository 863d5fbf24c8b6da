/// The database: transactions that are on disk before they are acknowledged, and the schema. Start
/// reading at {@link io.rackstead.store.Database}.
@org.jspecify.annotations.NullMarked
package io.rackstead.store;
