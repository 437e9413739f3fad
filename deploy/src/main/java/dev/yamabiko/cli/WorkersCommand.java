package dev.yamabiko.cli;

import dev.yamabiko.model.CanonicalJson;
import java.util.List;
import java.util.Map;
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
    String answer = server.server().get("/api/v1/workers");
    TextTable table =
        new TextTable(
            "name", "host", "threads", "job", "samples/s", "re-issued", "MB up", "MB down");
    Map<String, Object> all = CanonicalJson.object(answer);
    for (Map<String, Object> worker : JsonFields.list(all, "workers")) {
      JsonFields fields = new JsonFields(worker);
      table.row(
          fields.text("name"),
          fields.text("host"),
          fields.count("threads"),
          fields.text("job"),
          fields.count("samples_per_second"),
          fields.count("reissued"),
          Figures.count(fields.whole("bytes_up") / 1_000_000),
          Figures.count(fields.whole("bytes_down") / 1_000_000));
    }
    session.print(table.text().stripTrailing());
    List<Map<String, Object>> owners = JsonFields.list(all, "parameters");
    if (!owners.isEmpty()) {
      TextTable parameters = new TextTable("parameters", "host", "threads");
      for (Map<String, Object> owner : owners) {
        JsonFields fields = new JsonFields(owner);
        parameters.row(fields.text("name"), fields.text("host"), fields.count("threads"));
      }
      session.print("\n" + parameters.text().stripTrailing());
    }
    session.answer(answer);
    return 0;
  }
}
