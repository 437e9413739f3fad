package dev.yamabiko.coordinator.access;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.ContentHash;
import dev.yamabiko.data.NearestName;
import dev.yamabiko.job.Hocon;
import dev.yamabiko.job.JobException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads a tokens file, HOCON or JSON: {@code tokens}, a list of objects with {@code name}, {@code
 * role} and {@code sha256}. Every failure is a {@link JobException} that says where and what is
 * expected. What is found there it never shows: whoever errs may have written the token itself.
 */
final class TokensFile {

  private static final String LIST = "tokens";
  private static final List<String> KEYS = List.of("name", "role", "sha256");

  private final Path file;
  private final boolean mayBeEmpty;
  private final List<Token> tokens = new ArrayList<>();

  private TokensFile(Path file, boolean mayBeEmpty) {
    this.file = file;
    this.mayBeEmpty = mayBeEmpty;
  }

  static List<Token> read(Path file) {
    return read(new TokensFile(file, false), file);
  }

  /** The same, but the last token may have been taken back. */
  static List<Token> readAgain(Path file) {
    return read(new TokensFile(file, true), file);
  }

  private static List<Token> read(TokensFile reader, Path file) {
    try {
      reader.readAll(Hocon.read(file, "a list of tokens"));
    } catch (JobException e) {
      throw withoutText(e);
    }
    return List.copyOf(reader.tokens);
  }

  /** The parser shows what it has found. */
  private static JobException withoutText(JobException e) {
    int at = e.getMessage().indexOf(Hocon.INVALID);
    return at < 0
        ? e
        : new JobException(
            e.getMessage().substring(0, at + Hocon.INVALID.length())
                + "; expected entries as yamabiko token prints them, never the token");
  }

  private void readAll(Config config) {
    for (String key : config.root().keySet()) {
      if (!key.equals(LIST)) {
        throw new JobException(
            "%s:%d: unknown key; expected %s"
                .formatted(file, config.root().get(key).origin().lineNumber(), LIST));
      }
    }
    ConfigValue list = config.root().get(LIST);
    if (!(list instanceof List<?> entries) || entries.isEmpty() && !mayBeEmpty) {
      throw new JobException(
          file + ": tokens: expected a list of at least one token; yamabiko token makes them");
    }
    for (Object entry : entries) {
      read((ConfigValue) entry, "%s[%d]".formatted(LIST, tokens.size()));
    }
  }

  private void read(ConfigValue value, String place) {
    if (!(value instanceof ConfigObject entry)) {
      throw wrong(value, place, "expected an object with name, role and sha256");
    }
    for (String key : entry.keySet()) {
      if (!KEYS.contains(key)) {
        String hint = NearestName.hint(key, KEYS);
        throw wrong(
            entry.get(key),
            place,
            "unknown key" + (hint.isEmpty() ? "; expected name, role and sha256" : hint));
      }
    }
    String name = text(entry, place, "name");
    if (!Token.isName(name)) {
      throw wrong(entry, place + ".name", "expected %s".formatted(Token.NAME_SYNTAX));
    }
    String role = text(entry, place, "role");
    Token token =
        new Token(
            name,
            Role.of(role)
                .orElseThrow(
                    () ->
                        wrong(
                            entry,
                            place + ".role",
                            "expected one of %s but found something else"
                                .formatted(String.join(", ", Role.texts())))),
            text(entry, place, "sha256"));
    if (!ContentHash.isName(token.sha256())) {
      throw wrong(
          entry,
          place + ".sha256",
          "expected the token's SHA-256 in 64 lower-case hexadecimal digits, never the token");
    }
    for (Token other : tokens) {
      if (other.name().equals(name) || other.sha256().equals(token.sha256())) {
        throw wrong(entry, place, "another token has the same name or the same sha256");
      }
    }
    tokens.add(token);
  }

  private String text(ConfigObject entry, String place, String key) {
    ConfigValue value = entry.get(key);
    if (value == null || value.valueType() != ConfigValueType.STRING) {
      throw wrong(value == null ? entry : value, place + "." + key, "expected a text");
    }
    return (String) value.unwrapped();
  }

  private JobException wrong(ConfigValue value, String place, String problem) {
    return new JobException(
        "%s:%d: %s: %s".formatted(file, value.origin().lineNumber(), place, problem));
  }
}
