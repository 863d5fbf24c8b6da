/// Brokers that are data: a `broker.yaml` with requests as templates. What it says is checked when
/// it is read ([BrokerFile]); [DeclaredBroker] carries it out.
@org.jspecify.annotations.NullMarked
package io.rackstead.broker.declared;
