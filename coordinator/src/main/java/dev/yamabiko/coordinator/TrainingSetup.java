package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.step.EvaluationPlan;
import dev.yamabiko.wire.BulkToken;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * What a job's training run works with on this node: who stands here for its workers, and threads
 * for the slices that live here. Belongs to the {@link JobRun}.
 */
final class TrainingSetup {

  private final JobRun.Settings settings;
  private final ActorContext<JobRun.Command> context;
  private final WireVolume wire;

  /** That it begins with. */
  private final List<RegisteredWorker> workers;

  /** By worker, of its last start; looked at from other threads. */
  private final Map<String, ActorRef<NodeMessage>> nodes = new ConcurrentHashMap<>();

  private ExecutorService compute;

  /**
   * @param wire counts what workers send and get
   */
  TrainingSetup(JobRun.Settings settings, ActorContext<JobRun.Command> context, WireVolume wire) {
    this.settings = settings;
    this.context = context;
    this.wire = wire;
    workers = new ArrayList<>(settings.workers());
  }

  /** Another worker, while the run has not begun. */
  void add(RegisteredWorker worker) {
    workers.add(worker);
  }

  /** It leaves, while the run has not begun. */
  void remove(String name) {
    workers.removeIf(worker -> worker.name().equals(name));
  }

  boolean hasWorkers() {
    return !workers.isEmpty();
  }

  /** All that the training run needs; once, and with workers. */
  RunSettings begin(PreparedJob prepared, ActorRef<RunEvent> events) {
    CheckedJob checked = prepared.checked();
    LoadedData data = checked.data();
    compute =
        Executors.newFixedThreadPool(
            Math.min(prepared.count(), Runtime.getRuntime().availableProcessors()),
            task -> {
              Thread thread = new Thread(task, "slices-" + settings.id());
              thread.setDaemon(true);
              return thread;
            });
    return new RunSettings(
        settings.key(),
        settings.job(),
        new RunDefinition(
            settings.job().resolved(), checked.dataSha256(), Optional.of(prepared.dataset().ref())),
        checked.network(),
        data.train().targets(),
        prepared.plan(),
        prepared.begin(),
        data.validation().map(validation -> new EvaluationPlan(validation.size())),
        standIns(),
        prepared.slices(),
        SlicePlace.onDefaultDispatcher(compute),
        Optional.of(
            new SliceHosts(
                settings.parameters(),
                prepared.count(),
                settings.bulk(),
                settings.bulkHost(),
                worker -> Optional.ofNullable(nodes.get(worker)),
                wire,
                settings.fetching())),
        events,
        true,
        System::nanoTime);
  }

  private Map<String, ActorRef<WorkerMessage>> standIns() {
    Map<String, ActorRef<WorkerMessage>> refs = new LinkedHashMap<>();
    workers.forEach(worker -> refs.put(worker.name(), standIn(worker)));
    return refs;
  }

  /** Who stands here for a worker, in this run. */
  ActorRef<WorkerMessage> standIn(RegisteredWorker worker) {
    nodes.put(worker.name(), worker.node());
    RemoteWorker.Settings remote =
        new RemoteWorker.Settings(
            settings.key(),
            worker,
            BulkToken.random(),
            settings.bulk(),
            settings.bulkHost(),
            settings.datasets(),
            wire.link(worker.name()));
    ActorRef<WorkerMessage> ref = context.spawnAnonymous(RemoteWorker.create(remote));
    worker.invitedAs(ref);
    return ref;
  }

  void close() {
    if (compute != null) {
      compute.shutdown();
    }
  }
}
