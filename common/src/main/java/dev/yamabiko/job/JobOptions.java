package dev.yamabiko.job;

import dev.yamabiko.extension.Interval;
import dev.yamabiko.extension.Options;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The options of an extension at their place in a job, and which files it has asked for. */
final class JobOptions implements Options {

  private final Section section;
  private final boolean mayNameFiles;
  private final Map<String, Path> files = new LinkedHashMap<>();
  private final Map<String, Path> directories = new LinkedHashMap<>();

  JobOptions(Section section, boolean mayNameFiles) {
    this.section = section;
    this.mayNameFiles = mayNameFiles;
  }

  /** Those that have been asked for, by key. */
  Map<String, Path> files() {
    return files;
  }

  Map<String, Path> directories() {
    return directories;
  }

  @Override
  public boolean given(String key) {
    return section.at(key).given();
  }

  @Override
  public int integer(String key, int least) {
    return section.at(key).integer(least);
  }

  @Override
  public int integer(String key, int least, int otherwise) {
    return section.at(key).integer(least, otherwise);
  }

  @Override
  public long whole(String key, long least, long most) {
    return section.at(key).whole(least, most);
  }

  @Override
  public double number(String key, Interval interval) {
    return section.at(key).number(interval);
  }

  @Override
  public double number(String key, Interval interval, double otherwise) {
    return section.at(key).number(interval, otherwise);
  }

  @Override
  public float single(String key, Interval interval) {
    Node node = section.at(key);
    if (!node.given()) {
      throw node.expected(interval.text());
    }
    return node.single(interval, 0);
  }

  @Override
  public float single(String key, Interval interval, float otherwise) {
    return section.at(key).single(interval, otherwise);
  }

  @Override
  public boolean flag(String key, boolean otherwise) {
    return section.at(key).flag(otherwise);
  }

  @Override
  public String text(String key) {
    return section.at(key).text("a text");
  }

  @Override
  public String text(String key, String otherwise) {
    return given(key) ? text(key) : otherwise;
  }

  @Override
  public String oneOf(String key, List<String> words) {
    return section.at(key).oneOf(words);
  }

  @Override
  public List<Double> numbers(String key, Interval interval) {
    return section.at(key).items("a list of numbers").stream()
        .map(item -> item.number(interval))
        .toList();
  }

  @Override
  public List<String> texts(String key) {
    return section.at(key).items("a list of texts").stream()
        .map(item -> item.text("a text"))
        .toList();
  }

  @Override
  public Path file(String key) {
    return named(key, "the path of a file", files);
  }

  @Override
  public Path directory(String key) {
    return named(key, "the path of a directory", directories);
  }

  private Path named(String key, String what, Map<String, Path> among) {
    if (!mayNameFiles) {
      throw new UnsupportedOperationException("only data sources may name files");
    }
    Path path = section.at(key).path(what);
    among.put(key, path);
    return path;
  }

  @Override
  public RuntimeException error(String key, String message) {
    return section.at(key).error(message);
  }
}
