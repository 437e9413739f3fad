package dev.yamabiko.api;

import dev.yamabiko.client.Server;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Where a program begins: trains a job in this JVM, or names a coordinator that trains it on a
 * cluster. The same job gives the same weights, to the last bit, either way.
 *
 * <pre>{@code
 * TrainingResult result = Yamabiko.train(TrainingJob.file(Path.of("digits.conf")));
 * Prediction prediction = result.model().predict(pixels);
 * }</pre>
 *
 * <p>Without {@code --add-modules jdk.incubator.vector} slower kernels compute the same bits, and
 * the listener hears of it. Logs go to SLF4J. Nothing here ends the process or listens to signals.
 */
public final class Yamabiko {

  private Yamabiko() {}

  /**
   * Trains the job in this file, with {@link TrainingOptions#defaults}.
   *
   * @throws YamabikoException if it cannot be trained
   */
  public static TrainingResult train(Path jobFile) {
    return train(TrainingJob.file(jobFile));
  }

  /**
   * Trains with {@link TrainingOptions#defaults}.
   *
   * @throws YamabikoException if the job cannot be trained
   */
  public static TrainingResult train(TrainingJob job) {
    return train(job, TrainingOptions.defaults());
  }

  /**
   * Trains a job and waits until the run has ended, in whichever way: a run that fails, for it
   * diverges for instance, has a result that says so.
   *
   * @throws YamabikoException if the job cannot be trained, or the listener threw
   */
  public static TrainingResult train(TrainingJob job, TrainingOptions options) {
    return start(job, options).await();
  }

  /**
   * Trains a job in threads of its own.
   *
   * @throws YamabikoException if the job itself is wrong; what is wrong with its data, the result
   *     says
   */
  public static Training start(TrainingJob job, TrainingOptions options) {
    return Training.start(job, options);
  }

  /**
   * Names a coordinator; nothing is sent before something is asked of it.
   *
   * @param server such as {@code "http://10.0.0.5:8080"}; of several nodes, any, or more than one
   *     with commas between, asked in turn until one answers
   * @throws YamabikoException if it is no such URL
   */
  public static RemoteCoordinator connect(String server) {
    return connect(server, Credentials.none());
  }

  /**
   * The same of a coordinator that asks who one is.
   *
   * @param server such as {@code "https://10.0.0.5:8080"}
   */
  public static RemoteCoordinator connect(String server, Credentials credentials) {
    Objects.requireNonNull(server, "server");
    try {
      return new RemoteCoordinator(Server.of(server, "connect", credentials.access()));
    } catch (RuntimeException e) {
      throw YamabikoException.of(e);
    }
  }

  /** The same of several nodes, or of one. */
  public static RemoteCoordinator connect(URI... servers) {
    return connect(Arrays.stream(servers).map(URI::toString).collect(Collectors.joining(",")));
  }
}
