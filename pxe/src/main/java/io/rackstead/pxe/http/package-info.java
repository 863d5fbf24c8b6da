/// Boot files and scripts over HTTP/1.1. Start reading at {@link
/// io.rackstead.pxe.http.BootHttpServer}.
@org.jspecify.annotations.NullMarked
package io.rackstead.pxe.http;
