/// Names: DNS resources and their records as operators keep them, and the zones that are answered
/// from them, the machines and the devices. Start reading at {@link io.rackstead.name.Resolution}.
@org.jspecify.annotations.NullMarked
package io.rackstead.name;
