package dev.yamabiko.coordinator.access;

import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.FileVersion;
import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens that a coordinator knows: those in its file, which is read again soon after it has
 * changed, so that one can be added or taken back while the coordinator runs. A file that has
 * become wrong, or is gone, changes nothing and is complained of once. For any number of threads.
 */
public final class Tokens {

  private static final Logger LOG = LoggerFactory.getLogger(Tokens.class);
  private static final long LOOK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** So many looks take longer than anybody who replaces it. */
  private static final int GONE = 5;

  private record Known(FileVersion version, List<Token> tokens) {}

  private final Path file;
  private final LongSupplier nanoTime;
  private Known known;
  private long lookedAt;

  /** How often in a row there was no file. */
  private int missed;

  private Tokens(Path file, LongSupplier nanoTime) {
    this.file = file;
    this.nanoTime = nanoTime;
    Optional<FileVersion> version = version();
    known = new Known(version.orElse(null), TokensFile.read(file));
    lookedAt = nanoTime.getAsLong();
  }

  /**
   * @throws JobException if the file is wrong
   */
  public static Tokens of(Path file) {
    return new Tokens(file, System::nanoTime);
  }

  static Tokens of(Path file, LongSupplier nanoTime) {
    return new Tokens(file, nanoTime);
  }

  /** How many there are. */
  public int size() {
    return now().size();
  }

  /** Which one this is; compares with each in the same time, wherever they differ. */
  public Optional<Token> find(String token) {
    byte[] hash = ContentHash.of(token).getBytes(StandardCharsets.US_ASCII);
    Token found = null;
    for (Token known : now()) {
      if (known.isOf(hash)) {
        found = known;
      }
    }
    return Optional.ofNullable(found);
  }

  /**
   * Whether it is still there, with the same role, since it was found. What was taken out and put
   * back is another one: what was opened with it before stays closed.
   */
  public boolean holds(Token token) {
    return now().stream().anyMatch(known -> known == token);
  }

  /** Reads the file again if it has changed, though nobody asks for a token. */
  public void look() {
    now();
  }

  private synchronized List<Token> now() {
    long time = nanoTime.getAsLong();
    if (time - lookedAt >= LOOK_AGAIN_NANOS) {
      lookedAt = time;
      version().ifPresentOrElse(this::seen, this::missing);
    }
    return known.tokens();
  }

  private void seen(FileVersion version) {
    missed = 0;
    if (!version.equals(known.version())) {
      readAgain(version);
    }
  }

  private void missing() {
    missed++;
    if (missed == GONE) {
      LOG.error("the tokens file is gone or cannot be seen; the tokens from before hold: {}", file);
    }
  }

  private void readAgain(FileVersion version) {
    List<Token> tokens = known.tokens();
    try {
      tokens = kept(TokensFile.readAgain(file));
      LOG.info("tokens read again file={} tokens={}", file, tokens.size());
    } catch (JobException e) {
      LOG.error(
          "the changed tokens file is wrong; the tokens from before hold: {}", e.getMessage());
    }
    known = new Known(version, tokens);
  }

  /** Those that were there before are the same as they were. */
  private List<Token> kept(List<Token> read) {
    List<Token> before = known.tokens();
    return read.stream()
        .map(token -> before.contains(token) ? before.get(before.indexOf(token)) : token)
        .toList();
  }

  /** Empty for a moment while somebody replaces the file. */
  private Optional<FileVersion> version() {
    try {
      return Optional.of(FileVersion.of(file));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
