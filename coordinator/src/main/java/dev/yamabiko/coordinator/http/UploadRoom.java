package dev.yamabiko.coordinator.http;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which uploads make room for others: the least recently used ones, but none that is needed, nor
 * one that was used within the last hour, since a job that names it may be on its way.
 *
 * <p>A last use that is more than an hour ahead is none: the clock was wrong then, or it is now.
 * Such an upload counts as the oldest, else it would stay for as long as the clock was ahead.
 *
 * <p>A directory's listing that is there tells that all its files are; so its files are needed and
 * used as it is, and it goes before them.
 *
 * @param needed hashes
 */
record UploadRoom(Set<String> needed, Instant now) {

  private static final Duration YOUNG = Duration.ofHours(1);

  /**
   * @param files hashes of a listing's files; empty for what is no listing
   */
  record Kept(String sha256, long bytes, Instant used, Set<String> files) {}

  /**
   * In the order in which they are to go.
   *
   * @param least bytes; where so many cannot be had, nothing goes
   * @param wish bytes at which it is enough
   */
  List<Kept> leaving(List<Kept> all, long least, long wish) {
    Map<String, Instant> used = new HashMap<>();
    Set<String> staying = new HashSet<>(needed);
    all.forEach(kept -> used.put(kept.sha256(), use(kept)));
    for (Kept listing : all) {
      for (String file : listing.files()) {
        used.merge(file, use(listing), (a, b) -> a.isAfter(b) ? a : b);
      }
      if (needed.contains(listing.sha256())) {
        staying.addAll(listing.files());
      }
    }
    List<Kept> candidates =
        all.stream()
            .filter(kept -> !staying.contains(kept.sha256()))
            .filter(kept -> used.get(kept.sha256()).isBefore(now.minus(YOUNG)))
            .sorted(
                Comparator.comparing((Kept kept) -> used.get(kept.sha256()))
                    .thenComparing(kept -> kept.files().isEmpty()))
            .toList();
    List<Kept> leaving = new ArrayList<>();
    long bytes = 0;
    for (Kept kept : candidates) {
      if (bytes >= Math.max(least, wish)) {
        break;
      }
      leaving.add(kept);
      bytes += kept.bytes();
    }
    return bytes < least ? List.of() : leaving;
  }

  private Instant use(Kept kept) {
    return kept.used().isAfter(now.plus(YOUNG)) ? Instant.MIN : kept.used();
  }
}
