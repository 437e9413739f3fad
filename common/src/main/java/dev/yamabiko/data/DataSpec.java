package dev.yamabiko.data;

import java.util.Optional;

/**
 * The data of a job: a training source, and validation data of its own or split off.
 *
 * @param augment what is done to training inputs, and to them alone
 */
public record DataSpec(
    DataSource train,
    Optional<Validation> validation,
    Optional<Split> split,
    Augmentations augment,
    Storage storage) {

  /** Inputs are used as they are and kept wherever there is room. */
  public DataSpec(DataSource train, Optional<Validation> validation, Optional<Split> split) {
    this(train, validation, split, Augmentations.NONE, Storage.AUTO);
  }

  /** Where examples are kept while a run reads them; it never changes a bit of the results. */
  public enum Storage {
    /** On disk if a source would take more than a quarter of the largest heap, else in memory. */
    AUTO,
    MEMORY,
    /** In the source's own file or a cache, mapped into memory, so that the heap holds none. */
    DISK
  }

  /** Where the validation examples come from. */
  public sealed interface Validation {
    record Source(DataSource source) implements Validation {}

    /** This fraction, in (0, 1), of the training source: round(fraction * n) of n examples. */
    record Fraction(double fraction) implements Validation {}
  }

  /** How a fraction is split off; by default CHRONOLOGICAL with lags, else RANDOM. */
  public enum Split {
    /** The last examples in file order are held out. */
    CHRONOLOGICAL,
    /**
     * Examples drawn by the job's seed are held out. With lags, windows of the training part then
     * overlap rows that are validation targets.
     */
    RANDOM
  }
}
