package dev.yamabiko.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Test fixture: a JVM of its own that loads data, or uses a cache until it is told to end. */
final class OtherProcess implements AutoCloseable {

  private static final int MINUTES = 2;

  private final Process process;
  private final BufferedReader out;

  private OtherProcess(Process process) {
    this.process = process;
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  /**
   * @param flags of the JVM
   */
  static OtherProcess start(List<String> flags, String... arguments) throws IOException {
    return start(List.of(), flags, arguments);
  }

  /** With file sizes limited by the shell, in KiB. */
  static OtherProcess startWithSmallFiles(int kibibytes, String... arguments) throws IOException {
    return start(
        List.of("bash", "-c", "ulimit -f " + kibibytes + "; exec \"$@\"", "bash"),
        List.of(),
        arguments);
  }

  private static OtherProcess start(List<String> shell, List<String> flags, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(shell);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(
        List.of("-cp", System.getProperty("java.class.path"), OtherProcess.class.getName()));
    command.addAll(List.of(arguments));
    return new OtherProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  /** The next line of its output. */
  String line() throws IOException {
    return out.readLine();
  }

  /** All that is left of its output, once it has ended. */
  String rest() throws Exception {
    StringBuilder rest = new StringBuilder();
    for (String line = line(); line != null; line = line()) {
      rest.append(line).append('\n');
    }
    if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
      throw new IllegalStateException("no end after its output: " + rest);
    }
    return rest.toString().strip();
  }

  @Override
  public void close() {
    kill();
  }

  /** As by kill -9; it is gone when this returns. */
  void kill() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] arguments) throws IOException {
    switch (arguments[0]) {
      case "hash" ->
          hash(
              DataSpec.Storage.valueOf(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]));
      case "use" -> use(Path.of(arguments[1]), Path.of(arguments[2]), false);
      case "write" -> use(Path.of(arguments[1]), Path.of(arguments[2]), true);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  /** A table whose first column is the target. */
  static DataSpec table(Path file) {
    return new DataSpec(
        Csv.at(file)
            .targets(0)
            .normalize(DataSource.Normalization.STANDARD, DataSource.Normalization.STANDARD)
            .source(),
        Optional.of(new DataSpec.Validation.Fraction(0.2)),
        Optional.empty());
  }

  private static void hash(DataSpec.Storage storage, Path file, Path cache) {
    DatasetCache disk =
        new DatasetCache(
            cache, Segments.MAPPED_BITS, new CacheRoom.Limits(p -> Long.MAX_VALUE, p -> 1L << 40));
    DataStore store =
        new DataStore(
            storage,
            Runtime.getRuntime().maxMemory(),
            disk,
            Segments.HEAP_BITS,
            Segments.MAPPED_BITS);
    try {
      LoadedData data = DataLoader.load(table(file), 1, store);
      System.out.println(DatasetHash.sha256(data.train(), data.validation()));
    } catch (DataException e) {
      System.out.println(e.getMessage());
    }
  }

  /** Holds the entry "a", or what is written of it, until killed or told to end. */
  private static void use(Path cache, Path source, boolean unfinished) throws IOException {
    DatasetCache.Entry entry =
        Stores.cache(cache)
            .open(
                "a",
                List.of(source),
                0,
                out -> {
                  out.write(new byte[4000]);
                  if (unfinished) {
                    System.out.println("writing");
                    System.in.read();
                  }
                  return 1;
                });
    System.out.println("using " + Files.size(entry.file()));
    System.in.read();
    System.out.println(entry.segments().length());
  }
}
