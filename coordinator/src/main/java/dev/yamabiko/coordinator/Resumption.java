package dev.yamabiko.coordinator;

import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobChange;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.model.CheckpointFile;
import dev.yamabiko.model.CheckpointStore;
import dev.yamabiko.step.StepPlan;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Finds where a run goes on: its newest checkpoint that is whole, after making sure that the job
 * and its data are those that the run began with.
 */
public final class Resumption {

  private final Path directory;
  private final CheckedJob checked;
  private final String prefix;
  private final String wayOut;

  private Resumption(Path directory, CheckedJob checked, String prefix, String wayOut) {
    this.directory = directory;
    this.checked = checked;
    this.prefix = prefix;
    this.wayOut = wayOut;
  }

  /**
   * As a user asked for who has chosen the directory.
   *
   * @param option by which it was asked for, as messages name it
   */
  public static Resumption byOption(Path directory, CheckedJob checked, String option) {
    return new Resumption(directory, checked, option + ": ", "to begin anew, give a new directory");
  }

  /** Of a coordinator's job. */
  static Resumption ofJob(Path directory, CheckedJob checked) {
    return new Resumption(
        directory,
        checked,
        "",
        "put a whole one back and resume the job, or submit it again to begin anew");
  }

  /**
   * Empty if the run has no checkpoint yet, and begins anew.
   *
   * @param damages hears of checkpoints that cannot be used
   * @param notices hears what else people should know of where and how the run goes on
   * @throws JobException if the run cannot go on
   */
  public Optional<Checkpoint> find(Consumer<String> damages, Consumer<String> notices) {
    Job now = checked.job();
    CheckpointStore store = RunDirectory.checkpoints(directory, now.checkpoints().keep());
    List<String> problems = new ArrayList<>();
    Optional<CheckpointFile.Content> found;
    try {
      same(parse(RunDirectory.jobOf(directory), RunDirectory.jobFile(directory).toString()), now);
      found = store.newest(problems);
    } catch (CharacterCodingException e) {
      throw refuse(RunDirectory.jobFile(directory) + " is damaged: expected UTF-8 text");
    } catch (IOException e) {
      throw refuse("cannot be read: " + WriteFailure.reason(e));
    }
    problems.forEach(problem -> damages.accept("passed over a checkpoint: " + problem));
    if (found.isEmpty()) {
      if (!problems.isEmpty()) {
        throw refuse(
            "none of its checkpoints can be used: %s; %s"
                .formatted(String.join("; ", problems), wayOut));
      }
      notices.accept("no checkpoint in " + directory + " yet; beginning at step 0");
      return Optional.empty();
    }
    CheckpointFile.Content content = found.get();
    Path file = store.file(content.checkpoint().position().step());
    Job before = parse(content.job(), file.toString());
    JobChange.of(before, now)
        .ifPresent(
            change -> {
              throw refuse(
                  "%s is of another run: %s; move it away to go on from the one before it"
                      .formatted(file, change));
            });
    if (!content.dataSha256().equals(checked.dataSha256())) {
      throw refuse(
          "its data has changed: expected the SHA-256 %s but found %s"
              .formatted(content.dataSha256(), checked.dataSha256()));
    }
    Checkpoint checkpoint = fitting(content.checkpoint());
    ChangedSchedule.notice(before, now, checked.plan(1).steps(), checkpoint.position())
        .ifPresent(notices);
    return Optional.of(checkpoint);
  }

  private static Job parse(String resolved, String origin) {
    return JobFile.parse(resolved, origin, Path.of(""), List.of());
  }

  private void same(Job before, Job now) {
    JobChange.of(before, now)
        .ifPresent(
            change -> {
              throw refuse(
                  change
                      + "; a run that goes on may change epochs, checkpoint.every-steps, checkpoint.keep, tensorboard and paths only");
            });
  }

  private Checkpoint fitting(Checkpoint checkpoint) {
    Checkpoint.Position position = checkpoint.position();
    StepPlan plan = checked.plan(1).steps();
    if (position.step() > plan.steps()) {
      throw refuse(
          "it has taken %d steps already but epochs = %d gives %d"
              .formatted(position.step(), plan.epochs(), plan.steps()));
    }
    int length = checked.network().length();
    int state = checked.job().optimizer().stateVectors();
    if (checkpoint.weights().length != length || checkpoint.state().length != state) {
      throw refuse(
          "expected %d weights and %d optimizer vectors but its checkpoint has %d and %d"
              .formatted(length, state, checkpoint.weights().length, checkpoint.state().length));
    }
    return checkpoint;
  }

  private JobException refuse(String why) {
    return new JobException(prefix + "the run in " + directory + " cannot go on: " + why);
  }
}
