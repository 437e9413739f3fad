package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.FileVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/**
 * What was made of those files that were last asked of, until they are other ones. The JVM drops
 * what was not used for long, or as soon as it needs the room. One file is read at a time, so that
 * many who ask for it at once wait for one reading.
 */
final class KeptByFile<T> {

  private record Kept<T>(FileVersion version, SoftReference<T> made) {}

  private final int most;
  private final BiFunction<Path, FileVersion, T> make;

  /** The one that was used last comes last. */
  private final Map<Path, Kept<T>> kept = new LinkedHashMap<>(16, 0.75f, true);

  /**
   * @param most how many are kept
   * @param make reads a file; nothing is kept where it throws
   */
  KeptByFile(int most, BiFunction<Path, FileVersion, T> make) {
    this.most = most;
    this.make = make;
  }

  /** What this file is now. */
  synchronized T of(Path file) {
    FileVersion version = version(file);
    Kept<T> there = kept.get(file);
    T made = there != null && there.version.equals(version) ? there.made.get() : null;
    if (made == null) {
      kept.remove(file);
      made = make.apply(file, version);
      kept.put(file, new Kept<>(version, new SoftReference<>(made)));
      if (kept.size() > most) {
        kept.remove(kept.keySet().iterator().next());
      }
    }
    return made;
  }

  private static FileVersion version(Path file) {
    try {
      return FileVersion.of(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
