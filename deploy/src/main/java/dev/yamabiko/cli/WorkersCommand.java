package dev.yamabiko.cli;

import dev.yamabiko.model.CanonicalJson;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** All workers of a coordinator, and the nodes that own slices. */
@Command(
    name = "workers",
    description = "Lists the workers, and parameters nodes, that have joined a coordinator.",
    footer = {"", "Example:", "  yamabiko workers --server http://10.0.0.5:8080"})
final class WorkersCommand implements Callable<Integer> {

  private final Session session;

  @Mixin private ServerOption server;
  @Mixin private JsonOption json;

  WorkersCommand(Session session) {
    this.session = session;
  }

  @Override
  public Integer call() {
    String answer = server.server().workers();
    session.print(WorkersTable.of(CanonicalJson.object(answer), Instant.now()).stripTrailing());
    session.answer(answer);
    return 0;
  }
}
