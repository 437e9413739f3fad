package dev.yamabiko.job;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigResolveOptions;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Reads a file that names data: one data source as a job file has it, such as {@code idx { images =
 * ..., labels = ... }}, alone or in {@code data { ... }}. A whole job file will do too: of it,
 * {@code data.validation} counts if it is a source of its own, else {@code data.train}. Every
 * failure is a {@link JobException}.
 */
public final class DataFile {

  /** What a builtin's seed is where none is given, as in a job. */
  private static final long SEED = 1;

  /** Settings may give what a substitution lacks. */
  private static final ConfigResolveOptions AS_FAR_AS_IT_GOES =
      ConfigResolveOptions.defaults().setAllowUnresolved(true);

  private DataFile() {}

  /**
   * The data source in this file, all of whose files are there.
   *
   * @param file paths in it are relative to its folder; messages name it as it is given here
   * @param settings KEY=VALUE each, later ones over earlier ones
   * @param workingDirectory what paths in settings are relative to
   * @param notices hears what people should know of the source
   */
  public static DataSource read(
      Path file, List<String> settings, Path workingDirectory, Consumer<String> notices) {
    String text = JobText.read(file);
    Sources sources = new Sources(file.toAbsolutePath().getParent(), workingDirectory);
    Hocon hocon = new Hocon(sources);
    String origin = file.toString();
    try {
      ConfigObject written = hocon.parse(text, origin, new Includes(hocon, file, text, null));
      if (written.isEmpty()) {
        throw new JobException(origin + ": expected a data source but the file is empty");
      }
      Form form = form(written);
      ConfigObject set = new Settings(hocon, sources, form.variants()).apply(written, settings);
      Node root = Node.root(sources, hocon.resolve(set, true, origin), origin);
      return form == Form.JOB ? ofJob(root, origin, notices) : plain(root, form);
    } catch (StackOverflowError e) {
      throw new JobException(file + ": objects and lists are nested too deeply", e);
    }
  }

  /** What settings exchange depends on it; a substitution may stand for all of the data. */
  private static Form form(ConfigObject written) {
    try {
      return Form.of(written.toConfig().resolve(AS_FAR_AS_IT_GOES).root());
    } catch (ConfigException e) {
      return Form.SOURCE; // what is wrong is said once settings are in
    }
  }

  private enum Form {
    SOURCE,
    DATA,
    JOB;

    private static final Set<String> KEYS_OF_JOBS = Set.of("train", "validation", "split");

    static Form of(ConfigObject written) {
      if (!(written.get("data") instanceof ConfigObject data)) {
        return written.containsKey("data") ? DATA : SOURCE;
      }
      return Collections.disjoint(data.keySet(), KEYS_OF_JOBS) ? DATA : JOB;
    }

    /** Where settings exchange one variant for another. */
    Variants variants() {
      return switch (this) {
        case SOURCE -> Variants.at(List.of(), DataParser.sourceNames());
        case DATA -> Variants.at(List.of("data"), DataParser.sourceNames());
        case JOB -> Variants.ofJob();
      };
    }
  }

  private static DataSource plain(Node root, Form form) {
    Node node = form == Form.DATA ? root.section("data").at("data") : root;
    DataSource source = DataParser.source(node.variant(DataParser.sourceNames()), SEED);
    JobChecks.files(Places.of(root), node.key(), source);
    return source;
  }

  private static DataSource ofJob(Node root, String origin, Consumer<String> notices) {
    Node seed = root.child("seed");
    long jobSeed = seed.given() ? seed.whole(0, Long.MAX_VALUE) : SEED;
    DataSpec data = DataParser.parse(root.child("data"), jobSeed);
    boolean own = data.validation().orElse(null) instanceof DataSpec.Validation.Source;
    DataSource source =
        own ? ((DataSpec.Validation.Source) data.validation().get()).source() : data.train();
    JobChecks.files(Places.of(root), own ? "data.validation" : "data.train", source);
    if (!own && data.validation().isPresent()) {
      notices.accept(
          origin
              + ": data.validation.fraction does not count here: all of data.train is measured,"
              + " with the examples that the job trains on");
    }
    return source;
  }
}
