package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A coordinator's workers, and the nodes that own slices, as people read them. */
final class WorkersTable {

  private WorkersTable() {}

  /**
   * @param nodes as the server tells of them
   */
  static String of(Map<String, Object> nodes, Instant now) {
    List<Map<String, Object>> workers = JsonFields.list(nodes, "workers");
    List<Map<String, Object>> owners = JsonFields.list(nodes, "parameters");
    String text = workers.isEmpty() ? "no workers\n" : workers(workers, now);
    return owners.isEmpty() ? text : text + "\n" + parameters(owners, now);
  }

  private static String workers(List<Map<String, Object>> workers, Instant now) {
    TextTable table =
        new TextTable(
                "name", "host", "threads", "job", "samples/s", "re-issued", "up", "down", "joined")
            .words(1, 3);
    for (Map<String, Object> worker : workers) {
      JsonFields fields = new JsonFields(worker);
      table.row(
          fields.text("name"),
          fields.text("host"),
          fields.count("threads"),
          fields.text("job"),
          Figures.perSecond(fields.number("samples_per_second")),
          fields.count("reissued"),
          Figures.bytes(fields.whole("bytes_up")),
          Figures.bytes(fields.whole("bytes_down")),
          joined(fields, now));
    }
    return table.text();
  }

  private static String parameters(List<Map<String, Object>> owners, Instant now) {
    TextTable table = new TextTable("parameters", "host", "threads", "joined").words(1);
    for (Map<String, Object> owner : owners) {
      JsonFields fields = new JsonFields(owner);
      table.row(
          fields.text("name"), fields.text("host"), fields.count("threads"), joined(fields, now));
    }
    return table.text();
  }

  private static String joined(JsonFields node, Instant now) {
    return node.time("registered").map(then -> Figures.ago(then, now)).orElse("-");
  }
}
