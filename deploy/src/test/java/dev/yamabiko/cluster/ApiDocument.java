package dev.yamabiko.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * An OpenAPI document by which answers are judged: more strictly than clients may, who have to
 * expect fields that it does not name.
 */
final class ApiDocument {

  private static final JsonMapper JSON = new JsonMapper();
  private static final Set<String> METHODS = Set.of("get", "put", "post", "delete", "head");

  private final JsonNode document;
  private final ObjectNode components;
  private final SchemaRegistry schemas =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
  private final Map<JsonNode, Schema> compiled = new HashMap<>();

  private ApiDocument(JsonNode document) {
    this.document = document;
    components = (ObjectNode) document.get("components");
  }

  static ApiDocument parse(String text) throws JsonProcessingException {
    JsonNode document = JSON.readTree(text);
    close(document);
    return new ApiDocument(document);
  }

  /** An object has the properties that its schema names, and no others. */
  private static void close(JsonNode node) {
    node.forEach(ApiDocument::close);
    if (node instanceof ObjectNode object
        && object.path("properties").isObject()
        && !object.has("additionalProperties")) {
      object.put("additionalProperties", false);
    }
  }

  /** All of them, as "GET /api/v1/jobs". */
  Set<String> operations() {
    Set<String> operations = new TreeSet<>();
    document
        .get("paths")
        .properties()
        .forEach(
            path ->
                methods(path.getKey()).forEach(name -> operations.add(name + " " + path.getKey())));
    return operations;
  }

  Set<String> paths() {
    Set<String> paths = new TreeSet<>();
    document.get("paths").fieldNames().forEachRemaining(paths::add);
    return paths;
  }

  /** Of a path, as "GET". */
  Set<String> methods(String path) {
    Set<String> methods = new TreeSet<>();
    document
        .get("paths")
        .get(path)
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (METHODS.contains(name)) {
                methods.add(name.toUpperCase(Locale.ROOT));
              }
            });
    return methods;
  }

  /** The statuses that an operation names, each as "GET /api/v1/jobs 200". */
  Set<String> answers() {
    Set<String> answers = new TreeSet<>();
    for (String operation : operations()) {
      operation(operation)
          .get("responses")
          .fieldNames()
          .forEachRemaining(status -> answers.add(operation + " " + status));
    }
    answers.removeIf(answer -> answer.endsWith(" default"));
    return answers;
  }

  private JsonNode operation(String operation) {
    String[] words = operation.split(" ");
    JsonNode found = document.get("paths").path(words[1]).path(words[0].toLowerCase(Locale.ROOT));
    if (found.isMissingNode()) {
      throw new AssertionError("the document lacks " + operation);
    }
    return found;
  }

  /** What an answer is to look like: by media type; nothing where it has no body. */
  private JsonNode content(String operation, int status) {
    JsonNode responses = operation(operation).get("responses");
    JsonNode response = responses.path(Integer.toString(status));
    if (response.isMissingNode()) {
      response = responses.path("default");
    }
    if (response.isMissingNode()) {
      throw new AssertionError("the document lacks " + operation + " " + status);
    }
    return resolved(response).path("content");
  }

  private JsonNode resolved(JsonNode node) {
    return node.has("$ref") ? document.at(node.get("$ref").textValue().substring(1)) : node;
  }

  /**
   * What is wrong with an answer; empty if nothing is.
   *
   * @param type its media type, without parameters
   */
  List<String> faults(String operation, int status, String type, String body)
      throws JsonProcessingException {
    JsonNode content = content(operation, status);
    if (content.isMissingNode()) {
      return body.isEmpty() ? List.of() : List.of("expected no body but found " + body);
    }
    JsonNode media = content.path(type);
    if (media.isMissingNode()) {
      List<String> types = new ArrayList<>();
      content.fieldNames().forEachRemaining(types::add);
      return List.of("expected one of the types %s but found %s".formatted(types, type));
    }
    List<String> faults = new ArrayList<>();
    if (media.has("x-event-data")) {
      faults.addAll(eventFaults(media.get("x-event-data"), body));
    } else if (media.has("x-line")) {
      for (String line : body.lines().toList()) {
        faults.addAll(faults(media.get("x-line"), JSON.readTree(line)));
      }
    } else if (type.endsWith("json")) {
      faults.addAll(faults(media.get("schema"), JSON.readTree(body)));
    }
    return faults;
  }

  private List<String> eventFaults(JsonNode kinds, String body) throws JsonProcessingException {
    List<String> faults = new ArrayList<>();
    Pattern event = Pattern.compile("id: \\d+\nevent: (\\S+)\ndata: (.*)");
    for (String block : body.split("\n\n")) {
      var parts = event.matcher(block);
      if (block.startsWith(":")) {
        continue;
      } else if (!parts.matches()) {
        faults.add("expected an event but found " + block);
      } else if (!kinds.has(parts.group(1))) {
        faults.add("the document lacks the event " + parts.group(1));
      } else {
        faults.addAll(faults(kinds.get(parts.group(1)), JSON.readTree(parts.group(2))));
      }
    }
    return faults;
  }

  private List<String> faults(JsonNode schema, JsonNode value) {
    return compiled.computeIfAbsent(schema, this::compile).validate(value).stream()
        .map(error -> error.getInstanceLocation() + ": " + error.getMessage() + " in " + value)
        .toList();
  }

  private Schema compile(JsonNode schema) {
    ObjectNode whole = schema.deepCopy();
    whole.set("components", components);
    return schemas.getSchema(whole);
  }

  /** Of all examples, those that do not fit their schemas. */
  List<String> wrongExamples() {
    List<String> wrong = new ArrayList<>();
    collectWrongExamples(document, wrong);
    return wrong;
  }

  private void collectWrongExamples(JsonNode node, List<String> wrong) {
    node.forEach(child -> collectWrongExamples(child, wrong));
    if (node.has("schema") && node.has("example")) {
      wrong.addAll(faults(node.get("schema"), node.get("example")));
    }
    if (node.has("type") && node.path("examples").isArray()) {
      node.get("examples").forEach(example -> wrong.addAll(faults(node, example)));
    }
  }

  /** The content type's first part. */
  static String mediaType(Optional<String> contentType) {
    return contentType.orElse("").replaceFirst(";.*", "").strip();
  }
}
