package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.javadsl.ActorContext;
import dev.yamabiko.coordinator.TrainingRun.Command;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.slices.ParameterSlice;
import dev.yamabiko.slices.SlicePlan;
import dev.yamabiko.step.SliceStep;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The parameter slices of a run's current lineage, as one. They live on the parameters nodes that
 * are there when the lineage begins, and without any on this one; also where they have returned to
 * the same checkpoint too often.
 */
final class SliceGroup {

  /** A node that owns some of them; {@code slices} is null until they are there. */
  private static final class Owner {
    final ParametersNode node;
    ActorRef<SliceMessage> slices;

    Owner(ParametersNode node) {
      this.node = node;
    }
  }

  private final RunSettings settings;
  private final ActorContext<Command> context;
  private final ActorRef<RunMessage> run;

  /** Each slice here, or who stands for the slices of a node. */
  private final List<ActorRef<SliceMessage>> members = new ArrayList<>();

  /** By name; empty if the slices are here. */
  private final Map<String, Owner> owners = new LinkedHashMap<>();

  /** Starts of nodes that have lost slices of this run. */
  private final Set<ActorRef<NodeMessage>> lost = new HashSet<>();

  /** By number. */
  private List<ActorRef<SliceMessage>> slices = List.of();

  private final SliceReturns returns = new SliceReturns();

  /** Of the owners. */
  private final OwnerAnswers answers = new OwnerAnswers();

  /** Added since the last step closed. */
  private final Map<String, ActorRef<WorkerMessage>> newcomers = new TreeMap<>();

  private RunKey key;
  private ClosingSteps steps;

  /**
   * @param run to which they report
   */
  SliceGroup(RunSettings settings, ActorContext<Command> context, ActorRef<RunMessage> run) {
    this.settings = settings;
    this.context = context;
    this.run = run;
    key = settings.key();
  }

  /** With the run's first weights. */
  void begin() {
    begin(settings.begin(), settings.begin().position().rollbacks(), settings.slices().take());
  }

  /** Begins anew with other weights; all that is still under way is fenced off. */
  void beginAgain(Checkpoint from, int rollbacks) {
    for (ActorRef<SliceMessage> member : members) {
      context.unwatch(member);
      context.stop(member);
    }
    members.clear();
    owners.clear();
    newcomers.clear();
    answers.begin();
    key = key.nextLineage();
    begin(from, rollbacks, List.of());
  }

  /**
   * @param cut the slices, if they have been cut already
   */
  private void begin(Checkpoint from, int rollbacks, List<SliceStep> cut) {
    List<ParametersNode> nodes =
        settings.hosts().map(hosts -> hosts.nodes().get()).orElse(List.of()).stream()
            .filter(node -> !lost.contains(node.node()))
            .filter(node -> !returns.isStuckAt(from.position().step()))
            .toList();
    if (nodes.isEmpty()) {
      List<SliceStep> parts = cut.isEmpty() ? settings.slicesAt(from, rollbacks) : cut;
      beginHere(parts, settings.slicePlan(parts.size(), rollbacks), from.position().step());
    } else {
      beginThere(nodes, from, rollbacks);
    }
  }

  private void beginHere(List<SliceStep> parts, SlicePlan plan, long step) {
    steps = new ClosingSteps(parts.size(), step);
    for (int slice = 0; slice < parts.size(); slice++) {
      SlicePlace place = settings.places().apply(slice);
      ParameterSlice.Settings own =
          plan.settings(
              key, slice, parts.get(slice), step, run, place.compute(), settings.nanoTime());
      String name = "slice-" + key.lineage() + "-" + slice;
      add(context.spawn(ParameterSlice.create(own), name, place.actor()), slice);
    }
    slices = List.copyOf(members);
    tell(new SliceMessage.MeetPeers(key, slices));
  }

