/// A rack of fake servers in the same process: BMCs, firmware, agents and installed systems that
/// come in by the doors that real ones use. Start reading at {@link io.rackstead.demo.Demo}.
@org.jspecify.annotations.NullMarked
package io.rackstead.demo;
