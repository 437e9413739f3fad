package dev.yamabiko.extension;

import java.nio.file.Path;
import java.util.List;

/**
 * The options of one extension as a job has them. Whatever is asked for is what it promises to be,
 * or the job is refused with its file, line and key, what was expected and what was found; nothing
 * is converted silently. Without {@code otherwise} the key must be there.
 *
 * <p>Every key is one of {@link Extension#options}.
 */
public interface Options {

  /** Whether the job has this key. */
  boolean given(String key);

  /** An integer of at least {@code least}. */
  int integer(String key, int least);

  int integer(String key, int least, int otherwise);

  /** An integer from {@code least} to {@code most}, such as a seed. */
  long whole(String key, long least, long most);

  double number(String key, Interval interval);

  double number(String key, Interval interval, double otherwise);

  /** The nearest float, which has to lie in the interval too. */
  float single(String key, Interval interval);

  float single(String key, Interval interval, float otherwise);

  /** {@code true} or {@code false}. */
  boolean flag(String key, boolean otherwise);

  /** A text that is not empty. */
  String text(String key);

  String text(String key, String otherwise);

  /** One of these words. */
  String oneOf(String key, List<String> words);

  /** A list of at least one number. */
  List<Double> numbers(String key, Interval interval);

  /** A list of at least one text. */
  List<String> texts(String key);

  /**
   * A file that is there by the time that it is read, as an absolute path. {@code submit} brings it
   * to the coordinator. For data sources alone: only they are read in one place.
   */
  Path file(String key);

  /** A directory, in the same way with all that is in it. */
  Path directory(String key);

  /**
   * What is wrong with a key, to be thrown; the message begins with file, line and key.
   *
   * @param message what was expected and what was found
   */
  RuntimeException error(String key, String message);
}