  private void beginThere(List<ParametersNode> nodes, Checkpoint from, int rollbacks) {
    SliceHosts hosts = settings.hosts().orElseThrow();
    List<SliceRange> ranges =
        SlicePlacement.deal(settings.network().length(), hosts.usual(), nodes.size());
    SlicePlan plan = settings.slicePlan(ranges.get(0).of(), rollbacks);
    steps = new ClosingSteps(plan.slices(), from.position().step());
    List<ActorRef<SliceMessage>> bySlice = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      ParametersNode node = nodes.get(i);
      SliceRange range = ranges.get(i);
      owners.put(node.name(), new Owner(node));
      answers.own(node.name(), range);
      RemoteOwner.Settings own =
          new RemoteOwner.Settings(key, settings.definition(), plan, range, node, hosts, run);
      ActorRef<SliceMessage> ref =
          context.spawn(
              RemoteOwner.create(own, from), "owner-" + key.lineage() + "-" + range.from());
      add(ref, range.from());
      bySlice.addAll(Collections.nCopies(range.size(), ref));
    }
    slices = List.copyOf(bySlice);
    context.getLog().info("slices of run={} go to {}", key, owners.keySet());
  }

  private void add(ActorRef<SliceMessage> member, int slice) {
    context.watchWith(member, new TrainingRun.SliceLost(slice));
    members.add(member);
  }

  // --- Owners on other nodes --------------------------------------------------------------------

  /** Whether all slices are where they are to be. */
  boolean areInPlace() {
    return owners.values().stream().allMatch(owner -> owner.slices != null);
  }

  /** Whether other nodes own them. */
  boolean areElsewhere() {
    return !owners.isEmpty();
  }

  /** Of other nodes, by name. */
  Set<String> owners() {
    return Collections.unmodifiableSet(owners.keySet());
  }

  /** An owner's slices are there. */
  void taken(RunMessage.SlicesTaken taken) {
    owners.get(taken.owner()).slices = taken.slices();
    if (areInPlace()) {
      tell(
          new SliceMessage.MeetPeers(
              key, owners.values().stream().map(owner -> owner.slices).toList()));
    }
  }

  /** These starts of nodes get no slices of this run any more. */
  void lose(Collection<String> names) {
    names.forEach(name -> lost.add(owners.get(name).node.node()));
  }

  /**
   * They are to return to the checkpoint of this step. Returns false if they have done so too
   * often: until a lineage begins with a later one they live on this node.
   */
  boolean mayLiveElsewhereFrom(long step) {
    return returns.isAllowedTo(step);
  }

  /** How they answer, and under which names they are awaited. */
  OwnerAnswers answers() {
    return answers;
  }

  // --- All slices -------------------------------------------------------------------------------

  /** Of the lineage. */
  RunKey key() {
    return key;
  }

  int size() {
    return slices.size();
  }

  List<ActorRef<SliceMessage>> refs() {
    return slices;
  }

  /** Their word on each step. */
  ClosingSteps steps() {
    return steps;
  }

  /** All steps before it have closed. */
  long step() {
    return steps.step();
  }

  /** Whether a step has closed since the lineage began: slices know its gradient. */
  boolean haveMoved() {
    return steps.step() > steps.first();
  }

  /** They send this worker their weights, now and after every step. */
  void add(String worker, ActorRef<WorkerMessage> ref) {
    tell(new SliceMessage.AddWorker(key, worker, ref, step()));
    newcomers.put(worker, ref);
  }

  /**
   * A step has closed. A slice that was a step ahead has given newcomers the older weights instead
   * of its newest.
   */
  void catchUp() {
    answers.expectNothing();
    newcomers.forEach((worker, ref) -> tell(new SliceMessage.AddWorker(key, worker, ref, step())));
    newcomers.clear();
  }

  void remove(String worker) {
    newcomers.remove(worker);
    tell(new SliceMessage.RemoveWorker(key, worker));
  }

  /** Each answers the run with {@link RunMessage.ShardsMissing}. */
  void reportMissing() {
    tell(new SliceMessage.ReportMissing(key, step(), run));
  }

  /** Each copies its part and answers the run with {@link RunMessage.SliceRead}. */
  void read(Snapshot into) {
    tell(
        new SliceMessage.ReadSlice(
            key, step(), into.weights(), into.state(), into.gradient(), 0, run));
  }

  private void tell(SliceMessage message) {
    members.forEach(member -> member.tell(message));
  }
}
