package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunEvent;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.wire.BulkTraffic;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A worker that the coordinator has accepted. Belongs to the coordinator; only its connection's
 * traffic, and whether it is idle, are looked at from other threads. Its run says who stands for
 * it.
 */
final class RegisteredWorker {

  private final WorkerHello hello;
  private final ActorRef<WorkerMessage> worker;
  private final ActorRef<NodeMessage> node;
  private final Instant registered;
  private volatile Optional<String> job = Optional.empty();
  private WorkerPace pace = WorkerPace.NONE;
  private volatile Supplier<BulkTraffic> traffic;
  private volatile ActorRef<WorkerMessage> invited;

  RegisteredWorker(
      WorkerHello hello,
      ActorRef<WorkerMessage> worker,
      ActorRef<NodeMessage> node,
      Instant registered) {
    this.hello = hello;
    this.worker = worker;
    this.node = node;
    this.registered = registered;
  }

  String name() {
    return hello.worker();
  }

  ActorRef<WorkerMessage> worker() {
    return worker;
  }

  ActorRef<NodeMessage> node() {
    return node;
  }

  boolean isIdle() {
    return job.isEmpty();
  }

  void assign(String id) {
    job = Optional.of(id);
    pace = WorkerPace.NONE;
  }

  /** Whether it computes for this job. */
  boolean isOf(String id) {
    return job.filter(id::equals).isPresent();
  }

  /** It computes for this job no longer. */
  void release(String id) {
    job = job.filter(current -> !current.equals(id));
  }

  /** In its current job. */
  void measured(RunEvent.WorkerMeasured measured) {
    pace = pace.plus(measured);
  }

  /** Shards that it held in its current job were late. */
  void reissued() {
    pace = pace.plusReissue();
  }

  /** Who stands for it in its current run. */
  void invitedAs(ActorRef<WorkerMessage> ref) {
    invited = ref;
  }

  boolean wasInvitedAs(ActorRef<WorkerMessage> ref) {
    return ref.equals(invited);
  }

  /** Of its connection for the current run. */
  void traffic(Supplier<BulkTraffic> now) {
    traffic = now;
  }

  Optional<BulkTraffic> traffic() {
    return Optional.ofNullable(traffic).map(Supplier::get);
  }

  WorkerView view() {
    Optional<BulkTraffic> now = traffic();
    return new WorkerView(
        hello,
        registered,
        job,
        pace.speed(),
        pace.reissued(),
        now.map(BulkTraffic::bytesReceived).orElse(0L),
        now.map(BulkTraffic::bytesSent).orElse(0L));
  }
}
