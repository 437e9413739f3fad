package dev.yamabiko.cli;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/**
 * What Helm itself makes of the chart in {@code deploy/helm}, with some values beside the defaults.
 */
final class RenderedChart {

  static final Path CHART = Path.of("helm", "yamabiko").toAbsolutePath();
  static final String RELEASE = "demo";
  static final String NAMESPACE = "train";

  private static final String KUBERNETES = "1.31.0";

  private final List<Map<String, Object>> objects;

  private RenderedChart(List<Map<String, Object>> objects) {
    this.objects = objects;
  }

  /**
   * @param values each as {@code KEY=VALUE}
   * @throws IllegalStateException as the chart refuses them
   */
  static RenderedChart of(String... values) {
    return of(CHART, values);
  }

  /**
   * What an installation prints, which a template does not.
   *
   * @param copy an empty directory
   */
  static String notes(Path copy, String... values) throws IOException {
    try (Stream<Path> files = Files.walk(CHART)) {
      for (Path file : files.toList()) {
        Path to = copy.resolve(CHART.relativize(file).toString());
        if (!Files.isDirectory(file)) {
          Files.createDirectories(to.getParent());
          Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
        }
      }
    }
    Files.writeString(
        copy.resolve("templates/notes.yaml"),
        """
        kind: Notes
        text: {{ include (print $.Template.BasePath "/NOTES.txt") . | quote }}
        """);
    return (String) of(copy, values).ofKind("Notes").get(0).get("text");
  }

  private static RenderedChart of(Path chart, String... values) {
    TemplateCommand command =
        new Helm(chart)
            .template()
            .withName(RELEASE)
            .withNamespace(NAMESPACE)
            .withKubeVersion(KUBERNETES);
    for (String value : values) {
      int equals = value.indexOf('=');
      command.set(value.substring(0, equals), value.substring(equals + 1));
    }
    List<Map<String, Object>> objects = new ArrayList<>();
    for (Object document : new Yaml().loadAll(command.call())) {
      if (document != null) {
        objects.add(map(document));
      }
    }
    return new RenderedChart(objects);
  }

  List<Map<String, Object>> objects() {
    return objects;
  }

  List<Map<String, Object>> ofKind(String kind) {
    return objects.stream().filter(object -> kind.equals(object.get("kind"))).toList();
  }

  /** Objects with pods, by the component that they are. */
  Map<String, Map<String, Object>> pods() {
    Map<String, Map<String, Object>> pods = new LinkedHashMap<>();
    for (Map<String, Object> object : objects) {
      if (object.get("kind").equals("StatefulSet") || object.get("kind").equals("Deployment")) {
        Map<String, Object> template = map(object, "spec", "template");
        pods.put(
            (String) map(template, "metadata", "labels").get("app.kubernetes.io/component"),
            template);
      }
    }
    return pods;
  }

  /** Of the pod's one container. */
  static Map<String, Object> container(Map<String, Object> pod) {
    return list(map(pod, "spec"), "containers").get(0);
  }

  static List<String> arguments(Map<String, Object> pod) {
    List<String> arguments = new ArrayList<>();
    ((List<?>) container(pod).get("args")).forEach(argument -> arguments.add((String) argument));
    return arguments;
  }

  static String name(Map<String, Object> object) {
    return (String) map(object, "metadata").get("name");
  }

  static Map<String, Object> map(Map<String, Object> from, String... path) {
    Map<String, Object> at = from;
    for (String key : path) {
      at = map(at.get(key));
    }
    return at;
  }

  static List<Map<String, Object>> list(Map<String, Object> from, String key) {
    List<Map<String, Object>> all = new ArrayList<>();
    ((List<?>) from.get(key)).forEach(one -> all.add(map(one)));
    return all;
  }

  private static Map<String, Object> map(Object value) {
    Map<String, Object> map = new LinkedHashMap<>();
    ((Map<?, ?>) value).forEach((key, one) -> map.put((String) key, one));
    return map;
  }
}
