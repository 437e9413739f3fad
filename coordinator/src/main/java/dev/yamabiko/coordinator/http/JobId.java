package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.OneLine;
import java.util.regex.Pattern;

/** What an id of a job looks like; whatever else a URL holds never reaches a file name. */
final class JobId {

  /** A job's name, and a number. */
  private static final Pattern SYNTAX =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}-\\d{1,15}");

  private static final int SHOWN = 80;

  private JobId() {}

  /**
   * @throws ProblemException if no job can have it
   */
  static String checked(String id) {
    if (!SYNTAX.matcher(id).matches()) {
      throw unknown(id).exception();
    }
    return id;
  }

  static Problem unknown(String id) {
    return Problem.notFound("there is no job " + OneLine.marked(OneLine.cut(id, SHOWN)));
  }
}
