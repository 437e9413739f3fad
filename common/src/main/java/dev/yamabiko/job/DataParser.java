package dev.yamabiko.job;

import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSpec;
import dev.yamabiko.data.DataSpec.Split;
import dev.yamabiko.data.DataSpec.Storage;
import dev.yamabiko.data.DataSpec.Validation;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code data { train, validation, split, storage }}. */
final class DataParser {
  static final List<String> SOURCES = List.of("builtin", "idx", "csv", "npy");
  static final List<String> VALIDATION = List.of("builtin", "idx", "csv", "npy", "fraction");
  private static final List<String> BUILTIN = List.of("digits", "spirals", "sine");

  private DataParser() {}

  static DataSpec parse(Node node, long seed) {
    Section data = node.section("train", "validation", "split", "storage");
    DataSource train = source(data.at("train").variant(SOURCES), seed);
    Optional<Validation> validation = Optional.empty();
    if (data.at("validation").given()) {
      validation = Optional.of(validation(data.at("validation").variant(VALIDATION), seed));
    }
    Optional<Split> split = Optional.ofNullable(data.at("split").oneOf(Split.class, null));
    boolean cut = validation.isPresent() && validation.get() instanceof Validation.Fraction;
    if (split.isPresent() && !cut) {
      throw data.at("split").error("there is nothing to split without data.validation.fraction");
    }
    return new DataSpec(
        train, validation, split, data.at("storage").oneOf(Storage.class, Storage.AUTO));
  }

  /** Validation examples of a builtin are other ones than the training examples. */
  private static Validation validation(Variant variant, long seed) {
    return variant.name().equals("fraction")
        ? new Validation.Fraction(variant.options().number(Interval.BETWEEN))
        : new Validation.Source(source(variant, seed + 1));
  }

  private static DataSource source(Variant variant, long seed) {
    return switch (variant.name()) {
      case "builtin" -> builtin(variant, seed);
      case "idx" -> {
        Section options = variant.section("images", "labels");
        yield new DataSource.Idx(options.at("images").path(), options.at("labels").path());
      }
      case "npy" -> npy(variant);
      default -> CsvParser.parse(variant);
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
        scale.given() ? scale.number(Interval.POSITIVE) : 1);
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
    addFiles("data.train", data.train(), files);
    if (data.validation().orElse(null) instanceof Validation.Source validation) {
      addFiles("data.validation", validation.source(), files);
    }
    return files;
  }

  private static void addFiles(String key, DataSource source, Map<String, Path> files) {
    if (source instanceof DataSource.Idx idx) {
      files.put(key + ".idx.images", idx.images());
      files.put(key + ".idx.labels", idx.labels());
    } else if (source instanceof DataSource.Npy npy) {
      files.put(key + ".npy.inputs", npy.inputs());
      npy.labels().ifPresent(labels -> files.put(key + ".npy.labels", labels));
      npy.targets().ifPresent(targets -> files.put(key + ".npy.targets", targets));
    } else if (source instanceof DataSource.Csv csv) {
      files.put(key + ".csv.path", csv.path());
    }
  }
}
