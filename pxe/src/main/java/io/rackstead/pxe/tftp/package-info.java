/// TFTP, read only: RFC 1350, 2347, 2348, 2349, 7440. Start reading at {@link
/// io.rackstead.pxe.tftp.TftpServer}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.tftp;
