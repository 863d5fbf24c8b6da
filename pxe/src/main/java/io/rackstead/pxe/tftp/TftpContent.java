package io.rackstead.pxe.tftp;

import io.rackstead.pxe.BootFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/// The bytes of one transfer, read at any place because a lost window is sent again.
final class TftpContent implements AutoCloseable {
  private static final int MAX_NETASCII = 1 << 20;

  private final Source source;
  private final long sizeBytes;

  private interface Source {
    int read(ByteBuffer into, long at) throws IOException;

    void close() throws IOException;
  }

  private TftpContent(Source source, long sizeBytes) {
    this.source = source;
    this.sizeBytes = sizeBytes;
  }

  static TftpContent open(BootFile file, boolean netascii) throws IOException {
    var raw =
        switch (file) {
          case BootFile.InMemory(var bytes) -> of(bytes);
          case BootFile.OnDisk onDisk ->
              of(FileChannel.open(onDisk.path(), StandardOpenOption.READ));
          // a BMC reads discs, and no BMC reads them so
          case BootFile.Overlaid _ -> throw new IOException("this is served over HTTP only");
        };
    if (!netascii) {
      return raw;
    }
    try (raw) {
      return of(netascii(raw));
    }
  }

  private static TftpContent of(byte[] bytes) {
    return new TftpContent(
        new Source() {
          @Override
          public int read(ByteBuffer into, long at) {
            int count = Math.min(into.remaining(), bytes.length - (int) at);
            into.put(bytes, (int) at, count);
            return count;
          }

          @Override
          public void close() {}
        },
        bytes.length);
  }

  private static TftpContent of(FileChannel channel) throws IOException {
    return new TftpContent(
        new Source() {
          @Override
          public int read(ByteBuffer into, long at) throws IOException {
            return channel.read(into, at);
          }

          @Override
          public void close() throws IOException {
            channel.close();
          }
        },
        channel.size());
  }

  /// RFC 764's line ends: LF becomes CR LF, a lone CR becomes CR NUL.
  private static byte[] netascii(TftpContent raw) throws IOException {
    if (raw.sizeBytes > MAX_NETASCII) {
      throw new IOException("too long for netascii, ask for octet");
    }
    var text = ByteBuffer.allocate((int) raw.sizeBytes);
    raw.read(text, 0);
    var out = new ByteArrayOutputStream();
    for (byte octet : text.array()) {
      if (octet == '\n') {
        out.write('\r');
      }
      out.write(octet);
      if (octet == '\r') {
        out.write(0);
      }
    }
    return out.toByteArray();
  }

  long sizeBytes() {
    return sizeBytes;
  }

  /// Fills the buffer, or as much of it as there is.
  void read(ByteBuffer into, long at) throws IOException {
    long wanted = Math.min(into.remaining(), Math.max(0, sizeBytes - at));
    for (long done = 0; done < wanted; ) {
      int count = source.read(into, at + done);
      if (count <= 0) {
        throw new IOException("the file is shorter than it was");
      }
      done += count;
    }
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
