package dev.yamabiko.coordinator;

import dev.yamabiko.protocol.RunMessage.PartMeasured;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts parts together of which each message holds the errors of some targets. They come in any
 * order, late or twice, from one worker or several: all say the same.
 */
final class PartRanges {

  private final Map<Integer, SortedMap<Integer, ErrorTally>> parts = new HashMap<>();

  /** Takes some targets of a part. Returns the whole part if they were the last. */
  Optional<Measures> add(PartMeasured some) {
    Optional<ErrorTally> errors = some.measures().errors();
    if (errors.isEmpty() || errors.get().targets() == some.targets()) {
      return Optional.of(some.measures());
    }
    SortedMap<Integer, ErrorTally> ranges =
        parts.computeIfAbsent(some.part(), part -> new TreeMap<>());
    ranges.put(some.fromTarget(), errors.get());
    if (ranges.values().stream().mapToInt(ErrorTally::targets).sum() < some.targets()) {
      return Optional.empty();
    }
    parts.remove(some.part());
    ErrorTally all = ErrorTally.joined(List.copyOf(ranges.values()));
    return Optional.of(
        new Measures(some.measures().statistics(), Optional.empty(), Optional.of(all)));
  }
}
