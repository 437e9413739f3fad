package dev.yamabiko.job;

import com.typesafe.config.ConfigObject;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import java.nio.file.Path;
import java.util.List;

/**
 * Reads a file that names data: one data source as a job file has it, such as {@code idx { images =
 * ..., labels = ... }}, alone or in {@code data { ... }}. A whole job file will do too: of it,
 * {@code data.validation} counts if it is a source of its own, else {@code data.train}. Every
 * failure is a {@link JobException}.
 */
public final class DataFile {

  /** What a builtin's seed is where none is given, as in a job. */
  private static final long SEED = 1;

  private DataFile() {}

  /**
   * The data source in this file, all of whose files are there.
   *
   * @param file paths in it are relative to its folder; messages name it as it is given here
   * @param settings KEY=VALUE each, later ones over earlier ones
   * @param workingDirectory what paths in settings are relative to
   */
  public static DataSource read(Path file, List<String> settings, Path workingDirectory) {
    String text = JobText.read(file);
    Sources sources = new Sources(file.toAbsolutePath().getParent(), workingDirectory);
    Hocon hocon = new Hocon(sources);
    try {
      ConfigObject written =
          hocon.parse(text, file.toString(), new Includes(hocon, file, text, null));
      ConfigObject set =
          Settings.ofData(hocon, sources, written.containsKey("data")).apply(written, settings);
      Node root = Node.root(sources, hocon.resolve(set, true, file.toString()), file.toString());
      DataSource source = source(root);
      checkFiles(root, source);
      return source;
    } catch (StackOverflowError e) {
      throw new JobException(file + ": objects and lists are nested too deeply", e);
    }
  }

  private static DataSource source(Node root) {
    List<String> keys = root.children().stream().map(Node::name).toList();
    if (!keys.contains("data")) {
      return DataParser.source(root.variant(DataParser.SOURCES), SEED);
    }
    Node data = root.child("data");
    boolean isJob = data.hasChild("train") || data.hasChild("validation");
    if (!isJob) {
      root.section("data");
      return DataParser.source(data.variant(DataParser.SOURCES), SEED);
    }
    Node seed = root.child("seed");
    DataSpec spec = DataParser.parse(data, seed.given() ? seed.whole(0, Long.MAX_VALUE) : SEED);
    return spec.validation().orElse(null) instanceof DataSpec.Validation.Source validation
        ? validation.source()
        : spec.train();
  }

  private static void checkFiles(Node root, DataSource source) {
    Places places = Places.of(root);
  }
}
