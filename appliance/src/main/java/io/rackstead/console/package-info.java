/// Serial consoles, shared and kept. Start reading at {@link io.rackstead.console.Consoles}.
@org.jspecify.annotations.NullMarked
package io.rackstead.console;
