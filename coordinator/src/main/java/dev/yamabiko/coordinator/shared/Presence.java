package dev.yamabiko.coordinator.shared;

import dev.yamabiko.data.blocks.ContentLocks;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.CanonicalJson;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The coordinator nodes that use a data directory, so that they find each other: each has a file in
 * {@code nodes} with its addresses, and holds a lock as long as its process lives. Who is gone
 * without a goodbye is noticed by the lock, at once.
 */
public final class Presence implements Closeable {

  private static final String ALL = "nodes";

  /**
   * A node that has said where it is.
   *
   * @param number in the order in which nodes came
   * @param control "HOST:PORT" of control messages
   * @param uid of the node's actor system
   * @param http address of its API
   */
  public record Node(long number, String control, long uid, String http) {

    private String json() {
      return CanonicalJson.of(
          Map.of("number", number, "control", control, "uid", Long.toString(uid), "http", http));
    }

    private static Optional<Node> parse(String text) {
      try {
        Map<String, Object> json = CanonicalJson.object(text);
        return Optional.of(
            new Node(
                ((Number) json.get("number")).longValue(),
                (String) json.get("control"),
                Long.parseLong((String) json.get("uid")),
                (String) json.get("http")));
      } catch (IllegalArgumentException | ClassCastException | NullPointerException e) {
        return Optional.empty();
      }
    }
  }

  /**
   * Who else is there.
   *
   * @param silent whether there are others which have not said yet where they are
   * @param first whether this node came before all others
   * @param gone ended without a goodbye; told once
   */
  public record Roll(List<Node> others, boolean silent, boolean first, List<Node> gone) {
    public boolean isAlone() {
      return others.isEmpty() && !silent;
    }
  }

  private final Path nodes;
  private final ContentLocks locks;
  private final long number;
  private final Path file;
  private final ContentLocks.Hold alive;
  private volatile boolean announced;

  private Presence(Path nodes, ContentLocks locks, long number, Path file) throws IOException {
    this.nodes = nodes;
    this.locks = locks;
    this.number = number;
    this.file = file;
    alive = locks.own(lock(file));
  }

  /** Enters a directory, which exists. */
  public static Presence enter(Path data) throws IOException {
    Path nodes = Files.createDirectories(data.resolve(ALL));
    ContentLocks locks = ContentLocks.of(data);
    return locks.alone(
        ALL,
        () -> {
          long number = files(nodes).stream().mapToLong(Presence::number).max().orElse(0) + 1;
          String id = UUID.randomUUID().toString().substring(0, 8);
          Path file = nodes.resolve(number + "-" + id);
          Presence presence = new Presence(nodes, locks, number, file);
          Files.createFile(file);
          return presence;
        });
  }

  /** Unlike that of any other node, also of an earlier or later one at the same address. */
  public String id() {
    return file.getFileName().toString();
  }

  /** Tells the others where this node is. */
  public void announce(String control, long uid, String http) throws IOException {
    Node node = new Node(number, control, uid, http);
    AtomicFile.write(file, part -> Files.writeString(part, node.json() + "\n"));
    announced = true;
  }

  public boolean isAnnounced() {
    return announced;
  }

  /** Forgets those that have gone. */
  public Roll roll() throws IOException {
    return locks.alone(ALL, this::read);
  }

  private Roll read() throws IOException {
    List<Node> others = new ArrayList<>();
    List<Node> gone = new ArrayList<>();
    boolean silent = false;
    boolean first = true;
    for (Path other : files(nodes)) {
      if (other.equals(file)) {
        continue;
      }
      Optional<Node> node = Node.parse(Files.readString(other));
      if (!isAlive(locks, other)) {
        node.ifPresent(gone::add);
        Files.delete(other);
        continue;
      }
      first &= number < number(other);
      silent |= node.isEmpty();
      node.ifPresent(others::add);
    }
    return new Roll(List.copyOf(others), silent, first, List.copyOf(gone));
  }

  /** Whether the process of this node lives, as far as its lock tells. */
  static boolean isAlive(Path data, String id) throws IOException {
    return isAlive(ContentLocks.of(data), data.resolve(ALL).resolve(id));
  }

  private static boolean isAlive(ContentLocks locks, Path file) throws IOException {
    Optional<ContentLocks.Hold> hold = locks.tryOwn(lock(file));
    if (hold.isPresent()) {
      hold.get().close();
    }
    return hold.isEmpty();
  }

  private static String lock(Path file) {
    return "node " + file.getFileName();
  }

  private static long number(Path file) {
    return Long.parseLong(file.getFileName().toString().replaceFirst("-.*", ""));
  }

  private static List<Path> files(Path nodes) throws IOException {
    try (Stream<Path> all = Files.list(nodes)) {
      return all.filter(path -> path.getFileName().toString().matches("\\d{1,18}-[0-9a-f]{8}"))
          .sorted(Comparator.comparingLong(Presence::number))
          .toList();
    }
  }

  /** Says goodbye. */
  @Override
  public void close() throws IOException {
    locks.alone(ALL, () -> Files.deleteIfExists(file));
    alive.close();
  }
}
