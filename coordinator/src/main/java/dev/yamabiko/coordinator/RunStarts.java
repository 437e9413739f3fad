package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.coordinator.Coordinator.Command;
import dev.yamabiko.coordinator.Coordinator.Resources;
import dev.yamabiko.protocol.RunKey;
import java.util.List;

/** Gives jobs a run, and runs their workers. */
final class RunStarts {

  private final Resources resources;
  private final ActorContext<Command> context;
  private final JobBook jobs;
  private final RegisteredWorkers workers;
  private final ParametersNodes parameters;
  private final ActorRef<RunNews> news;

  /**
   * @param news to which runs report
   */
  RunStarts(
      Resources resources,
      ActorContext<Command> context,
      JobBook jobs,
      RegisteredWorkers workers,
      ParametersNodes parameters,
      ActorRef<RunNews> news) {
    this.resources = resources;
    this.context = context;
    this.jobs = jobs;
    this.workers = workers;
    this.parameters = parameters;
    this.news = news;
  }

  /**
   * @param names of idle workers
   */
  void start(JobEntry entry, List<String> names) {
    List<RegisteredWorker> chosen = names.stream().map(workers::get).toList();
    chosen.forEach(worker -> worker.assign(entry.id()));
    StoredJob running = jobs.attempt(entry);
    JobRun.Settings settings =
        new JobRun.Settings(
            entry.id(),
            new RunKey(running.runName(), resources.store().term()),
            entry.job(),
            resources.store().runDirectory(entry.id()),
            resources.store().fence(),
            chosen,
            parameters::now,
            resources.bulk(),
            resources.bulkHost(),
            resources.datasets(),
            metrics(entry),
            resources.preparing(),
            resources.fetching(),
            news);
    ActorRef<JobRun.Command> run =
        context.spawnAnonymous(JobRun.create(settings), DispatcherSelector.blocking());
    context.watchWith(run, new Coordinator.RunGone(entry.id(), run));
    jobs.started(entry, run, names, running);
    context.getLog().info("started job={} workers={}", entry.id(), names);
  }

  /** While the data is read, they show how far the run before had come. */
  private RunMetrics metrics(JobEntry entry) {
    RunMetrics metrics = resources.metrics().run(entry.id());
    metrics.standAt(entry.view().step(), entry.view().epoch());
    return metrics;
  }

  /** Another worker for the run that the job has. */
  void offer(JobEntry entry, RegisteredWorker worker) {
    worker.assign(entry.id());
    entry.offered(worker.name());
    entry.run().orElseThrow().tell(new JobRun.Offer(worker));
    context.getLog().info("offered job={} worker={}", entry.id(), worker.name());
  }
}
