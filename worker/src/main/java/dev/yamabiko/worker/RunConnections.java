package dev.yamabiko.worker;

import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.wire.BulkClient;
import java.util.ArrayList;
import java.util.List;

/**
 * A worker's bulk connections in one run: to the coordinator, and to each node that owns slices.
 * Thread-safe.
 */
final class RunConnections implements AutoCloseable {

  private record Owner(int fromSlice, int toSlice, String token, BulkClient connection) {}

  private final BulkClient coordinator;
  private final List<Owner> owners = new ArrayList<>();

  RunConnections(BulkClient coordinator) {
    this.coordinator = coordinator;
  }

  /** To whoever owns its slice. */
  void send(SliceMessage.Contribute contribution) {
    to(contribution.slice()).send(contribution);
  }

  private synchronized BulkClient to(int slice) {
    return owners.stream()
        .filter(owner -> owner.fromSlice() <= slice && slice < owner.toSlice())
        .map(Owner::connection)
        .findFirst()
        .orElse(coordinator);
  }

  /** Whether the connection with this token is there. */
  synchronized boolean isOwner(String token) {
    return owners.stream().anyMatch(owner -> owner.token().equals(token));
  }

  /** Of one that has these slices already, this is a new start of the connection. */
  synchronized void addOwner(int fromSlice, int toSlice, String token, BulkClient connection) {
    owners.removeIf(
        owner -> {
          boolean same = owner.fromSlice() == fromSlice;
          if (same) {
            owner.connection().close();
          }
          return same;
        });
    owners.add(new Owner(fromSlice, toSlice, token, connection));
  }

  /** The lineage is over that they belong to. */
  synchronized void dropOwners() {
    owners.forEach(owner -> owner.connection().close());
    owners.clear();
  }

  @Override
  public void close() {
    dropOwners();
    coordinator.close();
  }
}
