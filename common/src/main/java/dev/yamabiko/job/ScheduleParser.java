package dev.yamabiko.job;

import dev.yamabiko.extension.Interval;
import dev.yamabiko.optim.Period;
import dev.yamabiko.optim.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code schedule { cosine { minimum = 0, warm-up-epochs = 1 } }}: how the learning rate changes.
 */
final class ScheduleParser {
  static final List<String> SCHEDULES = List.of("constant", "step", "exponential", "cosine");
  private static final String WARM_UP = "warm-up";
  private static final String EVERY = "every";
  private static final double STEP_FACTOR = 0.1;
  private static final Period STEP_EVERY = Period.epochs(10);

  private ScheduleParser() {}

  static Schedule parse(Node node) {
    if (!node.given()) {
      return new Schedule.Constant();
    }
    Variant variant = node.variant(SCHEDULES);
    return switch (variant.name()) {
      case "step" -> {
        Section options = section(variant, "every-epochs", "every-steps", "factor");
        Period every = period(options, EVERY).orElse(STEP_EVERY);
        double factor = options.at("factor").number(Interval.BETWEEN, STEP_FACTOR);
        yield warmedUp(options, new Schedule.Step(every, factor));
      }
      case "exponential" -> {
        Section options = section(variant, "every-epochs", "every-steps", "factor");
        Period every = period(options, EVERY).orElse(Period.epochs(1));
        double factor = options.at("factor").number(Interval.BETWEEN);
        yield warmedUp(options, new Schedule.Exponential(every, factor));
      }
      case "cosine" -> {
        Section options = section(variant, "minimum");
        double minimum = options.at("minimum").number(Interval.BELOW_ONE, 0);
        yield warmedUp(options, new Schedule.Cosine(minimum));
      }
      default -> warmedUp(section(variant), new Schedule.Constant());
    };
  }

  /** Every schedule can begin with a warm-up. */
  private static Section section(Variant variant, String... own) {
    List<String> keys = new ArrayList<>(List.of(own));
    keys.add("warm-up-epochs");
    keys.add("warm-up-steps");
    return variant.section(keys.toArray(String[]::new));
  }

  private static Schedule warmedUp(Section options, Schedule schedule) {
    return period(options, WARM_UP)
        .<Schedule>map(length -> new Schedule.WarmUp(length, schedule))
        .orElse(schedule);
  }

  /** {@code NAME-epochs} or {@code NAME-steps}; empty if neither is given. */
  static Optional<Period> period(Section options, String name) {
    Node epochs = options.at(name + "-epochs");
    Node steps = options.at(name + "-steps");
    if (epochs.given() && steps.given()) {
      throw steps.error(
          "expected one of %s-epochs and %s-steps but found both".formatted(name, name));
    }
    if (epochs.given()) {
      return Optional.of(Period.epochs(epochs.integer(1)));
    }
    return steps.given() ? Optional.of(Period.steps(steps.integer(1))) : Optional.empty();
  }
}
