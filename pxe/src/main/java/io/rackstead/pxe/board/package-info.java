/// Boards whose firmware reads the way to its kernel by itself: U-Boot and petitboot by
/// pxelinux.cfg, the Raspberry Pi by names that are built in. Start reading at {@link
/// io.rackstead.pxe.board.BoardPages}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.board;
