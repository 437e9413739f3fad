package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import dev.yamabiko.model.Checkpoint;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.OwnerMessage;
import dev.yamabiko.protocol.Results;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.slices.PiecesOnly;
import dev.yamabiko.slices.SliceOwner;
import dev.yamabiko.slices.SlicePieces;
import dev.yamabiko.slices.SlicePlan;
import dev.yamabiko.wire.BulkClient;
import dev.yamabiko.wire.BulkException;
import dev.yamabiko.wire.BulkLink;
import dev.yamabiko.wire.BulkToken;
import dev.yamabiko.wire.Contact;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Stands on the coordinator's node for the slices that another node owns, during one lineage. What
 * the run tells its slices goes on; their copies for a checkpoint are fetched from there.
 *
 * <p>An owner that is lost (its node ended, cannot be reached, or says that it has failed) is told
 * to the run, once, and this one ends.
 */
final class RemoteOwner extends AbstractBehavior<RemoteOwner.Command> {

  sealed interface Command {}

  private record FromRun(SliceMessage message) implements Command {}

  private record FromOwner(OwnerEvent event) implements Command {}

  private record Fetched(SliceMessage.ReadSlice read, int slice) implements Command {}

  private record Look() implements Command {}

  private record Lost(String why) implements Command {}

  /** What it stands for. */
  record Settings(
      RunKey key,
      RunDefinition definition,
      SlicePlan plan,
      SliceRange slices,
      ParametersNode node,
      SliceHosts hosts,
      ActorRef<RunMessage> run) {}

  private static final Duration LOOK = Duration.ofMillis(250);

  private final Settings settings;
  private final RunKey key;
  private final ParametersNode node;
  private final Map<String, WireVolume.Link> traffic = new HashMap<>();

  /** Gives the beginning of the slices, until these are there. */
  private final BulkLink beginning;

  /** Null once they are; read by network threads. */
  private volatile Checkpoint from;

  // Once the slices are there.
  private ActorRef<OwnerMessage> owner;
  private ActorRef<SliceMessage> slices;
  private BulkClient pieces;

  private SliceMessage.ReadSlice read;
  private final BitSet unread = new BitSet();

  /**
   * @param from what the lineage begins with
   */
  static Behavior<SliceMessage> create(Settings settings, Checkpoint from) {
    return Behaviors.transformMessages(
        SliceMessage.class,
        Behaviors.<Command>setup(
            context ->
                Behaviors.withTimers(timers -> new RemoteOwner(context, timers, settings, from))),
        wrap -> wrap.match(SliceMessage.class, FromRun::new));
  }

