package dev.yamabiko.coordinator.shared;

import dev.yamabiko.data.blocks.ContentLocks;
import dev.yamabiko.model.AtomicFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One term of a data directory: lets its coordinator write until a later term begins, and not a
 * moment longer. A term begins, and each change is made, under one lock; so a coordinator that was
 * stopped before a change finds the later term when it wakes up, and one that was stopped in the
 * middle of a change, a few renames and deletions, holds up the next term until it goes on or ends.
 */
public final class TermFence implements AtomicFile.Gate {

  private static final Logger LOG = LoggerFactory.getLogger(TermFence.class);
  private static final String TERM = "term";

  /** A change takes but a moment. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

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
    Optional<Long> next = locks.alone(TERM, PATIENCE, () -> raiseTerm(file));
    if (next.isEmpty()) {
      LOG.warn("waits for a coordinator node that was stopped in the middle of a change");
      next = Optional.of(locks.alone(TERM, () -> raiseTerm(file)));
    }
    return new TermFence(file, locks, next.get());
  }

  private static long raiseTerm(Path file) throws IOException {
    long term = last(file) + 1;
    String text = term + "\n";
    try {
      AtomicFile.write(file, part -> Files.writeString(part, text));
    } catch (IOException e) {
      if (term == 1 || e instanceof NoSuchFileException) {
        throw e;
      }
      LOG.warn("the term is written in place cause={}", e.toString());
      writeInPlace(file, text);
    }
    return term;
  }

  /**
   * A full disk must not keep a coordinator from taking over. So few bytes at once are on the disk
   * whole or not at all, and take no more room: a term is never shorter than the one before.
   */
  private static void writeInPlace(Path file, String text) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)), 0);
      channel.truncate(text.length()); // of what a person wrote
      channel.force(true);
    }
  }

  /** Only where there is no file, no term has ever begun. */
  private static long last(Path file) throws IOException {
    try {
      return read(file);
    } catch (NoSuchFileException e) {
      return 0;
    }
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
