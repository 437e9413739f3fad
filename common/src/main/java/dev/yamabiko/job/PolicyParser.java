package dev.yamabiko.job;

import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.extension.Interval;
import dev.yamabiko.optim.Period;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * {@code checkpoint}, {@code early-stopping}, {@code on-divergence}, {@code workers} and {@code
 * tensorboard}.
 */
final class PolicyParser {
  static final List<String> ON_DIVERGENCE = List.of("stop", "rollback");

  private static final int DEFAULT_PATIENCE = 5;
  private static final double DEFAULT_FACTOR = 0.5;
  private static final int DEFAULT_AT_MOST = 3;

  private final Section job;
  private final DataSpec data;

  PolicyParser(Section job, DataSpec data) {
    this.job = job;
    this.data = data;
  }

  private Section checkpoint() {
    return job.at("checkpoint").section("every-steps", "keep", "best");
  }

  Checkpoints checkpoints() {
    if (!job.at("checkpoint").given()) {
      return Checkpoints.DEFAULT;
    }
    Node every = checkpoint().at("every-steps");
    return new Checkpoints(
        every.given() ? OptionalLong.of(every.whole(1, Integer.MAX_VALUE)) : OptionalLong.empty(),
        checkpoint().at("keep").integer(1, Checkpoints.DEFAULT_KEEP));
  }

  Optional<Selection> selection() {
    Node best = job.at("checkpoint").given() ? checkpoint().at("best") : null;
    boolean keepsBest = best != null && best.given();
    if (job.at("early-stopping").given()) {
      Selection selection = earlyStopping();
      if (keepsBest && metric(best) != selection.metric()) {
        throw best.error(
            "expected %s, the metric of early-stopping, but found %s"
                .formatted(selection.metric().key(), metric(best).key()));
      }
      if (keepsBest && !selection.restoreBest()) {
        throw best.error("cannot be set together with early-stopping { restore-best = false }");
      }
      return Optional.of(selection);
    }
    return keepsBest
        ? Optional.of(new Selection(metric(best), 0, OptionalInt.empty(), true))
        : Optional.empty();
  }

  private Selection earlyStopping() {
    Section options =
        job.at("early-stopping").section("metric", "patience", "min-delta", "restore-best");
    return new Selection(
        metric(options.at("metric")),
        options.at("min-delta").number(Interval.NOT_NEGATIVE, 0),
        OptionalInt.of(options.at("patience").integer(1, DEFAULT_PATIENCE)),
        options.at("restore-best").flag(true));
  }

  private Selection.Metric metric(Node node) {
    Selection.Metric metric = node.oneOf(Selection.Metric.class, Selection.Metric.VALIDATION_LOSS);
    if (metric.needsValidation() && data.validation().isEmpty()) {
      throw node.error(metric.key() + " needs data.validation, which is missing");
    }
    return metric;
  }

  Optional<Rollback> rollback() {
    Node node = job.at("on-divergence");
    if (!node.given()) {
      return Optional.empty();
    }
    Variant variant = node.variant(ON_DIVERGENCE);
    if (variant.name().equals("stop")) {
      variant.section();
      return Optional.empty();
    }
    if (checkpoints().everySteps().isEmpty()) {
      throw node.error("rollback goes back to a checkpoint; add checkpoint { every-steps = N }");
    }
    Section options = variant.section("factor", "at-most");
    return Optional.of(
        new Rollback(
            options.at("factor").number(Interval.BETWEEN, DEFAULT_FACTOR),
            options.at("at-most").integer(1, DEFAULT_AT_MOST)));
  }

  WorkerCount workers() {
    Node node = job.at("workers");
    if (!node.given()) {
      return WorkerCount.DEFAULT;
    }
    Section options = node.section("min", "max");
    int least = options.at("min").integer(1, WorkerCount.DEFAULT.least());
    int most = options.at("max").integer(1, WorkerCount.DEFAULT.most());
    if (most < least) {
      throw options.at("max").expected("at least min, which is %d,".formatted(least));
    }
    return new WorkerCount(least, most);
  }

  TensorBoard tensorBoard() {
    Node node = job.at("tensorboard");
    if (!node.given()) {
      return TensorBoard.DEFAULT;
    }
    Section options = node.section("scalars", "histograms");
    return new TensorBoard(options.at("scalars").flag(true), histograms(options.at("histograms")));
  }

  private static Optional<TensorBoard.Histograms> histograms(Node node) {
    if (!node.given()) {
      return Optional.empty();
    }
    Section options = node.section("every-epochs", "every-steps", "gradients");
    Period every =
        ScheduleParser.period(options, "every")
            .orElseThrow(
                () -> node.error("expected one of every-epochs and every-steps but found neither"));
    return Optional.of(new TensorBoard.Histograms(every, options.at("gradients").flag(false)));
  }

  /** {@code freeze = [0, 2]}: numbers of layers. */
  static List<Integer> frozen(Node node, int layers) {
    if (!node.given()) {
      return List.of();
    }
    if (!node.is(ConfigValueType.LIST)) {
      throw node.expected("a list of layer numbers, such as [0, 1],");
    }
    return node.children().stream()
        .map(
            child -> {
              int layer = child.integer(0);
              if (layer >= layers) {
                throw child.expected("the number of a layer, from 0 to %d,".formatted(layers - 1));
              }
              return layer;
            })
        .toList();
  }
}
