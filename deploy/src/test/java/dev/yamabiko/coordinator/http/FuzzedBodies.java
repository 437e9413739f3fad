package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.DataException;
import dev.yamabiko.data.InputSink;
import dev.yamabiko.data.ModelInputs;
import dev.yamabiko.job.JobException;
import dev.yamabiko.job.JobFile;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/** Bodies of requests, read as the routes read them, without a socket. */
public final class FuzzedBodies {

  /** As on a coordinator of this memory. */
  private static final long MEMORY = 256L << 20;

  private FuzzedBodies() {}

  /**
   * Inputs of which a prediction is asked.
   *
   * @throws IllegalArgumentException what a client would be told
   */
  public static void inputs(ModelInputs model, String type, byte[] body) {
    AtomicLong bits = new AtomicLong();
    InputSink sink = (origin, input) -> bits.addAndGet(Float.floatToIntBits(input[0]));
    ImageAllowance images = ImageAllowance.of(MEMORY, 1, () -> {});
    try {
      new GivenInputs(model, sink, images).read(type, body);
    } catch (ProblemException | DataException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /**
   * A job that is submitted, up to where its data would be read.
   *
   * @throws IllegalArgumentException what a client would be told
   */
  public static void job(byte[] body) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
      JobFile.parse(text, "job", FuzzedBodies::refusedPath).resolved();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("job: expected UTF-8 text but found other bytes", e);
    } catch (JobException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static java.nio.file.Path refusedPath(String written) {
    if (written.startsWith("sha256:")) {
      return java.nio.file.Path.of("/uploads").resolve(Integer.toString(written.length()));
    }
    throw new IllegalArgumentException("expected an upload, sha256:HEX or tree:HEX");
  }
}
