package dev.yamabiko.job;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.DataSpec.Split;
import dev.yamabiko.data.DataSpec.Storage;
import dev.yamabiko.data.DataSpec.Validation;
import dev.yamabiko.extension.Interval;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** {@code data { train, validation, split, augment, storage }}. */
final class DataParser {
  private static final List<String> SOURCES = List.of("builtin", "idx", "csv", "images", "npy");
  static final List<String> VALIDATION =
      List.of("builtin", "idx", "csv", "images", "npy", "fraction");
  private static final List<String> BUILTIN = List.of("digits", "spirals", "sine");

  private DataParser() {}

  static List<String> sourceNames() {
    return Extensions.ofThisJvm().with(SOURCES, Category.SOURCE);
  }

  static List<String> validationNames() {
    return Extensions.ofThisJvm().with(VALIDATION, Category.SOURCE);
  }

  static DataSpec parse(Node node, long seed) {
    Section data = node.section("train", "validation", "split", "augment", "storage");
    DataSource train = source(data.at("train").variant(sourceNames()), seed);
    Optional<Validation> validation = Optional.empty();
    if (data.at("validation").given()) {
      Variant variant = data.at("validation").variant(validationNames());
      validation = Optional.of(validation(variant, besides(train, seed)));
    }
    Optional<Split> split = Optional.ofNullable(data.at("split").oneOf(Split.class, null));
    boolean cut = validation.isPresent() && validation.get() instanceof Validation.Fraction;
    if (split.isPresent() && !cut) {
      throw data.at("split").error("there is nothing to split without data.validation.fraction");
    }
    return new DataSpec(
        train,
        validation,
        split,
        AugmentParser.parse(data.at("augment")),
        data.at("storage").oneOf(Storage.class, Storage.AUTO));
  }

  /** A seed for other examples than the training examples. */
  private static long besides(DataSource train, long seed) {
    long next = seed + 1 & Long.MAX_VALUE;
    boolean taken = train instanceof DataSource.Builtin builtin && builtin.seed() == next;
    return taken ? next + 1 & Long.MAX_VALUE : next;
  }

  private static Validation validation(Variant variant, long seed) {
    return variant.name().equals("fraction")
        ? new Validation.Fraction(variant.options().number(Interval.BETWEEN))
        : new Validation.Source(source(variant, seed));
  }

  static DataSource source(Variant variant, long seed) {
    return switch (variant.name()) {
      case "builtin" -> builtin(variant, seed);
      case "idx" -> {
        Section options = variant.section("images", "labels");
        yield new DataSource.Idx(options.at("images").path(), options.at("labels").path());
      }
      case "images" -> ImagesParser.parse(variant);
      case "npy" -> npy(variant);
      case "csv" -> CsvParser.parse(variant);
      default -> Extensions.ofThisJvm().source(variant);
    };
  }

  private static DataSource npy(Variant variant) {
    Section options = variant.section("inputs", "labels", "targets", "scale");
    Path inputs = options.at("inputs").path();
    Node labels = options.at("labels");
    Node targets = options.at("targets");
    if (labels.given() == targets.given()) {
      throw (labels.given() ? labels : options.node())
          .error(
              "expected targets (numbers) or labels (classes) but found "
                  + (labels.given() ? "both" : "neither"));
    }
    Node scale = options.at("scale");
    return new DataSource.Npy(
        inputs,
        labels.given() ? Optional.of(labels.path()) : Optional.empty(),
        targets.given() ? Optional.of(targets.path()) : Optional.empty(),
        scale.given()
            ? OptionalDouble.of(scale.number(Interval.POSITIVE))
            : OptionalDouble.empty());
  }

  private static DataSource builtin(Variant variant, long seed) {
    Section options = variant.section("name", "examples", "seed");
    Node own = options.at("seed");
    return new DataSource.Builtin(
        options.at("name").oneOf(BUILTIN),
        options.at("examples").integer(1),
        own.given() ? own.whole(0, Long.MAX_VALUE) : seed);
  }

  /** Every file that the data comes from, by the key that names it. */
  static Map<String, Path> files(DataSpec data) {
    Map<String, Path> files = new LinkedHashMap<>();
    sources(data).forEach((key, source) -> files.putAll(files(key, source)));
    return files;
  }

  /** Every directory that the data comes from, by the key that names it. */
  static Map<String, Path> directories(DataSpec data) {
    Map<String, Path> directories = new LinkedHashMap<>();
    sources(data).forEach((key, source) -> directories.putAll(directories(key, source)));
    return directories;
  }

  /** The data's sources, by the key at which each is written. */
  static Map<String, DataSource> sources(DataSpec data) {
    Map<String, DataSource> sources = new LinkedHashMap<>();
    sources.put("data.train", data.train());
    if (data.validation().orElse(null) instanceof Validation.Source validation) {
      sources.put("data.validation", validation.source());
    }
    return sources;
  }

  /**
   * Every file of one source.
   *
   * @param key at which the source is written; empty at the top of a file
   */
  static Map<String, Path> files(String key, DataSource source) {
    Map<String, Path> files = new LinkedHashMap<>();
    String at = key.isEmpty() ? "" : key + ".";
    if (source instanceof DataSource.Idx idx) {
      files.put(at + "idx.images", idx.images());
      files.put(at + "idx.labels", idx.labels());
    } else if (source instanceof DataSource.Npy npy) {
      files.put(at + "npy.inputs", npy.inputs());
      npy.labels().ifPresent(labels -> files.put(at + "npy.labels", labels));
      npy.targets().ifPresent(targets -> files.put(at + "npy.targets", targets));
    } else if (source instanceof DataSource.Csv csv) {
      files.put(at + "csv.path", csv.path());
    } else if (source instanceof DataSource.Extended extended) {
      extended.files().forEach((name, path) -> files.put(at + extended.kind() + "." + name, path));
    }
    return files;
  }

  /** Every directory of one source, in the same way. */
  static Map<String, Path> directories(String key, DataSource source) {
    String at = key.isEmpty() ? "" : key + ".";
    Map<String, Path> directories = new LinkedHashMap<>();
    if (source instanceof DataSource.Images images) {
      directories.put(at + "images.directory", images.directory());
    } else if (source instanceof DataSource.Extended extended) {
      extended
          .directories()
          .forEach((name, path) -> directories.put(at + extended.kind() + "." + name, path));
    }
    return directories;
  }
}
