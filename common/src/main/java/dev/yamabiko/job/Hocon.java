package dev.yamabiko.job;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigUtil;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The HOCON library as jobs use it: known sources, and errors in one line without its noise. */
public final class Hocon {
  /** Stands between where and why in messages about what cannot be parsed. */
  public static final String INVALID = "not valid HOCON";

  private static final Pattern HINT = Pattern.compile(" \\((if you|use quoted|you can double).*");

  /** What Config says before the token that it did not expect, and what it could have said. */
  private record Complaint(Pattern pattern, String expected) {
    static Complaint of(String beginning, String expected) {
      // After the token Config may say why it is one, or of which kind it is.
      String token = "(?<found>.*?)(?: \\((?<reason>[^a-z]*+[a-z].*)\\)| \\([A-Z]+\\))?$";
      return new Complaint(Pattern.compile(beginning + token), expected);
    }
  }

  private static final List<Complaint> COMPLAINTS =
      List.of(
          Complaint.of("Expecting a value but got wrong token: ", "a value"),
          Complaint.of("expecting a close parentheses '\\)' here, not: ", "a key or '}'"),
          Complaint.of("Expecting close brace } or a comma, got ", "',', '}' or a line end"),
          Complaint.of("Expecting end of input or a comma, got ", "',' or a line end"),
          Complaint.of("List should have .*, instead had token: ", "a value, ',' or ']' in a list"),
          Complaint.of(
              "Key (?<key>'.*') may not be followed by token: ",
              "'=', ':' or '{' after key ${key}"),
          Complaint.of(
              "Token not allowed in path expression: ",
              "letters and digits, or double quotes around others,"));

  /** Config shows what it has found, be it most of a file; what it says about that comes last. */
  private static final int MOST_CHARACTERS = 1000;

  /** Config's time grows with the square of a key's length. */
  static final int LONGEST_KEY = 1000;

  private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{[^}]*}");

  private final Sources sources;

  Hocon(Sources sources) {
    this.sources = sources;
  }

  /** Parses a file's text; substitutions stay. */
  ConfigObject parse(String text, String origin, ConfigIncluder includer) {
    return parseAs(sources.addFile(origin), text, origin, includer);
  }

  /** Parses a text whose origin is already known by this token. */
  ConfigObject parseAs(String token, String text, String origin, ConfigIncluder includer) {
    ParsingCost.of(text).requireLittle(origin);
    ConfigParseOptions options =
        ConfigParseOptions.defaults()
            .setSyntax(ConfigSyntax.CONF)
            .setOriginDescription(token)
            .setIncluder(includer);
    try {
      return ConfigFactory.parseString(text, options).root();
    } catch (ConfigException e) {
      throw invalid(e, origin);
    }
  }

  /** Replaces every substitution by its value. */
  ConfigObject resolve(ConfigObject job, boolean environment, String origin) {
    return resolve(job, job, environment, origin);
  }

  /** The same of a part of the job; what the part does not name need not have a value. */
  ConfigObject resolve(ConfigObject part, ConfigObject job, boolean environment, String origin) {
    ConfigResolveOptions options =
        ConfigResolveOptions.defaults().setUseSystemEnvironment(environment);
    try {
      Config resolved = part.toConfig().resolveWith(job.toConfig(), options);
      return resolved.root();
    } catch (ConfigException.UnresolvedSubstitution e) {
      throw unresolved(e, environment, origin);
    } catch (ConfigException e) {
      throw invalid(e, origin);
    }
  }

  /**
   * The parts of a key.
   *
   * @param error of why a text is none
   */
  static List<String> path(String key, Function<String, JobException> error) {
    if (key.length() > LONGEST_KEY) {
      throw error.apply(
          "not a key: expected at most %d characters but found %d"
              .formatted(LONGEST_KEY, key.length()));
    }
    try {
      return ConfigUtil.splitPath(key);
    } catch (ConfigException e) {
      throw error.apply("not a key: " + plain(e.getMessage()));
    }
  }

  private String where(ConfigException e, String origin) {
    return e.origin() == null ? origin : sources.where(e.origin()).orElse(origin);
  }

  private JobException unresolved(ConfigException e, boolean environment, String origin) {
    Matcher m = SUBSTITUTION.matcher(e.getMessage());
    String name = m.find() ? m.group() : "a substitution";
    String problem =
        e.getMessage().contains("cycle")
            ? " refers to itself"
            : environment
                ? " is neither a key of this job nor an environment variable"
                : " is not a key of this job, and environment variables are not read here";
    return new JobException(where(e, origin) + ": " + name + problem, e);
  }

  private JobException invalid(ConfigException e, String origin) {
    return new JobException(where(e, origin) + ": " + INVALID + ": " + plain(e.getMessage()), e);
  }

  /**
   * A file of settings, with its substitutions replaced.
   *
   * @param what is expected, as "a configuration"
   * @throws JobException if there is no such file, it is too large for one, would keep its reader
   *     busy, or is none
   */
  public static Config read(Path file, String what) {
    requireRegular(file, what);
    // Config reads anything by itself, and shows its user what it is.
    String text = JobText.read(file, what);
    ConfigParseOptions options =
        ConfigParseOptions.defaults()
            .setSyntax(ConfigSyntax.CONF)
            .setIncluder(new SettingsIncludes(file, text));
    try {
      return ConfigFactory.parseFile(file.toFile(), options).resolve();
    } catch (ConfigException e) {
      throw error(e, file.toString());
    } catch (StackOverflowError e) {
      throw JobFile.tooDeep(file.toString(), e);
    }
  }

  /** Refuses a pipe, whose reader may wait for ever. */
  static void requireRegular(Path file, String what) {
    if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
      throw new JobException("%s: expected %s but found no regular file".formatted(file, what));
    }
  }

  /**
   * What is wrong with a file that Config has read by itself, in the form of a job file's messages.
   *
   * @param file as messages name it
   */
  public static JobException error(ConfigException e, String file) {
    String message = e.getMessage();
    if (e.origin() == null) {
      return new JobException(file + ": " + INVALID + ": " + plain(message), e);
    }
    String origin = e.origin().description() + ": ";
    String text = message.startsWith(origin) ? message.substring(origin.length()) : message;
    int line = e.origin().lineNumber();
    return new JobException(
        "%s%s: %s: %s".formatted(file, line > 0 ? ":" + line : "", INVALID, plain(text)), e);
  }

  /** Config's message without origin, hints and class names, in one line. */
  static String plain(String message) {
    // Patterns may look at all that follows each character.
    String text =
        Words.shortened(Sources.withoutOrigin(message).replaceAll("\\s+", " "), MOST_CHARACTERS);
    if (text.endsWith("has type LIST rather than object at file root")) {
      return "expected keys and values but found a list";
    }
    text = text.replaceFirst("^path parameter: Invalid path '.*?': ", "");
    text = HINT.matcher(text).replaceFirst("");
    if (text.startsWith("Cannot concatenate object or list")) {
      return "an object or a list is beside another value; is a comma or a line end missing?";
    }
    for (Complaint complaint : COMPLAINTS) {
      Matcher m = complaint.pattern().matcher(text);
      if (m.matches()) {
        return m.group("reason") != null
            ? m.group("reason")
            : m.replaceFirst("expected " + complaint.expected() + " but found ${found}");
      }
    }
    return text;
  }
}
