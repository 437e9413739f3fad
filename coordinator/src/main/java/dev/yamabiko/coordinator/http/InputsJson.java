package dev.yamabiko.coordinator.http;

import dev.yamabiko.data.InputColumn;
import dev.yamabiko.data.InputForm;
import dev.yamabiko.data.Targets;
import dev.yamabiko.model.CanonicalJson;
import dev.yamabiko.model.ModelSignature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a model takes and says, as whoever makes a form for it needs it. */
final class InputsJson {

  private InputsJson() {}

  static String of(ModelSignature model) {
    Map<String, Object> json = new LinkedHashMap<>();
    InputForm form = model.inputs().form();
    json.put("kind", kind(form));
    json.put("shape", model.inputs().shape().dimensions());
    json.put("columns", null);
    json.put("lags", null);
    json.put("resized", null);
    json.put("pixels", null);
    if (form instanceof InputForm.Table table) {
      json.put("columns", table.columns().stream().map(InputsJson::column).toList());
      json.put("lags", table.lags());
    } else if (form instanceof InputForm.Image image) {
      json.put("resized", image.resized());
      json.put("pixels", image.pixels());
    } else if (form instanceof InputForm.Numbers numbers) {
      json.put("pixels", numbers.pixels());
    }
    boolean classes = model.targets() instanceof Targets.Classes;
    List<String> names = model.targets().keys();
    json.put("classes", classes ? names : null);
    json.put("targets", classes ? null : names);
    json.put("weights_sha256", model.weightsSha256().orElse(null));
    return CanonicalJson.of(json);
  }

  private static String kind(InputForm form) {
    return form instanceof InputForm.Table
        ? "table"
        : form instanceof InputForm.Image ? "image" : "numbers";
  }

  private static Map<String, Object> column(InputColumn column) {
    Map<String, Object> json = new LinkedHashMap<>();
    boolean categorical = !column.categories().isEmpty();
    json.put("name", column.name());
    json.put("type", categorical ? "category" : "number");
    json.put("categories", categorical ? column.categories() : null);
    json.put("typical", column.typical().isPresent() ? column.typical().getAsDouble() : null);
    return json;
  }
}
