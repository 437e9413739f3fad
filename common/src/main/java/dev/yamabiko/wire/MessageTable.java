package dev.yamabiko.wire;

import akka.actor.typed.ActorRef;
import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.serializers.DefaultSerializers.EnumSerializer;
import com.esotericsoftware.kryo.serializers.OptionalSerializers.OptionalSerializer;
import dev.yamabiko.data.blocks.DatasetRef;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.DataPart;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.OwnerMessage;
import dev.yamabiko.protocol.RunDefinition;
import dev.yamabiko.protocol.RunKey;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.SliceRange;
import dev.yamabiko.protocol.StepTiming;
import dev.yamabiko.protocol.WorkerHello;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.protocol.WorkerTiming;
import dev.yamabiko.step.Block;
import dev.yamabiko.step.ClassTally;
import dev.yamabiko.step.ErrorTally;
import dev.yamabiko.step.Measures;
import dev.yamabiko.step.Statistics;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The numbers under which messages travel. Append-only: a number once used keeps its class and its
 * layout, or the protocol version rises. Whoever sends what the other side has no number for is a
 * bug that the handshake (see {@link #difference}) keeps from happening.
 */
public final class MessageTable {

  /** Of the meaning of all messages; both sides must have the same. */
  public static final int PROTOCOL_VERSION = 6;

  /** Kryo's own numbers for primitives and strings end before this one. */
  private static final int FIRST = 20;

  /** Lists stand for every implementation; they are read as immutable ones. */
  private static final List<Class<?>> CLASSES =
      List.of(
          // How versions find out that they differ.
          WorkerHello.class,
          CoordinatorMessage.RegisterWorker.class,
          NodeMessage.WorkerRefused.class,
          ActorRef.class,
          List.class,
          // What messages are made of.
          Optional.class,
          RunKey.class,
          RunDefinition.class,
          Block.class,
          Statistics.class,
          DataPart.class,
          DatasetRef.class,
          // Coordinator and node.
          CoordinatorMessage.WorkerLeaving.class,
          NodeMessage.WorkerAccepted.class,
          NodeMessage.EnlistWorker.class,
          NodeMessage.DismissWorker.class,
          // Training run and worker.
          WorkerMessage.TakeLease.class,
          WorkerMessage.PauseLease.class,
          WorkerMessage.Evaluate.class,
          WorkerMessage.LeaveRun.class,
          RunMessage.WorkerReady.class,
          RunMessage.PartEvaluated.class,
          RunMessage.LeasePaused.class,
          RunMessage.WorkerFailed.class,
          RunMessage.Diverged.class,
          WorkerMessage.ComputeBlocks.class,
          WorkerMessage.Probe.class,
          RunMessage.SpeedMeasured.class,
          RunMessage.ProbeAnswered.class,
          // Slices that live on nodes of their own.
          double[].class,
          SliceRange.class,
          CoordinatorMessage.RegisterParameters.class,
          CoordinatorMessage.ParametersLeaving.class,
          NodeMessage.ConnectSlices.class,
          NodeMessage.OwnSlices.class,
          NodeMessage.DropSlices.class,
          OwnerMessage.AdmitWorker.class,
          OwnerMessage.StageSlices.class,
          OwnerMessage.DropStaged.class,
          OwnerEvent.SlicesTaken.class,
          OwnerEvent.SliceStaged.class,
          OwnerEvent.OwnerFailed.class,
          OwnerEvent.WorkerTraffic.class,
          SliceMessage.RemoveWorker.class,
          SliceMessage.ShareNorm.class,
          SliceMessage.MeetPeers.class,
          SliceMessage.ReportMissing.class,
          RunMessage.SliceUpdated.class,
          RunMessage.ShardsMissing.class,
          RunMessage.SliceFailed.class,
          RunMessage.WorkersDisagree.class,
          RunMessage.WorkerConnected.class,
          RunMessage.WorkerDisconnected.class,
          // How long steps take.
          StepTiming.class,
          WorkerTiming.class,
          // All metrics of validation data.
          long[].class,
          float[].class,
          ClassTally.class,
          ErrorTally.class,
          Measures.class,
          RunMessage.PartMeasured.class);

  private MessageTable() {}

  /** One line for each number: number, name, and the components of a record with their types. */
  public static List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < CLASSES.size(); i++) {
      lines.add((FIRST + i) + " " + layout(CLASSES.get(i)));
    }
    return lines;
  }

  private static String layout(Class<?> type) {
    if (type.isEnum()) {
      return type.getName() + Arrays.toString(type.getEnumConstants());
    }
    if (!type.isRecord()) {
      return type.getName();
    }
    return Arrays.stream(type.getRecordComponents())
        .map(MessageTable::component)
        .collect(Collectors.joining(", ", type.getName() + "(", ")"));
  }

  private static String component(RecordComponent component) {
    return component.getGenericType().getTypeName() + " " + component.getName();
  }

  /**
   * Why nodes with these tables cannot work together; empty if they can: same version, and one
   * table the beginning of the other.
   */
  public static Optional<String> difference(
      int version, List<String> table, int otherVersion, List<String> otherTable) {
    if (version != otherVersion) {
      return Optional.of(
          "protocol version %d here, %d there; run the same version of yamabiko on all nodes"
              .formatted(version, otherVersion));
    }
    int common = Math.min(table.size(), otherTable.size());
    for (int i = 0; i < common; i++) {
      if (!table.get(i).equals(otherTable.get(i))) {
        return Optional.of(
            "message table differs: \"%s\" here, \"%s\" there; run the same version of yamabiko on all nodes"
                .formatted(table.get(i), otherTable.get(i)));
      }
    }
    return Optional.empty();
  }

  /** Registers everything; nothing else can be read or written. */
  static void register(Kryo kryo, Serializer<?> actorRefs) {
    for (int i = 0; i < CLASSES.size(); i++) {
      Class<?> type = CLASSES.get(i);
      kryo.register(type, serializer(type, actorRefs), FIRST + i);
    }
  }

  /** Whether it travels by itself; all else is part of a message. */
  static boolean isMessage(Object read) {
    return read instanceof CoordinatorMessage
        || read instanceof NodeMessage
        || read instanceof WorkerMessage
        || read instanceof RunMessage
        || read instanceof SliceMessage
        || read instanceof OwnerMessage
        || read instanceof OwnerEvent;
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static Serializer<?> serializer(Class<?> type, Serializer<?> actorRefs) {
    if (type == ActorRef.class) {
      return actorRefs;
    } else if (type == List.class) {
      return new ListSerializer();
    } else if (type == Optional.class) {
      return new OptionalSerializer();
    } else if (type == double[].class) {
      return ArraySerializer.DOUBLES;
    } else if (type == long[].class) {
      return ArraySerializer.LONGS;
    } else if (type == float[].class) {
      return ArraySerializer.FLOATS;
    } else if (type.isEnum()) {
      return new EnumSerializer((Class) type);
    }
    return new MessageRecordSerializer(type);
  }
}
