package dev.yamabiko.job;

import dev.yamabiko.optim.Schedule;
import java.util.List;

/** {@code schedule { ... }}: how the learning rate changes. */
final class ScheduleParser {
  private static final List<String> SCHEDULES = List.of("constant");

  private ScheduleParser() {}

  static Schedule parse(Node node) {
    if (node.given()) {
      node.variant(SCHEDULES).section();
    }
    return new Schedule.Constant();
  }
}
