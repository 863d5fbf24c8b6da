package io.rackstead.pxe.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultFileRegion;
import io.netty.util.ReferenceCountUtil;
import io.rackstead.pxe.BootFile;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// What is written for a part of a file. What lies on disk goes from there by the kernel, also
/// around the place of an overlay; only the overlay itself comes from memory.
final class BootContent {
  private BootContent() {}

  static List<Object> of(BootFile file, long from, long count) throws IOException {
    return switch (file) {
      case BootFile.InMemory(var bytes) ->
          List.of(Unpooled.wrappedBuffer(bytes, Math.toIntExact(from), Math.toIntExact(count)));
      case BootFile.OnDisk onDisk -> List.of(region(onDisk, from, count));
      case BootFile.Overlaid overlaid -> overlaid(overlaid, from, from + count);
    };
  }

  private static List<Object> overlaid(BootFile.Overlaid file, long from, long to)
      throws IOException {
    var parts = new ArrayList<Object>(3);
    long first = Math.clamp(file.at(), from, to);
    long last = Math.clamp(file.at() + file.bytes().length, from, to);
    try {
      if (from < first) {
        parts.add(region(file.base(), from, first - from));
      }
      if (first < last) {
        int at = Math.toIntExact(first - file.at());
        parts.add(Unpooled.wrappedBuffer(file.bytes(), at, Math.toIntExact(last - first)));
      }
      if (last < to) {
        parts.add(region(file.base(), last, to - last));
      }
      return parts;
    } catch (IOException | RuntimeException e) {
      parts.forEach(ReferenceCountUtil::release);
      throw e;
    }
  }

  private static Object region(BootFile.OnDisk onDisk, long from, long count) throws IOException {
    var channel = FileChannel.open(onDisk.path(), StandardOpenOption.READ);
    if (channel.size() < from + count) {
      channel.close();
      throw new IOException(onDisk.path() + " is shorter than it was when it was noted");
    }
    return new DefaultFileRegion(channel, from, count); // closes the channel when done
  }
}
