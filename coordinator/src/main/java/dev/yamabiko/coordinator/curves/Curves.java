package dev.yamabiko.coordinator.curves;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The curves of the runs that were last asked for; what has been read once is not read again. */
public final class Curves {

  public static final int FEWEST_POINTS = 10;
  public static final int MOST_POINTS = RunCurves.MOST_POINTS;

  /** Of runs; the others are read again when somebody asks for them. */
  private static final int KEPT = 16;

  private final Map<Path, RunCurves> recent =
      new LinkedHashMap<>(2 * KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, RunCurves> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * What stands in a run's {@code metrics.jsonl} now, as {@code {"steps": {...}, "epochs": {...},
   * "last_step": N}}: lists over at most so many buckets of neighbouring steps, and of epochs, each
   * named by its last. What the run has not written yet is missing. May take long the first time.
   *
   * @param points from {@link #FEWEST_POINTS} to {@link #MOST_POINTS}
   * @throws TimeoutException if it takes longer than this; the next time goes on from there
   */
  public String json(Path runDirectory, int points, Duration within)
      throws IOException, TimeoutException {
    return of(runDirectory).json(points, System.nanoTime() + within.toNanos());
  }

  private synchronized RunCurves of(Path runDirectory) {
    return recent.computeIfAbsent(runDirectory, RunCurves::new);
  }
}
