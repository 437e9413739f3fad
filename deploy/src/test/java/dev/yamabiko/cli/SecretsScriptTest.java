package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code docker/secrets.sh} with an engine that only plays one. */
@Timeout(60)
class SecretsScriptTest {

  /** What the image would do with the directory that is its {@code /secrets}. */
  private static final String WORKS =
      """
      #!/bin/sh
      echo "WARNING: Using incubator modules" >&2
      for argument; do case $argument in
        *:/secrets) secrets=${argument%:/secrets} ;;
        certs) mkdir -p "$secrets/nodes"; for f in ca.crt tls.crt tls.key; do echo x >"$secrets/nodes/$f"; done ;;
        token) echo '{ name = admin, role = admin, sha256 = "f00d" }' >&2; echo '{"token":"secret"}' ;;
      esac; done
      """;

  private static final String FAILS =
      """
      #!/bin/sh
      echo "docker: no such image" >&2
      exit 125
      """;

  @TempDir private Path place;
  private Path secrets;
  private int code;
  private String err;

  @BeforeEach
  void copy() throws IOException {
    Files.copy(Path.of("docker/secrets.sh"), place.resolve("secrets.sh"));
    secrets = place.resolve("secrets");
  }

  private void run(String engine) throws Exception {
    Path docker = place.resolve("docker");
    Files.writeString(docker, engine);
    Files.setPosixFilePermissions(docker, PosixFilePermissions.fromString("rwx------"));
    ProcessBuilder builder = new ProcessBuilder("bash", place.resolve("secrets.sh").toString());
    builder.environment().merge("PATH", place + ":", (old, first) -> first + old);
    Process process = builder.start();
    err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    code = process.waitFor();
  }

  @Test
  void shouldMakeWhatTheNodesWantAndKeepIt() throws Exception {
    run(WORKS);
    assertEquals(0, code, err);
    assertEquals("secret\n", Files.readString(secrets.resolve("admin.token")));
    String tokens = "tokens = [ { name = admin, role = admin, sha256 = \"f00d\" } ]\n";
    assertEquals(tokens, Files.readString(secrets.resolve("tokens")));
    assertTrue(err.contains("--token-file " + secrets.resolve("admin.token")), err);
    assertFalse(err.contains("incubator"), err);
    run(FAILS);
    assertEquals(0, code, err);
  }

  @Test
  void shouldSayWhatTheEngineSays() throws Exception {
    run(FAILS);
    assertEquals(1, code, err);
    assertTrue(err.contains("docker: no such image"), err);
    assertTrue(err.contains("secrets: yamabiko:local has not made it: yamabiko certs ended"), err);
    assertFalse(err.contains("A client of this coordinator"), err);
    run(WORKS.replace("token) ", "token) exit 3;; other) "));
    assertEquals(1, code, err);
    assertTrue(err.contains("yamabiko token ended with exit code 3"), err);
    assertFalse(Files.exists(secrets.resolve("tokens")));
    run(WORKS.replace("role = admin, ", "").replace("'{ name", "'name"));
    assertEquals(1, code, err);
    assertTrue(err.contains("has printed no token, or no entry"), err);
    assertFalse(Files.exists(secrets.resolve("tokens")));
    run(WORKS);
    assertEquals(0, code, err);
  }

  /** As engines do where a file was to be mounted that is not there. */
  @Test
  void shouldNotTakeADirectoryForTokens() throws Exception {
    Files.createDirectories(secrets.resolve("tokens"));
    run(WORKS);
    assertEquals(1, code, err);
    assertTrue(err.contains(secrets.resolve("tokens") + " is a directory"), err);
    assertEquals(1, err.lines().count(), err);
  }
}
