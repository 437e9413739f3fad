package dev.yamabiko.cli.doctor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What a check has found.
 *
 * @param check what it looked at
 * @param advice what to do; empty if nothing
 */
public record Finding(String check, Result result, String found, String advice) {

  /** From good to bad. */
  public enum Result {
    OK(0),
    /** A node works, but worse than it could, or not for long. */
    WARNING(0),
    /** The coordinator, or a part of it, cannot be reached from here. */
    UNREACHABLE(1),
    /** A node would not start here, or be refused. */
    PROBLEM(2);

    private final int exitCode;

    Result(int exitCode) {
      this.exitCode = exitCode;
    }

    /** Of the command, where this is the worst that it has found. */
    public int exitCode() {
      return exitCode;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding ok(String check, String found) {
    return new Finding(check, Result.OK, found, "");
  }

  static Finding warning(String check, String found, String advice) {
    return new Finding(check, Result.WARNING, found, advice);
  }

  static Finding unreachable(String check, String found, String advice) {
    return new Finding(check, Result.UNREACHABLE, found, advice);
  }

  static Finding problem(String check, String found, String advice) {
    return new Finding(check, Result.PROBLEM, found, advice);
  }

  /** One line for people. */
  public String line() {
    return "%-11s  %-12s  %s%s"
        .formatted(result, check, found, advice.isEmpty() ? "" : "; " + advice);
  }

  /** For JSON. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("check", check);
    fields.put("result", result.toString());
    fields.put("found", found);
    fields.put("advice", advice.isEmpty() ? null : advice);
    return fields;
  }
}
