/// What is known of a machine when it is handed over, as one signed document that others can check
/// without us: inventory, firmware, tests, what was installed, how its disks were erased before.
@org.jspecify.annotations.NullMarked
package io.rackstead.evidence;
