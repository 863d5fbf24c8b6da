/// The border to the layer above: hands finished machines over, has it proved that they are in
/// service, and takes them back. Most brokers are data ({@link io.rackstead.broker.declared}).
/// Start reading at [Broker].
@org.jspecify.annotations.NullMarked
package io.rackstead.broker;
