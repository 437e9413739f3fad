package dev.yamabiko.coordinator;

import akka.actor.typed.ActorRef;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.wire.BulkServer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What a run needs in order to have its slices on other nodes.
 *
 * @param nodes that slices can live on now; from any thread
 * @param usual how many slices the run has, if there are no more nodes
 * @param bulk gives owners the beginning of their slices
 * @param workers where a worker's node is told of its connection to an owner; from any thread
 * @param wire counts what goes over these connections
 * @param fetching what a checkpoint needs; may block
 */
record SliceHosts(
    Supplier<List<ParametersNode>> nodes,
    int usual,
    BulkServer bulk,
    String bulkHost,
    Function<String, Optional<ActorRef<NodeMessage>>> workers,
    WireVolume wire,
    Executor fetching) {}
