package dev.yamabiko.coordinator.shared;

import dev.yamabiko.data.blocks.ContentLocks;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One term of a data directory: lets its coordinator write until a later term begins, and not a
 * moment longer. A term begins, and each change is made, under one lock; so a coordinator that was
 * stopped before a change finds the later term when it wakes up, and one that was stopped in the
 * middle of a change, a rename or two, holds up the next term until it goes on or ends.
 */
public final class TermFence implements AtomicFile.Gate {

  private static final String TERM = "term";

  private final Path file;
  private final ContentLocks locks;
  private final long term;

  private TermFence(Path file, ContentLocks locks, long term) {
    this.file = file;
    this.locks = locks;
    this.term = term;
  }

  /**
   * Begins the next term.
   *
   * @throws IOException if the directory cannot be written, or does not hold a term
   */
  public static TermFence raise(Path data) throws IOException {
    Path file = data.resolve(TERM);
    ContentLocks locks = ContentLocks.of(data);
    long next =
        locks.alone(
            TERM,
            () -> {
              long term = Files.exists(file) ? read(file) + 1 : 1;
              AtomicFile.write(file, part -> Files.writeString(part, term + "\n"));
              return term;
            });
    return new TermFence(file, locks, next);
  }

  /** It must not begin again: what is older than a term of before is refused by it. */
  private static long read(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IOException(
          "%s is expected to hold a whole number but holds \"%s\"; write one that is higher than all terms in the coordinator's logs"
              .formatted(file, text.substring(0, Math.min(40, text.length()))),
          e);
    }
  }

  public long term() {
    return term;
  }

  /**
   * @throws FencedException if a later term has begun; nothing has been changed then
   */
  @Override
  public void pass(AtomicFile.Change change) throws IOException {
    locks.alone(
        TERM,
        () -> {
          long now = read(file);
          if (now != term) {
            throw new FencedException(term, now);
          }
          change.make();
          return null;
        });
  }

  @Override
  public String mark() {
    return "." + term;
  }
}
