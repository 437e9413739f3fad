package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Jobs as people read them, a line for each, in the order of the server: the newest first. */
final class JobsTable {

  private static final List<String> COLUMNS =
      List.of("id", "status", "epoch", "loss", "validation", "metric", "workers", "submitted");

  private static final String OWNER = "owner";

  private JobsTable() {}

  /**
   * With their owners where there are any: most coordinators ask nobody who he is.
   *
   * @param jobs as the server tells of them
   */
  static String of(List<Map<String, Object>> jobs, Instant now, Ink ink) {
    boolean owned = jobs.stream().anyMatch(job -> job.get(OWNER) != null);
    List<String> columns = new ArrayList<>(COLUMNS);
    if (owned) {
      columns.add(OWNER);
    }
    TextTable table =
        new TextTable(columns.toArray(String[]::new)).words(1, COLUMNS.size()).ink(1, ink::status);
    for (Map<String, Object> job : jobs) {
      JsonFields fields = new JsonFields(job);
      List<String> row =
          new ArrayList<>(
              List.of(
                  fields.text("id"),
                  fields.text("status"),
                  epoch(fields),
                  Figures.loss(fields.number("train_loss")),
                  Figures.loss(fields.number("validation_loss")),
                  metric(fields),
                  fields.count("workers"),
                  fields.time("submitted").map(then -> Figures.ago(then, now)).orElse("-")));
      if (owned) {
        row.add(job.get(OWNER) == null ? "-" : fields.text(OWNER));
      }
      table.row(row.toArray(String[]::new));
    }
    return table.text();
  }

  /** "2/5" until the end; then all that were closed, "5". */
  static String epoch(JsonFields job) {
    return job.object().containsKey("epoch")
        ? job.count("epoch") + "/" + job.count("epochs")
        : job.count("epochs");
  }

  /** Of the validation, at the end. */
  static String metric(JsonFields job) {
    double accuracy = job.number("validation_accuracy");
    double rmse = job.number("validation_rmse");
    if (Double.isFinite(accuracy)) {
      return Figures.accuracy(accuracy);
    }
    return Double.isFinite(rmse) ? Figures.rmse(rmse) : "-";
  }
}
