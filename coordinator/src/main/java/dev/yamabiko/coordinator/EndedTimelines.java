package dev.yamabiko.coordinator;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Ended jobs whose timelines are still there: those that ended last. A timeline names all workers
 * at each of its steps, so memory would grow with the number of jobs that there have been.
 */
final class EndedTimelines {

  static final int MOST = 100;

  private final Set<JobEntry> kept = new LinkedHashSet<>();

  /** The job that ended first loses its timeline where there are too many. */
  void ended(JobEntry entry) {
    kept.add(entry);
    if (kept.size() > MOST) {
      Iterator<JobEntry> oldest = kept.iterator();
      oldest.next().forgetTimeline();
      oldest.remove();
    }
  }

  /** The job runs again. */
  void begins(JobEntry entry) {
    kept.remove(entry);
  }
}
