package dev.yamabiko.coordinator;

import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.Checkpoint.Best;
import dev.yamabiko.model.Checkpoint.Position;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.RunLedger;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.RunOutcome;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.SampleHash;
import dev.yamabiko.step.Statistics;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How far a run has come, and what is next: the end of the epoch, a checkpoint, more steps, or the
 * end. Decided by steps and metrics alone, so it is the same for any number of workers.
 */
final class RunProgress {

  private final RunSettings settings;
  private final long everyExample;
  private Position position;
  private Optional<BestEpoch> bestEpoch;

  RunProgress(RunSettings settings, Checkpoint begin) {
    this.settings = settings;
    everyExample = SampleHash.ofAll(settings.plan().examples());
    goTo(begin, begin.position().rollbacks());
  }

  /** As it was at the checkpoint, after so many roll-backs. */
  void goTo(Checkpoint checkpoint, int rollbacks) {
    position = checkpoint.position().again(rollbacks);
    bestEpoch = settings.bestEpoch().map(best -> best.at(checkpoint));
  }

  Position position() {
    return position;
  }

  RunEvent.StepClosed closeStep(RunMessage.SliceUpdated update) {
    position = position.afterStep(update.statistics());
    long step = update.step();
    return new RunEvent.StepClosed(
        step,
        settings.plan().epochOf(step),
        update.statistics(),
        settings.learningRate(step, position.rollbacks()),
        update.norm());
  }

  /** Whether all steps of the open epoch are taken. */
  boolean isEpochAtItsEnd() {
    return position.epochs() < settings.plan().epochs()
        && position.step() == settings.plan().endOfEpoch(position.epochs());
  }

  /** Why the epoch at its end cannot be closed: it does not hold every example exactly once. */
  Optional<String> unaccounted() {
    int examples = settings.plan().examples();
    Statistics sum = position.epoch().orElseThrow();
    if (sum.examples() == examples && sum.sampleHash() == everyExample) {
      return Optional.empty();
    }
    return Optional.of(
        "epoch %d: expected every one of %d examples once (%s) but %d were applied (%s)"
            .formatted(
                position.epochs() + 1,
                examples,
                SampleHash.text(everyExample),
                sum.examples(),
                SampleHash.text(sum.sampleHash())));
  }

  private RunLedger ledger() {
    return new RunLedger(
        position.epochs(),
        settings.plan().examples(),
        everyExample,
        position.epoch().map(Statistics::examples).orElse(0L),
        position.epoch().map(Statistics::sampleHash).orElse(0L));
  }

  RunEvent.EpochClosed closeEpoch(Optional<Statistics> validation) {
    int epoch = position.epochs();
    Statistics sum = position.epoch().orElseThrow();
    position = position.afterEpoch();
    bestEpoch.ifPresent(best -> best.close(epoch, position.step(), sum, validation));
    return new RunEvent.EpochClosed(epoch, position.step(), sum, validation);
  }

  /** Whether the best epoch by now has ended here. */
  boolean isBest() {
    return best().filter(b -> b.step() == position.step()).isPresent();
  }

  /** The weights here, where the best epoch has ended. */
  void keepBest(float[] weights) {
    bestEpoch.orElseThrow().keep(weights);
  }

  Optional<Best> best() {
    return bestEpoch.flatMap(BestEpoch::best);
  }

  /** The best epoch's, where the model gets them at the end and does not hold them already. */
  Optional<Best> toRestore() {
    return best().filter(b -> b.weights().isPresent() && b.step() != position.step());
  }

  boolean isCheckpointDue() {
    return settings.job().checkpoints().isDue(position.step(), settings.plan());
  }

  /** Whether somebody wants to look at the weights here. */
  boolean isLookDue() {
    return settings.job().tensorBoard().isDue(position.step(), settings.plan());
  }

  boolean hasTakenAllSteps() {
    return position.step() >= settings.plan().steps();
  }

  /** Whether all steps are taken, or none promises a better epoch. */
  boolean isOver() {
    return hasTakenAllSteps() || bestEpoch.filter(BestEpoch::isOver).isPresent();
  }

  /** The next step count at which something else than a step has to be done. */
  long nextStop() {
    long epochEnd = settings.plan().endOfEpoch(position.epochs());
    long step = position.step();
    long checkpoint = settings.job().checkpoints().nextAfter(step, settings.plan());
    long look = settings.job().tensorBoard().nextAfter(step, settings.plan());
    return Math.min(epochEnd, Math.min(checkpoint, look));
  }

  /**
   * The end.
   *
   * @param train of the whole training data with these weights
   * @param validation with these weights
   */
  RunOutcome outcome(
      RunOutcome.Status status,
      String message,
      Optional<float[]> weights,
      Optional<Statistics> train,
      Optional<Measures> validation) {
    return new RunOutcome(
        status,
        message,
        position.epochs(),
        position.step(),
        position.samples(),
        settings.workers().size(),
        weights,
        train,
        validation,
        best().map(b -> OptionalInt.of(b.epoch())).orElse(OptionalInt.empty()),
        position.rollbacks(),
        Optional.of(ledger()));
  }
}