  private RemoteOwner(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Settings settings,
      Checkpoint from) {
    super(context);
    context.setLoggerName(RemoteOwner.class);
    this.from = from;
    this.settings = settings;
    key = settings.key();
    node = settings.node();
    context.watchWith(node.node(), new Lost("was lost"));
    timers.startTimerWithFixedDelay(new Look(), LOOK);
    String token = BulkToken.random();
    SliceHosts hosts = settings.hosts();
    beginning = hosts.bulk().admit(SlicePieces.key(key), node.name(), token, new Beginning());
    node.node()
        .tell(
            new NodeMessage.OwnSlices(
                key,
                settings.definition(),
                settings.slices(),
                from.position().step(),
                settings.plan().rollbacks(),
                settings.plan().plan().examples(),
                settings.plan().network().inputShape().dimensions(),
                hosts.bulkHost(),
                hosts.bulk().port(),
                token,
                settings.run(),
                context.messageAdapter(OwnerEvent.class, FromOwner::new)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FromRun.class, this::onFromRun)
        .onMessage(FromOwner.class, this::onFromOwner)
        .onMessage(Fetched.class, this::onFetched)
        .onMessage(Look.class, look -> onLook())
        .onMessage(Lost.class, this::onLost)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onFromRun(FromRun command) {
    SliceMessage message = command.message();
    if (owner == null) {
      getContext().getLog().debug("no slices yet run={} message={}", key, message);
    } else if (message instanceof SliceMessage.AddWorker add) {
      settings
          .hosts()
          .workers()
          .apply(add.worker())
          .ifPresent(
              at -> owner.tell(new OwnerMessage.AdmitWorker(key, add.worker(), at, add.open())));
    } else if (message instanceof SliceMessage.ReadSlice wanted) {
      read = wanted;
      unread.set(settings.slices().from(), settings.slices().to());
      owner.tell(
          new OwnerMessage.StageSlices(
              key, wanted.step(), wanted.state().length > 0, wanted.gradient().isPresent()));
    } else if (!(message instanceof SliceMessage.Contribute)) {
      slices.tell(message);
    }
    return this;
  }

  private Behavior<Command> onFromOwner(FromOwner command) {
    OwnerEvent event = command.event();
    if (!event.key().equals(key)) {
      getContext().getLog().debug("refused run={} of={}", event.key(), key);
    } else if (event instanceof OwnerEvent.SlicesTaken taken) {
      onSlicesTaken(taken);
    } else if (event instanceof OwnerEvent.SliceStaged staged) {
      onSliceStaged(staged);
    } else if (event instanceof OwnerEvent.WorkerTraffic now) {
      onWorkerTraffic(now);
    } else if (event instanceof OwnerEvent.OwnerFailed failed) {
      return onLost(new Lost("owns its slices no more: " + failed.cause()));
    } else {
      throw new IllegalStateException("no handler for " + event.getClass());
    }
    return this;
  }

  private void onSlicesTaken(OwnerEvent.SlicesTaken taken) {
    if (owner != null) {
      return;
    }
    owner = taken.owner();
    slices = taken.slices();
    beginning.close();
    from = null;
    pieces =
        BulkClient.open(
            node.bulkHost(),
            node.bulkPort(),
            taken.token(),
            SlicePieces.key(key),
            SliceOwner.READER,
            new Pieces(getContext().getSelf()),
            settings.hosts().bulk().settings());
    settings.run().tell(new RunMessage.SlicesTaken(key, node.name(), slices));
  }

  private void onSliceStaged(OwnerEvent.SliceStaged staged) {
    SliceMessage.ReadSlice wanted = read;
    if (wanted == null || wanted.step() != staged.step()) {
      return;
    }
    int slice = staged.slice();
    BulkClient from = pieces;
    Results.toSelf(
        getContext(),
        CompletableFuture.runAsync(() -> fetch(from, wanted, slice), settings.hosts().fetching()),
        (done, failure) ->
            failure == null ? new Fetched(wanted, slice) : new Lost(reason(failure)));
  }

  private void fetch(BulkClient from, SliceMessage.ReadSlice wanted, int slice) {
    try {
      SlicePieces.of(wanted, settings.plan().from(slice), length(slice))
          .fetch(from, SlicePieces.staged(wanted.step(), slice));
    } catch (BulkException e) {
      throw new CompletionException(e);
    }
  }

  /** Elements of a slice. */
  private int length(int slice) {
    return settings.plan().from(slice + 1) - settings.plan().from(slice);
  }

  private static String reason(Throwable failure) {
    Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    return "does not give its weights: " + cause.getMessage();
  }

  private Behavior<Command> onFetched(Fetched fetched) {
    if (fetched.read() == read && unread.get(fetched.slice())) {
      unread.clear(fetched.slice());
      int from = settings.plan().from(fetched.slice());
      read.replyTo().tell(new RunMessage.SliceRead(key, read.step(), fetched.slice(), from));
      if (unread.isEmpty()) {
        owner.tell(new OwnerMessage.DropStaged(key, read.step()));
      }
    }
    return this;
  }

  /** Contributions come to all owners; steps are counted by one. */
  private void onWorkerTraffic(OwnerEvent.WorkerTraffic now) {
    long steps = settings.slices().from() == 0 ? now.steps() : 0;
    traffic
        .computeIfAbsent(now.worker(), settings.hosts().wire()::link)
        .counted(now.received(), now.sent(), steps);
  }

  private Behavior<Command> onLook() {
    return Contact.isLost(getContext().getSystem(), node.node().path().address())
        ? onLost(new Lost("cannot be reached"))
        : this;
  }

  private Behavior<Command> onLost(Lost lost) {
    settings.run().tell(new RunMessage.OwnerLost(key, node.name(), lost.why()));
    return Behaviors.stopped();
  }

  /** However it comes to the end: the owner must not stay in a lineage that is over. */
  private Behavior<Command> onPostStop(PostStop signal) {
    beginning.close();
    if (pieces != null) {
      pieces.close();
    }
    node.node().tell(new NodeMessage.DropSlices(key));
    return this;
  }

  /** On network threads. */
  private final class Beginning implements BulkLink.Receiver {

    @Override
    public void contributed(SliceMessage.Contribute contribution) {}

    @Override
    public ByteBuffer datasetBlock(String name, int index) {
      SliceRange range = settings.slices();
      Checkpoint checkpoint = from;
      for (int slice = range.from(); slice < range.to(); slice++) {
        if (checkpoint != null && name.equals(SlicePieces.beginning(slice))) {
          return SlicePieces.of(checkpoint, settings.plan().from(slice), length(slice)).read(index);
        }
      }
      return null;
    }

    @Override
    public void connected() {}

    @Override
    public void disconnected(String cause) {}
  }

  /** A killed owner is known so before the failure detector has missed it. */
  private static final class Pieces extends PiecesOnly {

    private final ActorRef<Command> self;

    Pieces(ActorRef<Command> self) {
      this.self = self;
    }

    @Override
    public void deserted(String cause) {
      self.tell(new Lost("has ended: " + cause));
    }

    @Override
    public void refused(String reason) {
      self.tell(new Lost("has given up its slices"));
    }
  }
}
