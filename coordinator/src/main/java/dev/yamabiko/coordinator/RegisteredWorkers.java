package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.NodeMessage;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The workers that a coordinator has accepted, in the order in which they came. */
final class RegisteredWorkers {

  private final Map<String, RegisteredWorker> byName = new LinkedHashMap<>();

  void add(RegisteredWorker worker) {
    byName.put(worker.name(), worker);
  }

  void remove(String name) {
    byName.remove(name);
  }

  Optional<RegisteredWorker> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** The one of this name, if it is the same start of it. */
  Optional<RegisteredWorker> find(String name, ActorRef<NodeMessage> node) {
    return find(name).filter(known -> known.node().equals(node));
  }

  /** The one of this name, if it is another start of it. */
  Optional<RegisteredWorker> otherStart(String name, ActorRef<NodeMessage> node) {
    return find(name).filter(known -> !known.node().equals(node));
  }

  /** Of one that is here. */
  RegisteredWorker get(String name) {
    return byName.get(name);
  }

  /** What a run says of a worker may come after that has gone to another one. */
  Optional<RegisteredWorker> inJob(String name, JobEntry entry) {
    return find(name).filter(known -> known.isOf(entry.id()));
  }

  Collection<RegisteredWorker> all() {
    return byName.values();
  }

  int size() {
    return byName.size();
  }

  /** Names of those that have nothing to do. */
  List<String> idle() {
    return all().stream().filter(RegisteredWorker::isIdle).map(RegisteredWorker::name).toList();
  }

  /** Nobody computes for this job any more. */
  void release(String job) {
    all().forEach(worker -> worker.release(job));
  }
}
