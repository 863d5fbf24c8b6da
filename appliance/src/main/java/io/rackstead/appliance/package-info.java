/// The product itself: configuration, wiring and `main`. Start reading at {@link
/// io.rackstead.appliance.Appliance}.
@org.jspecify.annotations.NullMarked
package io.rackstead.appliance;
