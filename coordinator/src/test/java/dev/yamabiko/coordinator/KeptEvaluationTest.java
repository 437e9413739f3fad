package dev.yamabiko.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptEvaluationTest {

  private static final String RESULT =
      "{\"job\":\"a\",\"status\":\"completed\",\"steps\":10,\"evaluation\":%s,"
          + "\"weights_sha256\":\"f00\",\"samples_applied\":80,\"seconds\":%s,\"workers\":%d}";

  private static final String BRIEF = RESULT.formatted("null", "1.25", 3);

  @TempDir private Path directory;

  private void keep(String result) throws IOException {
    Files.writeString(directory.resolve("result.json"), result + "\n");
  }

  @Test
  void shouldReadAgainWhatWasLeftOut() throws IOException {
    String whole = RESULT.formatted("{\"accuracy\":0.5}", "1.25", 3);
    assertEquals(BRIEF, KeptEvaluation.without(whole));
    keep(RESULT.formatted("{\"accuracy\":0.5}", "1.25", 0));
    assertEquals(whole, KeptEvaluation.addedTo(BRIEF, directory));
    assertEquals(whole, KeptEvaluation.addedTo(whole, directory));
  }

  @Test
  void shouldAddNothingWhereThereIsNoResultOfThatRun() throws IOException {
    assertEquals(BRIEF, KeptEvaluation.addedTo(BRIEF, directory));
    for (String other :
        new String[] {
          "", "{\"status\":", "[]", "null", "{}", RESULT.formatted("{\"accuracy\":0.5}", "1.5", 3)
        }) {
      keep(other);
      assertEquals(BRIEF, KeptEvaluation.addedTo(BRIEF, directory), other);
    }
  }

  @Test
  void shouldLeaveAloneWhatHasNotEnded() throws IOException {
    keep(RESULT.formatted("{\"accuracy\":0.5}", "1.25", 3));
    String running = "{\"id\":\"a-1\",\"status\":\"running\",\"step\":3}";
    assertEquals(running, KeptEvaluation.addedTo(running, directory));
  }
}
