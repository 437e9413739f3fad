package dev.yamabiko.cli;

import dev.yamabiko.coordinator.access.Token;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Tokens files, as one makes them of what {@code yamabiko token} prints. */
public final class TokensFiles {

  private TokensFiles() {}

  public static void write(Path file, Token... tokens) throws IOException {
    Files.writeString(
        file,
        Arrays.stream(tokens)
            .map(Token::entry)
            .collect(Collectors.joining(", ", "tokens = [ ", " ]")));
  }
}
