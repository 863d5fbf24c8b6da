package io.rackstead.image.build;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// What we need of an ELF file (System V ABI, 64-bit, little-endian): the libraries that a program
/// asks for, its loader, and single sections.
record ElfFile(List<String> needed, Optional<String> interpreter, List<Section> sections) {
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_INTERP = 3;
  private static final int DT_NEEDED = 1;
  private static final int DT_STRTAB = 5;
  private static final int SHT_NOBITS = 8;

  record Section(String name, byte[] bytes) {}

  static boolean isElf(byte[] bytes) {
    return bytes.length > 4
        && bytes[0] == 0x7f
        && bytes[1] == 'E'
        && bytes[2] == 'L'
        && bytes[3] == 'F';
  }

  /// @param name said when the file is not one
  static ElfFile read(String name, byte[] bytes) throws BuildException {
    if (!isElf(bytes) || bytes.length < 64 || bytes[4] != 2 || bytes[5] != 1) {
      throw new BuildException(name + " is not a 64-bit little-endian ELF file");
    }
    try {
      return new Reader(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN)).read();
    } catch (IndexOutOfBoundsException
        | BufferUnderflowException
        | ArithmeticException
        | IllegalArgumentException e) {
      throw new BuildException(name + " is a damaged ELF file: " + e, e);
    }
  }

  Optional<byte[]> section(String name) {
    return sections.stream().filter(s -> s.name().equals(name)).map(Section::bytes).findFirst();
  }

  private record Segment(int type, long offset, long address, long size) {}

  private record Reader(ByteBuffer in) {
    ElfFile read() {
      var segments = segments();
      var interpreter =
          segments.stream().filter(s -> s.type == PT_INTERP).map(s -> text(s.offset)).findFirst();
      var needed = new ArrayList<String>();
      for (var segment : segments) {
        if (segment.type == PT_DYNAMIC) {
          needed.addAll(needed(segment, segments));
        }
      }
      return new ElfFile(List.copyOf(needed), interpreter, sections());
    }

    private List<Segment> segments() {
      long at = in.getLong(0x20);
      int size = Short.toUnsignedInt(in.getShort(0x36));
      int count = Short.toUnsignedInt(in.getShort(0x38));
      var segments = new ArrayList<Segment>();
      for (int i = 0; i < count; i++) {
        int p = Math.toIntExact(at + (long) i * size);
        segments.add(
            new Segment(in.getInt(p), in.getLong(p + 8), in.getLong(p + 16), in.getLong(p + 32)));
      }
      return segments;
    }

    private List<String> needed(Segment dynamic, List<Segment> segments) {
      var offsets = new ArrayList<Long>();
      long strings = 0;
      for (long p = dynamic.offset; p < dynamic.offset + dynamic.size; p += 16) {
        long tag = in.getLong(Math.toIntExact(p));
        long value = in.getLong(Math.toIntExact(p + 8));
        if (tag == 0) {
          break;
        } else if (tag == DT_NEEDED) {
          offsets.add(value);
        } else if (tag == DT_STRTAB) {
          strings = fileOffset(value, segments);
        }
      }
      long table = strings;
      return offsets.stream().map(offset -> text(table + offset)).toList();
    }

    private static long fileOffset(long address, List<Segment> segments) {
      for (var s : segments) {
        if (s.type == PT_LOAD && address >= s.address && address < s.address + s.size) {
          return address - s.address + s.offset;
        }
      }
      throw new IllegalArgumentException("no segment holds address " + address);
    }

    private List<Section> sections() {
      long at = in.getLong(0x28);
      int size = Short.toUnsignedInt(in.getShort(0x3a));
      int count = Short.toUnsignedInt(in.getShort(0x3c));
      if (at == 0 || count == 0) {
        return List.of();
      }
      int names = Short.toUnsignedInt(in.getShort(0x3e));
      long table = in.getLong(Math.toIntExact(at + (long) names * size + 0x18));
      var sections = new ArrayList<Section>();
      for (int i = 0; i < count; i++) {
        int p = Math.toIntExact(at + (long) i * size);
        var name = text(table + Integer.toUnsignedLong(in.getInt(p)));
        // the one section that anybody asks for; copying them all would copy every file
        if (name.equals(".modinfo") && in.getInt(p + 4) != SHT_NOBITS) {
          int start = Math.toIntExact(in.getLong(p + 0x18));
          int length = Math.toIntExact(in.getLong(p + 0x20));
          var _ = Objects.checkFromIndexSize(start, length, in.capacity());
          var bytes = new byte[length];
          in.get(start, bytes);
          sections.add(new Section(name, bytes));
        }
      }
      return List.copyOf(sections);
    }

    private String text(long offset) {
      int start = Math.toIntExact(offset);
      int end = start;
      while (in.get(end) != 0) {
        end++;
      }
      var bytes = new byte[end - start];
      in.get(start, bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }
}
