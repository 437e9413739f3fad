package dev.yamabiko.coordinator;

import akka.actor.ActorIdentity;
import akka.actor.Identify;
import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.pattern.Patterns;
import dev.yamabiko.coordinator.Coordinator.Command;
import dev.yamabiko.coordinator.Coordinator.Resources;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.Results;
import dev.yamabiko.protocol.WorkerHello;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Who works for the coordinator: nodes that compute, and nodes that slices can live on, as they
 * come and go. Refuses those that are no match, and a worker whose name another one uses. A worker
 * that is lost leaves the list; the runs that it took part in notice by themselves.
 */
final class NodeRegistry {

  /** How long a worker may take to tell that it still uses its name; none that is gone does. */
  private static final Duration LIFE_SIGN = Duration.ofMillis(1500);

  private final Resources resources;
  private final ActorContext<Command> context;
  private final JobBook jobs;
  private final JobQueue queue;
  private final RegisteredWorkers workers;
  private final ParametersNodes parameters;
  private final Set<ActorRef<NodeMessage>> refused = new HashSet<>();
  private final Set<ActorRef<NodeMessage>> claiming = new HashSet<>();

  NodeRegistry(
      Resources resources,
      ActorContext<Command> context,
      JobBook jobs,
      JobQueue queue,
      RegisteredWorkers workers,
      ParametersNodes parameters) {
    this.resources = resources;
    this.context = context;
    this.jobs = jobs;
    this.queue = queue;
    this.workers = workers;
    this.parameters = parameters;
  }

  // --- Workers ----------------------------------------------------------------------------------

  /** A worker wants to join. */
  void register(CoordinatorMessage.RegisterWorker by) {
    Optional<String> refusal = resources.admission().refusal(by.hello());
    Optional<RegisteredWorker> known = workers.otherStart(by.hello().worker(), by.node());
    if (refusal.isPresent()) {
      refuse(by.hello(), by.node(), refusal.get());
    } else if (known.isEmpty()) {
      accept(by);
    } else if (claiming.add(by.node())) {
      askWhetherAlive(known.get(), by);
    }
  }

  /** A name that is in use, or one whose worker has been started anew before its loss was seen. */
  private void askWhetherAlive(RegisteredWorker known, CoordinatorMessage.RegisterWorker by) {
    Results.toSelf(
        context,
        Patterns.ask(
            Adapter.toClassic(known.worker()), new Identify(by.hello().worker()), LIFE_SIGN),
        (answer, failure) ->
            new Coordinator.NameSettled(
                by, answer instanceof ActorIdentity found && found.getActorRef().isPresent()));
  }

  /**
   * Who has the name of a worker that wants to join.
   *
   * @param inUse whether the worker that has the name answers
   */
  void settle(CoordinatorMessage.RegisterWorker by, boolean inUse) {
    claiming.remove(by.node());
    Optional<RegisteredWorker> known = workers.otherStart(by.hello().worker(), by.node());
    if (known.isPresent() && inUse) {
      refuse(
          by.hello(),
          by.node(),
          "the name %s is in use by a worker on %s that is alive; give another --name, or end that one"
              .formatted(known.get().name(), known.get().view().hello().host()));
      return;
    } else if (known.isPresent()) {
      // If it should ever be heard of again, it ends instead of living on unknown.
      known.get().node().tell(replaced());
      // Had it said that it leaves, it would not be known any more.
      resources.metrics().lost();
      remove(known.get(), "replaced by a new start");
    }
    accept(by);
  }

  private static NodeMessage replaced() {
    return new NodeMessage.WorkerRefused("replaced by a newer start of this name");
  }

  private void accept(CoordinatorMessage.RegisterWorker by) {
    String name = by.hello().worker();
    // Before a job can ask it to take part.
    tellAccepted(by.node(), name);
    if (workers.find(name).isPresent()) {
      return;
    }
    RegisteredWorker worker = new RegisteredWorker(by.hello(), by.worker(), by.node(), now());
    workers.add(worker);
    resources.metrics().joined(worker);
    watchNoMoreAsRefused(by.node());
    context.watchWith(by.node(), new Coordinator.NodeLost(name, by.node()));
    context
        .getLog()
        .info(
            "joined worker={} threads={} build={}", name, by.hello().threads(), by.hello().build());
    queue.startJobs();
  }

  private void tellAccepted(ActorRef<NodeMessage> node, String name) {
    node.tell(new NodeMessage.WorkerAccepted(resources.store().term(), name));
  }

  private void refuse(WorkerHello hello, ActorRef<NodeMessage> node, String why) {
    // It asks again until it has heard the answer.
    if (refused.add(node)) {
      context
          .getLog()
          .warn(
              "refused worker={} host={} build={}: {}",
              hello.worker(),
              hello.host(),
              hello.build(),
              why);
      context.watchWith(node, new Coordinator.RefusedGone(node));
    }
    node.tell(new NodeMessage.WorkerRefused(why));
  }

  /** One actor is not watched with two messages. */
  private void watchNoMoreAsRefused(ActorRef<NodeMessage> node) {
    if (refused.remove(node)) {
      context.unwatch(node);
    }
  }

  void refusedGone(ActorRef<NodeMessage> node) {
    refused.remove(node);
  }

  /** It has said so. */
  void workerLeaves(String name, ActorRef<NodeMessage> node) {
    workers
        .find(name, node)
        .ifPresent(
            known -> {
              jobs.all().stream()
                  .filter(entry -> known.isOf(entry.id()))
                  .flatMap(entry -> entry.run().stream())
                  .forEach(run -> run.tell(new JobRun.Leaving(name)));
              remove(known, "left");
            });
  }

  /** Without a word. */
  void workerLost(String name, ActorRef<NodeMessage> node) {
    workers
        .find(name, node)
        .ifPresent(
            known -> {
              resources.metrics().lost();
              remove(known, "lost");
            });
  }

  private void remove(RegisteredWorker worker, String how) {
    workers.remove(worker.name());
    context.unwatch(worker.node());
    resources.metrics().gone(worker);
    jobs.left(worker.name());
    context.getLog().info("{} worker={}", how, worker.name());
  }

  // --- Nodes that slices can live on ------------------------------------------------------------

  /** Of two nodes of one name the later is right: the earlier may be one that was killed. */
  void register(CoordinatorMessage.RegisterParameters by) {
    WorkerHello hello = by.hello();
    Optional<String> refusal = resources.admission().refusal(hello);
    if (refusal.isPresent()) {
      refuse(hello, by.node(), refusal.get());
      return;
    }
    if (!parameters.contains(by.node())) {
      parameters
          .add(new ParametersNode(hello, by.node(), by.bulkHost(), by.bulkPort(), now()))
          .ifPresent(
              before -> {
                context.unwatch(before.node());
                before.node().tell(replaced());
              });
      watchNoMoreAsRefused(by.node());
      context.watchWith(by.node(), new Coordinator.ParametersLost(by.node()));
      context
          .getLog()
          .info(
              "joined parameters={} host={} build={}", hello.worker(), hello.host(), hello.build());
    }
    tellAccepted(by.node(), hello.worker());
  }

  /** Runs whose slices it had notice by themselves. */
  void parametersGone(ActorRef<NodeMessage> node, String how) {
    if (parameters.remove(node)) {
      context.unwatch(node);
      context.getLog().info("{} parameters node={}", how, node.path().address());
    }
  }

  private Instant now() {
    return resources.clock().instant();
  }
}
