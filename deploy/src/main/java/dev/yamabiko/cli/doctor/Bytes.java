package dev.yamabiko.cli.doctor;

import java.util.Locale;

/** Amounts of memory and of disk, as configurations say them. */
final class Bytes {

  static final long MIB = 1L << 20;
  static final long GIB = 1L << 30;

  private Bytes() {}

  /** "11.5 GiB", or "80 MiB" below one. */
  static String text(long bytes) {
    return bytes < GIB
        ? "%d MiB".formatted(bytes / MIB)
        : String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIB);
  }
}
