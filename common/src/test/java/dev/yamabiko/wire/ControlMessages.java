package dev.yamabiko.wire;

import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.WorkerMessage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which messages cross nodes as control messages. */
final class ControlMessages {

  /**
   * Those that do not. Weights have the bulk plane; a run joins its worker through the worker's
   * node; slices, run and the run's observer live in one actor system, and its owner cancels it.
   */
  static final Set<Class<?>> LOCAL =
      Set.of(
          WorkerMessage.JoinRun.class,
          WorkerMessage.InstallWeights.class,
          RunMessage.SliceUpdated.class,
          RunMessage.WorkersDisagree.class,
          RunMessage.SliceFailed.class,
          RunMessage.ShardsMissing.class,
          RunMessage.SliceRead.class,
          RunMessage.CheckpointKept.class,
          RunMessage.OfferWorker.class,
          RunMessage.WorkerLeaving.class,
          RunMessage.WorkerConnected.class,
          RunMessage.WorkerDisconnected.class,
          RunMessage.CancelRun.class);

  private ControlMessages() {}

  /** Every message of the four protocols, by name. */
  static List<Class<?>> all() {
    return Stream.of(
            CoordinatorMessage.class, NodeMessage.class, WorkerMessage.class, RunMessage.class)
        .flatMap(protocol -> Arrays.stream(protocol.getPermittedSubclasses()))
        .<Class<?>>map(type -> type)
        .sorted(Comparator.comparing(Class::getName))
        .toList();
  }

  static List<Class<?>> travelling() {
    return all().stream().filter(type -> !LOCAL.contains(type)).toList();
  }
}
