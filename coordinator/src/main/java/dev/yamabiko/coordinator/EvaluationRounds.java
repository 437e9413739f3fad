package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.Measures;
import java.time.Duration;
import java.util.List;

/** A run's evaluations: parts are handed out, and again, in another round, when they are late. */
final class EvaluationRounds {

  private static final Duration DEADLINE = Duration.ofMinutes(30);
  private static final Duration LATE = Duration.ofSeconds(5);
  private static final int MOST_DOUBLED = 6;

  private final RunSettings settings;
  private final ActorRef<RunMessage> run;
  private final Attendance attendance;
  private final Crew crew;
  private final SliceGroup slices;
  private final RunTimers timers;
  private Evaluation evaluation;
  private int rounds;

  EvaluationRounds(
      RunSettings settings,
      ActorRef<RunMessage> run,
      Attendance attendance,
      Crew crew,
      SliceGroup slices,
      RunTimers timers) {
    this.settings = settings;
    this.run = run;
    this.attendance = attendance;
    this.crew = crew;
    this.slices = slices;
    this.timers = timers;
  }

  /** With the weights that slices hold; nothing is handed out yet. */
  void begin(DataPart data, boolean all) {
    evaluation = new Evaluation(data, all, slices.step(), settings.evaluationPlan(data).parts());
    rounds = 0;
  }

  /** What is missing, to those who can. */
  void handOut() {
    for (Evaluation.Share share : evaluation.handOut(attendance.available())) {
      crew.tell(
          share.worker(),
          new WorkerMessage.Evaluate(
              slices.key(),
              evaluation.step(),
              evaluation.data(),
              evaluation.all(),
              share.from(),
              share.to(),
              run));
    }
    await();
  }

  private void await() {
    timers.await("the evaluation after step " + slices.step(), DEADLINE, List.of());
    timers.late(LATE.multipliedBy(1L << Math.min(rounds, MOST_DOUBLED)));
  }

  /** Nothing has come for too long. */
  void late() {
    rounds++;
    evaluation.silent().forEach(crew::suspectUnlessAlone);
    handOut();
  }

  /** Takes a part. Returns whether that was the last. */
  boolean isCompleteWith(RunMessage.PartEvaluated evaluated) {
    return isCompleteIf(evaluation.accept(evaluated));
  }

  /** Takes a part, or some of it. Returns whether that was the last. */
  boolean isCompleteWith(RunMessage.PartMeasured measured) {
    return isCompleteIf(evaluation.accept(measured));
  }

  private boolean isCompleteIf(boolean accepted) {
    if (!accepted) {
      return false;
    }
    if (evaluation.isComplete()) {
      return true;
    }
    await();
    return false;
  }

  /** Of all parts. */
  Measures sum() {
    return evaluation.sum();
  }
}
