/// Bootable media: a machine's own ISO for virtual media. Nothing is in this version yet; the place
/// for it is kept so that the arrows between the modules stay as they are.
@org.jspecify.annotations.NullMarked
package io.rackstead.iso;
