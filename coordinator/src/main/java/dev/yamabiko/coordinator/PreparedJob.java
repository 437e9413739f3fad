package dev.yamabiko.coordinator;

import dev.yamabiko.data.blocks.PreparedDatasets;
import dev.yamabiko.job.HeapNeed;
import dev.yamabiko.job.Job;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.step.StepPlan;
import dev.yamabiko.wire.MessageSerializer;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A job about to run: its data read and put where workers fetch it, its run directory open, its
 * weights cut into slices.
 *
 * @param count of slices
 * @param slices none where they are to live on other nodes
 * @param notices for people, of what was found on the way
 */
record PreparedJob(
    CheckedJob checked,
    PreparedDatasets.Prepared dataset,
    Checkpoint begin,
    RunDirectory directory,
    StepPlan plan,
    int count,
    FirstSlices slices,
    List<String> notices)
    implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(PreparedJob.class);
  private static final String ON_COORDINATOR = "on the coordinator: ";

  /**
   * Begins a run in this directory, or goes on with the one that is there. May take long.
   *
   * @param slicesHere whether slices are to live on this node
   * @param gate of what the run writes
   * @param preparation this one
   * @throws JobException if the job, its data or its directory cannot be used
   * @throws CancellationException if it has been given up
   */
  static PreparedJob of(
      Preparation preparation,
      Job job,
      Path path,
      int workers,
      boolean slicesHere,
      PreparedDatasets datasets,
      AtomicFile.Gate gate,
      DiskWatch watch) {
    MessageSerializer.tooLong(job.resolved())
        .ifPresent(
            why -> {
              throw new JobException("the job file with all its settings and paths is " + why);
            });
    long heap = Runtime.getRuntime().maxMemory();
    CheckedJob checked = CheckedJob.of(job, preparation::check);
    HeapNeed need = HeapNeed.ofCoordinator(checked.plan(workers), slicesHere);
    need.missing(heap)
        .ifPresent(
            why -> {
              throw new JobException(ON_COORDINATOR + why);
            });
    preparation.check();
    PreparedDatasets.Prepared dataset = datasets.prepare(checked.data(), checked.dataSha256());
    try {
      preparation.begin();
      return of(checked, path, workers, slicesHere, dataset, gate, watch);
    } catch (OutOfMemoryError e) {
      dataset.close();
      throw new JobException(ON_COORDINATOR + need.exceeded(heap), e);
    } catch (RuntimeException | Error e) {
      dataset.close();
      throw e;
    }
  }

  private static PreparedJob of(
      CheckedJob checked,
      Path path,
      int workers,
      boolean slicesHere,
      PreparedDatasets.Prepared dataset,
      AtomicFile.Gate gate,
      DiskWatch watch) {
    Job job = checked.job();
    List<String> notices = new ArrayList<>(checked.data().notes());
    notices.addAll(checked.plan(workers).doubts());
    try {
      boolean begun = RunDirectory.holdsRun(path);
      Optional<Checkpoint> before =
          begun
              ? Resumption.ofJob(path, checked)
                  .find(
                      damage -> {
                        LOG.warn("{}", damage);
                        notices.add(damage);
                      },
                      notices::add)
              : Optional.empty();
      Checkpoint begin = before.isPresent() ? before.get() : checked.start(notices::add);
      StepPlan plan = checked.plan(workers).steps();
      int count = RunSettings.slicesOnTheWay(checked.network().length(), workers);
      FirstSlices slices =
          slicesHere
              ? RunSettings.cut(job, checked.network(), plan, begin, count)
              : new FirstSlices(List.of());
      RunDirectory directory =
          begun
              ? RunDirectory.goOn(path, checked.description(), begin.position(), gate, watch)
              : RunDirectory.begin(
                  Files.createDirectories(path), checked.description(), gate, watch);
      directory
          .gap()
          .ifPresent(
              gap -> {
                LOG.warn(gap);
                notices.add(gap);
              });
      return new PreparedJob(checked, dataset, begin, directory, plan, count, slices, notices);
    } catch (FileAlreadyExistsException e) {
      throw new JobException(path + " is in use by another run", e);
    } catch (IOException e) {
      throw new JobException(path + " cannot be used: " + WriteFailure.reason(e), e);
    }
  }

  /** The run has ended; another may begin in its directory, so this is for once only. */
  @Override
  public void close() {
    directory.close();
    dataset.close();
  }
}
