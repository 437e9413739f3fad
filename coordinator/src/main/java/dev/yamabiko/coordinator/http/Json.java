package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpEntities;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.StatusCode;
import akka.http.javadsl.model.StatusCodes;
import dev.yamabiko.model.CanonicalJson;
import java.util.List;

/** Answers that are one JSON object. */
final class Json {
  private Json() {}

  static HttpResponse ok(String object) {
    return response(StatusCodes.OK, object);
  }

  static HttpResponse response(StatusCode status, String object) {
    return HttpResponse.create()
        .withStatus(status)
        .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, object + "\n"));
  }

  /** {"jobs": [...]}, of objects that are JSON already. */
  static String list(String name, List<String> objects) {
    return "{\"%s\":%s}".formatted(name, array(objects));
  }

  /** As it stands between the quotes of a JSON string. */
  static String escaped(String text) {
    String array = CanonicalJson.of(List.of(text));
    return array.substring(2, array.length() - 2);
  }

  /** Of objects that are JSON already. */
  static String array(List<String> objects) {
    return "[" + String.join(",", objects) + "]";
  }
}
