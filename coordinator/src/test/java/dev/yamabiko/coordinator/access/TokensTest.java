package dev.yamabiko.coordinator.access;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.job.JobException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokensTest {

  private static final String HASH = "ab".repeat(32);

  @TempDir private Path directory;
  private final AtomicLong nanoTime = new AtomicLong();

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("tokens.conf"), text);
  }

  private Path write(Token... tokens) throws IOException {
    return write(
        List.of(tokens).stream()
            .map(Token::entry)
            .collect(Collectors.joining(",\n  ", "tokens = [\n  ", "\n]\n")));
  }

  @Test
  void shouldKnowATokenByItsHashAlone() throws IOException {
    String ci = Token.random();
    String admin = Token.random();
    assertNotEquals(ci, admin);
    Token entry = Token.of("ci", Role.SUBMIT, ci);
    Path file = write(entry, Token.of("root", Role.ADMIN, admin));
    assertFalse(Files.readString(file).contains(ci));
    Tokens tokens = Tokens.of(file);
    assertEquals(Optional.of(entry), tokens.find(ci));
    assertEquals(Role.ADMIN, tokens.find(admin).orElseThrow().role());
    assertEquals(Optional.empty(), tokens.find(entry.sha256()));
    assertEquals(Optional.empty(), tokens.find(""));
  }

  @Test
  void shouldReadJson() throws IOException {
    Path file =
        write(
            "{\"tokens\": [{\"name\": \"a\", \"role\": \"read\", \"sha256\": \"%s\"}]}"
                .formatted(Token.of("a", Role.READ, "t").sha256()));
    assertEquals(Role.READ, Tokens.of(file).find("t").orElseThrow().role());
  }

  /** What has been taken back is unknown within a second; a file that is wrong changes nothing. */
  @Test
  void shouldReadTheFileAgainWhenItHasChanged() throws IOException {
    Token old = Token.of("old", Role.ADMIN, "old");
    Tokens tokens = Tokens.of(write(old), nanoTime::get);
    write(Token.of("new", Role.READ, "new-one"));
    old = tokens.find("old").orElseThrow();
    assertTrue(tokens.holds(old));
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertFalse(tokens.holds(old));
    assertEquals(Optional.empty(), tokens.find("old"));
    assertEquals(Role.READ, tokens.find("new-one").orElseThrow().role());
    write("tokens = [ nonsense ]");
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertTrue(tokens.find("new-one").isPresent());
    Files.delete(directory.resolve("tokens.conf"));
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertTrue(tokens.find("new-one").isPresent());
  }

  @Test
  void shouldKnowNobodyOnceTheLastTokenIsTakenBack() throws IOException {
    Tokens tokens = Tokens.of(write(Token.of("last", Role.ADMIN, "last")), nanoTime::get);
    write("tokens = []");
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertEquals(Optional.empty(), tokens.find("last"));
    write("");
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertEquals(Optional.empty(), tokens.find("last"));
    write(Token.of("last", Role.ADMIN, "last"));
    nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertTrue(tokens.find("last").isPresent());
  }

  /** What was opened with it before stays closed. */
  @Test
  void shouldTakeATokenThatIsPutBackForAnotherOne() throws IOException {
    Token kept = Token.of("kept", Role.READ, "kept");
    Token gone = Token.of("gone", Role.READ, "gone");
    Tokens tokens = Tokens.of(write(kept, gone), nanoTime::get);
    Token stays = tokens.find("kept").orElseThrow();
    Token before = tokens.find("gone").orElseThrow();
    for (List<Token> now : List.of(List.of(kept), List.of(gone, kept))) {
      write(now.toArray(Token[]::new));
      nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(1));
      tokens.look();
    }
    assertTrue(tokens.holds(stays));
    assertFalse(tokens.holds(before));
    assertTrue(tokens.holds(tokens.find("gone").orElseThrow()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tokens = []|: tokens: expected a list of at least one token",
        "yamabiko_secret = 1|:1: unknown key; expected tokens",
        "yamabiko_secret.x = 1|:1: unknown key; expected tokens",
        "tokens = ${yamabiko_secret}|:1: not valid HOCON; expected entries",
        "include \"yamabiko_secret\"|: tokens: expected a list",
        "tokens = yamabiko_secret|: tokens: expected a list",
        "tokens = [ yamabiko_secret ]|:1: tokens[0]: expected an object",
        "tokens = [ { yamabiko_secret = a } ]|:1: tokens[0]: unknown key; expected name, role and sha256",
        "tokens = [ { name = yamabiko_secret/ } ]|:1: tokens[0].name: expected at most 64",
        "tokens = [ { name = a, role = yamabiko_secret } ]|:1: tokens[0].role: expected one of read",
        "tokens = [ a ]|:1: tokens[0]: expected an object with name, role and sha256",
        "tokens = [ {|:1: not valid HOCON; expected entries as yamabiko token prints them, never",
        "yamabiko_secret|:1: not valid HOCON; expected entries",
        "tokens = [ { name = a, rule = read } ]|:1: tokens[0]: unknown key; did you mean \"role\"?",
        "tokens = [ { role = read } ]|:1: tokens[0].name: expected a text",
        "tokens = [ { name = \"a b\", role = read, sha256 = HASH } ]|:1: tokens[0].name: expected at most 64",
        "tokens = [ { name = a, role = owner, sha256 = HASH } ]|:1: tokens[0].role: expected one of read, submit, admin but found something else",
        "tokens = [ { name = a, role = read, sha256 = yamabiko_secret } ]|:1: tokens[0].sha256: expected the token's SHA-256",
        "tokens = [ { name = a, role = read, sha256 = HASH }, { name = b, role = read, sha256 = HASH } ]|:1: tokens[1]: another token"
      })
  void shouldSayWhatIsWrongWithAFile(String text, String expected) throws IOException {
    Path file = write(text.replace("HASH", "\"" + HASH + "\""));
    String message = assertThrows(JobException.class, () -> Tokens.of(file)).getMessage();
    assertTrue(message.startsWith(file + expected), message);
    assertFalse(message.contains("secret"), message);
  }

  @Test
  void shouldSayWhatIsThereInPlaceOfAFile() {
    assertRefused(directory.resolve("none.conf"), "no such file");
    assertRefused(directory, "expected a list of tokens but found a directory");
    assertRefused(Path.of("/dev/null"), "expected a list of tokens but found no regular file");
  }

  private static void assertRefused(Path file, String why) {
    assertEquals(
        file + ": " + why, assertThrows(JobException.class, () -> Tokens.of(file)).getMessage());
  }
}
