package dev.yamabiko.job;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.ExampleSource;
import dev.yamabiko.extension.AugmentationExtension;
import dev.yamabiko.extension.Extension;
import dev.yamabiko.extension.LayerExtension;
import dev.yamabiko.extension.LossExtension;
import dev.yamabiko.extension.OptimizerExtension;
import dev.yamabiko.extension.Options;
import dev.yamabiko.extension.SourceExtension;
import dev.yamabiko.nn.LayerException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The extensions of a JVM: what job files can name beside what is built in. They are a matter of
 * the process, as its class path is; a job is read with those of the process that reads it, and
 * names by content the ones that it was made with.
 */
public final class Extensions {

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,63}");

  private static Extensions ofThisJvm;

  private record Loaded(Extension provider, String sha256) {}

  /** By category and kind, "layer.swish". */
  private final SortedMap<String, Loaded> all = new TreeMap<>();

  private Extensions(ExtensionCode code) {
    try {
      for (ServiceLoader.Provider<Extension> provider : code.providers()) {
        code.requireOnce(provider.type());
        add(provider.get(), code);
      }
    } catch (ServiceConfigurationError e) {
      String what = e.getMessage().replace(Extension.class.getName() + ": ", "");
      String cause = e.getCause() == null ? "" : ": " + e.getCause();
      throw new JobException("extensions: " + what + cause, e);
    } catch (LinkageError e) {
      throw new JobException("extensions: " + e, e);
    }
  }

  /** Those on the class path. */
  public static Extensions ofClassPath() {
    return new Extensions(new ExtensionCode());
  }

  /**
   * Those on the class path and in these places.
   *
   * @param paths jars, directories of jars, and directories of classes, at least one
   * @throws JobException saying which place cannot be used, or which extension, and why
   */
  public static Extensions load(List<Path> paths) {
    return new Extensions(new ExtensionCode(paths));
  }

  /** By which this process reads jobs: those on the class path, unless others have been set. */
  public static synchronized Extensions ofThisJvm() {
    if (ofThisJvm == null) {
      ofThisJvm = ofClassPath();
    }
    return ofThisJvm;
  }

  /** From now on this process reads jobs by these; to be said before it reads any. */
  public static synchronized void use(Extensions extensions) {
    ofThisJvm = extensions;
  }

  private void add(Extension provider, ExtensionCode code) {
    Category category = Category.of(provider);
    String described = ExtensionCode.describe(provider.getClass());
    String kind = asked(described, provider::kind);
    List<String> options = asked(described, provider::options);
    for (String name : listOf(kind, options)) {
      if (name == null || !NAME.matcher(name).matches()) {
        throw new JobException(
            "extensions: %s: expected names of at most 64 lower-case letters, digits and \"-\", beginning with a letter, but found \"%s\""
                .formatted(described, name));
      }
    }
    if (category.isBuiltIn(kind)) {
      throw new JobException(
          "extensions: %s has the name of a built-in %s, \"%s\"; give it another"
              .formatted(described, category.key(), kind));
    }
    Loaded before = all.get(name(category, kind));
    if (before != null) {
      throw new JobException(
          "extensions: %s and %s have one name, %s \"%s\"; leave one of them"
              .formatted(
                  ExtensionCode.describe(before.provider.getClass()),
                  described,
                  category.key(),
                  kind));
    }
    all.put(name(category, kind), new Loaded(provider, code.sha256(provider.getClass())));
  }

  private static List<String> listOf(String kind, List<String> options) {
    List<String> names = new ArrayList<>();
    names.add(kind);
    names.addAll(options == null ? Collections.singletonList(null) : options);
    return names;
  }

  private interface Question<T> {
    T ask();
  }

  private static <T> T asked(String described, Question<T> question) {
    try {
      return question.ask();
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      throw new JobException(
          "extensions: %s threw %s".formatted(described, LayerException.inOneLine(e)), e);
    }
  }

  private static String name(Category category, String kind) {
    return category.key() + "." + kind;
  }

  /** "layer swish" for "layer.swish". */
  static String inWords(String name) {
    return name.replace('.', ' ');
  }

  /** The same with quotes around the kind. */
  static String quoted(String name) {
    return inWords(name).replaceFirst(" ", " \"") + '"';
  }

  /** SHA-256 of each one's content, by category and kind: "layer.swish". */
  public SortedMap<String, String> hashes() {
    SortedMap<String, String> hashes = new TreeMap<>();
    all.forEach((name, loaded) -> hashes.put(name, loaded.sha256));
    return hashes;
  }

  boolean has(Category category, String kind) {
    return all.containsKey(name(category, kind));
  }

  /** The built-in names and then those of extensions. */
  List<String> with(List<String> builtIn, Category category) {
    String prefix = name(category, "");
    List<String> names = new ArrayList<>(builtIn);
    all.keySet().stream()
        .filter(name -> name.startsWith(prefix))
        .forEach(name -> names.add(name.substring(prefix.length())));
    return names;
  }

  /**
   * What an extension makes of its options.
   *
   * @throws JobException at its place in the job: what is wrong with the options, or with the
   *     extension itself
   */
  <T> T make(Category category, Variant variant, Class<T> type) {
    Extension provider = all.get(name(category, variant.name())).provider;
    T made = make(provider, new JobOptions(section(provider, variant), false), variant, type);
    String kind = asked(provider, variant, () -> category.kindOf(made));
    if (!variant.name().equals(kind)) {
      throw wrong(provider, variant, "makes what calls itself \"%s\"".formatted(kind));
    }
    T again = make(provider, new JobOptions(section(provider, variant), false), variant, type);
    if (!asked(provider, variant, () -> made.equals(again))) {
      throw wrong(
          provider,
          variant,
          "makes unlike things of the same options; they must be equal, as records are");
    }
    return made;
  }

  /** The data source that an extension makes of its options. */
  DataSource source(Variant variant) {
    Loaded loaded = all.get(name(Category.SOURCE, variant.name()));
    JobOptions options = new JobOptions(section(loaded.provider, variant), true);
    ExampleSource made = make(loaded.provider, options, variant, ExampleSource.class);
    Map<String, Path> paths = new TreeMap<>(options.files());
    paths.putAll(options.directories());
    // The dataset cache is asked by this text: each spelling of a path would be another entry.
    paths.replaceAll((key, path) -> path.normalize());
    String identity =
        "%s %s %s".formatted(variant.name(), loaded.sha256, variant.options().concise(paths));
    return new DataSource.Extended(
        variant.name(), identity, options.files(), options.directories(), made);
  }

  private static Section section(Extension provider, Variant variant) {
    return variant.section(provider.options().toArray(String[]::new));
  }

  private static <T> T make(
      Extension provider, JobOptions options, Variant variant, Class<T> type) {
    Object made = asked(provider, variant, () -> make(provider, options));
    if (made == null) {
      throw wrong(provider, variant, "makes null");
    }
    return type.cast(made);
  }

  private static Object make(Extension provider, Options options) {
    if (provider instanceof LayerExtension layer) {
      return layer.make(options);
    } else if (provider instanceof LossExtension loss) {
      return loss.make(options);
    } else if (provider instanceof OptimizerExtension optimizer) {
      return optimizer.make(options);
    } else if (provider instanceof AugmentationExtension augmentation) {
      return augmentation.make(options);
    }
    return ((SourceExtension) provider).make(options);
  }

  private static <T> T asked(Extension provider, Variant variant, Question<T> question) {
    try {
      return question.ask();
    } catch (JobException e) {
      throw e;
    } catch (RuntimeException | StackOverflowError | AssertionError | LinkageError e) {
      throw new JobException(
          "%s: the extension %s threw %s"
              .formatted(
                  variant.options().place(),
                  ExtensionCode.describe(provider.getClass()),
                  LayerException.inOneLine(e)),
          e);
    }
  }

  private static JobException wrong(Extension provider, Variant variant, String what) {
    return variant
        .options()
        .error("the extension %s %s".formatted(ExtensionCode.describe(provider.getClass()), what));
  }

  /** The first extension that a job was made with and that has other content here, if any has. */
  public Optional<ExtensionDifference> difference(Job job) {
    return difference(job, category -> true);
  }

  /** The same of those that decide what a trained model says: its layers and its loss. */
  public Optional<ExtensionDifference> differenceInModel(Job job) {
    return difference(job, Set.of(Category.LAYER.key(), Category.LOSS.key())::contains);
  }

  private Optional<ExtensionDifference> difference(Job job, Predicate<String> categories) {
    for (Map.Entry<String, String> made : job.extensions().entrySet()) {
      String name = made.getKey();
      Loaded here = all.get(name);
      String expected = made.getValue();
      if (!categories.test(name.substring(0, name.indexOf('.')))
          || here != null && expected.equals(here.sha256)) {
        continue;
      }
      String place = job.places().of(ExtensionPins.KEY + "." + name);
      return Optional.of(
          here == null
              ? ExtensionDifference.missing(place, name, expected)
              : new ExtensionDifference(
                  place,
                  name,
                  expected,
                  here.sha256,
                  ExtensionCode.describe(here.provider.getClass())));
    }
    return Optional.empty();
  }
}
