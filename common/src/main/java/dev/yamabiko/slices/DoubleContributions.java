package dev.yamabiko.slices;

import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.slices.ParameterSlice.Command;
import dev.yamabiko.slices.ParameterSlice.Settings;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What comes to a slice twice, whole or cut differently, must have the same bits, also after its
 * step has closed; if it has not, the run is told who disagree.
 *
 * <p>Nobody who computed rightly must be blamed, so floats are compared only while they are what
 * their worker computed: until the step closes, and after that only those that were given, because
 * a worker uses its arrays again, and so does its link. Within one process none are: a worker that
 * is late may even have read weights that its slice was overwriting.
 */
final class DoubleContributions {

  private final Settings settings;
  private final Consumer<Command> slice;
  private final ContestedSteps contested = new ContestedSteps();

  /** What the open step lacks was asked for: that is late, and is handed out twice. */
  private boolean expected;

  /**
   * @param slice hears from other threads
   */
  DoubleContributions(Settings settings, Consumer<Command> slice) {
    this.settings = settings;
    this.slice = slice;
  }

  /** The next step: nothing is late in it yet. */
  void begin() {
    expected = false;
  }

  /** Somebody asks what the open step lacks, and may hand that out twice. */
  void expect() {
    expected = true;
  }

  /** The very block is there already, with other bits. */
  void conflict(SliceMessage.Contribute second, String first) {
    blame(
        second.step(),
        StepEvidence.conflict(first, second.worker(), second.block(), second.step()));
  }

  /**
   * What the open step has already, cut differently. If the evidence is still to be taken, it is
   * held against this, too.
   */
  void covered(SliceMessage.Contribute twice) {
    contested
        .of(twice.step())
        .flatMap(evidence -> evidence.contradiction(witness(twice)))
        .ifPresent(message -> blame(twice.step(), message));
  }

  /**
   * Of what was handed out twice in a step that closes; for the compute thread, as long as the
   * floats are there.
   */
  Runnable comparison(long step, StepAssembly assembly) {
    if (!expected && assembly.covered().isEmpty()) {
      return () -> {};
    }
    List<StepEvidence.Witness> witnesses = assembly.witnesses();
    List<StepEvidence.Witness> covered = assembly.covered();
    return () -> {
      StepEvidence evidence =
          new StepEvidence(
              step,
              settings.plan().shards(),
              witnesses,
              settings.sliceStep().rounding(),
              settings.from());
      slice.accept(
          new ParameterSlice.EvidenceTaken(
              evidence, covered.size(), evidence.contradiction(covered)));
    };
  }

  /** The step has not closed yet, so what it did not take is whole, also what came meanwhile. */
  void taken(ParameterSlice.EvidenceTaken taken, StepAssembly assembly) {
    StepEvidence evidence = taken.evidence();
    contested.add(evidence);
    List<StepEvidence.Witness> covered = assembly.covered();
    taken
        .contradiction()
        .or(() -> evidence.contradiction(covered.subList(taken.compared(), covered.size())))
        .ifPresent(message -> blame(evidence.step(), message));
  }

  /**
   * One of no use any more, which tells whether somebody computes wrongly. Returns what compares
   * it, for the compute thread; empty where nothing can.
   */
  Optional<Supplier<Command>> late(SliceMessage.Contribute late) {
    if (late.floats() != SliceMessage.Floats.GIVEN
        || late.slice() != settings.slice()
        || late.gradient().length() != settings.sliceStep().length()) {
      return Optional.empty();
    }
    return contested
        .of(late.step())
        .map(
            evidence ->
                () ->
                    new ParameterSlice.LateCompared(
                        late.step(), evidence.contradiction(witness(late))));
  }

  private static StepEvidence.Witness witness(SliceMessage.Contribute of) {
    return new StepEvidence.Witness(of.block(), of.gradient(), of.statistics(), of.worker());
  }

  void blame(long step, String contradiction) {
    settings
        .run()
        .tell(
            new RunMessage.WorkersDisagree(settings.key(), step, settings.slice(), contradiction));
  }
}
