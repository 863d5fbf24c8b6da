/// The border to the layer above: hands finished machines over and takes them back. No broker is in
/// this version yet; the place for it is kept so that the arrows between the modules stay as they
/// are.
@org.jspecify.annotations.NullMarked
package io.rackstead.broker;
