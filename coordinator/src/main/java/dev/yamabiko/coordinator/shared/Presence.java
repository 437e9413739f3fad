package dev.yamabiko.coordinator.shared;

import dev.yamabiko.data.blocks.ContentLocks;
import dev.yamabiko.model.AtomicFile;
import dev.yamabiko.model.CanonicalJson;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * The coordinator nodes that use a data directory, so that they find each other: each has a file in
 * {@code nodes} with its addresses, and holds a lock as long as its process lives. Who is gone
 * without a goodbye is noticed by the lock, at once. Nobody waits for another one's lock here,
 * which a process that was stopped would hold.
 */
public final class Presence implements Closeable {

  private static final String ALL = "nodes";

  /** For all others to see that a node has died, before its file is deleted. */
  private static final Duration MOURNING = Duration.ofSeconds(30);

  /** A holder that has not renewed its lease for that long leads nobody. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** In which nodes came; two that came at once, in any order that they agree on. */
  private static final Comparator<Path> ORDER =
      Comparator.comparingLong(Presence::number).thenComparing(Path::getFileName);

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
   * @param gone ended without a goodbye; told for a while, and to everybody
   * @param leader one of the others that holds a lease and renews it
   */
  public record Roll(
      List<Node> others, boolean silent, boolean first, List<Node> gone, Optional<Node> leader) {
    public boolean isAlone() {
      return others.isEmpty() && !silent;
    }
  }

  private final Path nodes;
  private final Path leases;
  private final ContentLocks locks;
  private final long number;
  private final Path file;
  private final ContentLocks.Hold alive;
  private final Map<Path, Long> dead = new HashMap<>();
  private final Map<Path, LeaseWatch> watches = new HashMap<>();
  private volatile boolean announced;

  private Presence(Path data, Path nodes, long number) throws IOException {
    this.nodes = nodes;
    leases = data.resolve(FileLease.DIRECTORY);
    locks = ContentLocks.of(data);
    this.number = number;
    file = nodes.resolve(number + "-" + UUID.randomUUID().toString().substring(0, 8));
    // Whoever sees the file finds the lock held.
    alive = locks.own(lock(file));
    Files.createFile(file);
  }

  /** Enters a directory, which exists. */
  public static Presence enter(Path data) throws IOException {
    Path nodes = Files.createDirectories(data.resolve(ALL));
    long last = files(nodes).stream().mapToLong(Presence::number).max().orElse(0);
    return new Presence(data, nodes, last + 1);
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

  /** Forgets those that have been gone for a while; one caller at a time. */
  public Roll roll() throws IOException {
    return roll(System.nanoTime());
  }

  /**
   * @param nanos now, by {@link System#nanoTime}
   */
  Roll roll(long nanos) throws IOException {
    List<Node> others = new ArrayList<>();
    List<Node> gone = new ArrayList<>();
    boolean silent = false;
    boolean first = true;
    Optional<Node> leader = Optional.empty();
    Set<String> leading = leading(nanos);
    List<Path> all = files(nodes);
    dead.keySet().retainAll(all);
    for (Path other : all) {
      if (other.equals(file)) {
        continue;
      }
      boolean died = isDead(other, nanos);
      Optional<String> text = textOf(other);
      if (text.isEmpty()) {
        continue; // it has said goodbye in this moment, or is forgotten
      }
      Optional<Node> node = Node.parse(text.get());
      if (died) {
        node.ifPresent(gone::add);
        continue;
      }
      first &= ORDER.compare(file, other) < 0;
      silent |= node.isEmpty();
      node.ifPresent(others::add);
      if (leading.contains(other.getFileName().toString())) {
        leader = leader.or(() -> node);
      }
    }
    return new Roll(List.copyOf(others), silent, first, List.copyOf(gone), leader);
  }

  private static Optional<String> textOf(Path node) throws IOException {
    try {
      return Optional.of(Files.readString(node));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  /** A node that has died does not come back: the next one of its address has another name. */
  private boolean isDead(Path other, long nanos) throws IOException {
    if (!dead.containsKey(other)) {
      if (isAlive(locks, other)) {
        return false;
      }
      dead.put(other, nanos);
    }
    if (nanos - dead.get(other) >= MOURNING.toNanos()) {
      Files.deleteIfExists(other);
    }
    return true;
  }

  /** Ids of those that hold a lease and renew it, as far as this node has seen. */
  private Set<String> leading(long nanos) throws IOException {
    Set<String> leading = new HashSet<>();
    for (Path lease : entries(leases)) {
      LeaseRecord seen = LeaseRecord.read(lease);
      LeaseWatch watch = watches.computeIfAbsent(lease, any -> new LeaseWatch(SILENCE));
      if (!watch.hasExpired(seen, nanos)) {
        leading.add(seen.owner());
      }
    }
    return leading;
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
    return entries(nodes).stream()
        .filter(path -> path.getFileName().toString().matches("\\d{1,18}-[0-9a-f]{8}"))
        .sorted(ORDER)
        .toList();
  }

  private static List<Path> entries(Path directory) throws IOException {
    if (Files.notExists(directory)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(directory)) {
      return all.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** Says goodbye: first the file, so that nobody takes this for a death. */
  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    alive.close();
  }
}
