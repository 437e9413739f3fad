package dev.yamabiko.cli;

import com.fasterxml.jackson.core.io.NumberOutput;
import dev.yamabiko.data.InputOrigin;
import dev.yamabiko.data.Targets;
import dev.yamabiko.job.JobException;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.Prediction;
import dev.yamabiko.model.PredictionJson;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Writes predictions, one after the other. Numbers are the shortest decimals that read back as the
 * same float; values that were scaled, as the same double.
 *
 * <pre>
 *   csv     row,class,probability,p(cat),p(dog)      row,Temp
 *   jsonl   {"row":0,"class":"cat","probability":0.75,"probabilities":{"cat":0.75,"dog":0.25}}
 *           {"row":0,"Temp":12.3}
 * </pre>
 *
 * <p>Of files, {@code file} stands in the place of {@code row}.
 */
final class PredictionWriter {

  /** Writing failed; nothing between here and the command takes it for bad data. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure(IOException cause) {
      super(cause);
    }

    IOException cause() {
      return (IOException) getCause();
    }
  }

  private final Writer out;
  private final PredictionFormat format;
  private final Targets targets;
  private final PredictionJson json;
  private final String key;
  private boolean headed;

  /**
   * @param files whether inputs are known by their files' names
   */
  PredictionWriter(Writer out, PredictionFormat format, Targets targets, boolean files) {
    this.out = out;
    this.format = format;
    this.targets = targets;
    json = new PredictionJson(targets);
    key = files ? "file" : "row";
    if (format == PredictionFormat.JSONL
        && targets instanceof Targets.Values
        && json.keys().contains(key)) {
      throw new JobException(
          "--format jsonl cannot be used: an object would have two keys \"%s\"; use --format csv"
              .formatted(key));
    }
  }

  void write(Prediction prediction) {
    try {
      if (format == PredictionFormat.CSV) {
        if (!headed) {
          line(header());
          headed = true;
        }
        line(cells(prediction));
      } else {
        out.write(CanonicalJson.of(object(prediction)));
        out.write('\n');
      }
    } catch (IOException e) {
      throw new Failure(e);
    }
  }

  private List<String> header() {
    List<String> header = new ArrayList<>(List.of(key));
    if (targets instanceof Targets.Classes) {
      header.add("class");
      header.add("probability");
      json.keys().forEach(name -> header.add("p(" + name + ")"));
    } else {
      header.addAll(json.keys());
    }
    return header;
  }

  private List<String> cells(Prediction prediction) {
    List<String> cells = new ArrayList<>(List.of(origin(prediction).toString()));
    if (prediction instanceof Prediction.Class chosen) {
      cells.add(json.keys().get(chosen.number()));
      cells.add(decimal(chosen.probabilities()[chosen.number()]));
      for (float p : chosen.probabilities()) {
        cells.add(decimal(p));
      }
    } else {
      Prediction.Values said = (Prediction.Values) prediction;
      for (int k = 0; k < said.values().length; k++) {
        cells.add(decimal(json.value(said, k)));
      }
    }
    return cells;
  }

  private Map<String, Object> object(Prediction prediction) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put(key, origin(prediction));
    object.putAll(
        prediction instanceof Prediction.Class chosen
            ? json.of(chosen)
            : json.of((Prediction.Values) prediction));
    return object;
  }

  private static Object origin(Prediction prediction) {
    return prediction.origin() instanceof InputOrigin.Row row
        ? (Object) row.number()
        : ((InputOrigin.File) prediction.origin()).name();
  }

  private static String decimal(Number number) {
    return number instanceof Float small
        ? NumberOutput.toString(small, true)
        : NumberOutput.toString(number.doubleValue(), true);
  }

  private void line(List<String> cells) throws IOException {
    out.write(
        cells.stream().map(PredictionWriter::quoted).collect(Collectors.joining(",", "", "\n")));
  }

  /** RFC 4180: quotes around what holds a comma, a quote or a line break, and quotes doubled. */
  private static String quoted(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }
}
