package dev.yamabiko.cli;

import dev.yamabiko.client.JsonFields;
import dev.yamabiko.client.RemoteResult;
import dev.yamabiko.client.Server;
import dev.yamabiko.data.LoadedData;
import dev.yamabiko.data.OneLine;
import dev.yamabiko.model.CanonicalJson;
import java.util.Map;
import java.util.Optional;

/** A job on a coordinator, as people read what the server says of it. */
final class JobStatusText {

  private JobStatusText() {}

  /**
   * @param json of the job, as {@code status --json} prints it
   * @param curve a drawing of the losses, or empty
   */
  static String of(
      String json, Optional<LoadedData.Baseline> baseline, String curve, Server server, Ink ink) {
    Map<String, Object> job = CanonicalJson.object(json);
    JsonFields fields = new JsonFields(job);
    String id = fields.text("id");
    StringBuilder text = new StringBuilder();
    if (job.containsKey("weights_sha256")
        && job.get("started") == null
        && fields.whole("steps") == 0) {
      text.append(
          "%s %s before it began\n"
              .formatted(fields.text("job"), ink.status(fields.text("status"))));
      line(text, "id", id);
    } else if (job.containsKey("weights_sha256")) {
      text.append(Summary.of(RemoteResult.of(job), baseline, curve));
      line(text, "id", id);
      if (job.get("weights_sha256") != null) {
        line(text, "model", server.url() + Server.job(id, "model"));
      }
    } else {
      text.append("%s %s\n".formatted(id, ink.status(fields.text("status"))));
      if (fields.whole("steps_total") > 0) {
        line(text, "step", fields.count("step") + " of " + fields.count("steps_total"));
        line(text, "epoch", fields.count("epoch") + " of " + fields.count("epochs"));
      }
      if (Double.isFinite(fields.number("train_loss"))) {
        line(text, "train", "loss " + Figures.loss(fields.number("train_loss")));
      }
      if (Double.isFinite(fields.number("validation_loss"))) {
        line(text, "validation", "loss " + Figures.loss(fields.number("validation_loss")));
      }
      line(text, "workers", fields.count("workers"));
    }
    for (String field : new String[] {"owner", "reason", "error", "warning"}) {
      if (job.get(field) != null) {
        line(text, field, fields.text(field));
      }
    }
    return text.toString().stripTrailing();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("  %-11s %s\n".formatted(name, OneLine.of(value)));
  }
}
