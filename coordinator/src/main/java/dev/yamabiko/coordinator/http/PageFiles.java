package dev.yamabiko.coordinator.http;

import akka.http.javadsl.model.ContentType;
import akka.http.javadsl.model.ContentTypes;
import akka.http.javadsl.model.HttpCharsets;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.EntityTag;
import dev.yamabiko.data.ContentHash;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The dashboard's files on the class path: its own beside this class in {@code ui/}, and uPlot's in
 * their webjar. A name is path segments of plain characters, so that none leads out of there.
 */
final class PageFiles {

  private static final String INDEX = "index.html";
  private static final String LIBRARY = "lib/uplot/";
  private static final Pattern NAME =
      Pattern.compile("(?:[A-Za-z0-9-]+/)*[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.([a-z]+)");

  /** By the names' endings; what ends otherwise is not served. */
  private static final Map<String, ContentType> TYPES =
      Map.of(
          "css", utf8("text", "css"),
          "js", utf8("text", "javascript"),
          "svg", utf8("image", "svg+xml"));

  private final String uplot = "/META-INF/resources/webjars/uplot/%s/dist/".formatted(version());

  /** Only what there is: requests cannot make it grow. */
  private final Map<String, File> read = new ConcurrentHashMap<>();

  /** A file as it is served. */
  record File(ContentType type, String text, EntityTag tag) {}

  private static ContentType utf8(String type, String subtype) {
    return ContentTypes.create(
        MediaTypes.customWithOpenCharset(type, subtype, Map.of(), false), HttpCharsets.UTF_8);
  }

  private static String version() {
    Properties properties = new Properties();
    try (InputStream in =
        PageFiles.class.getResourceAsStream(
            "/META-INF/maven/org.webjars.npm/uplot/pom.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties.getProperty("version");
  }

  File index() {
    return file(INDEX, "ui/" + INDEX, utf8("text", "html")).orElseThrow();
  }

  /** What lies below {@code /ui/} by this name. */
  Optional<File> find(String name) {
    Matcher parts = NAME.matcher(name);
    ContentType type = parts.matches() ? TYPES.get(parts.group(1)) : null;
    if (type == null) {
      return Optional.empty();
    }
    String resource =
        name.startsWith(LIBRARY) ? uplot + name.substring(LIBRARY.length()) : "ui/" + name;
    return file(name, resource, type);
  }

  private Optional<File> file(String name, String resource, ContentType type) {
    return Optional.ofNullable(read.computeIfAbsent(name, unread -> read(resource, type)));
  }

  /** Null where there is none, which the map does not keep. */
  private static File read(String resource, ContentType type) {
    try (InputStream in = PageFiles.class.getResourceAsStream(resource)) {
      if (in == null) {
        return null;
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new File(type, text, EntityTag.create(ContentHash.of(text).substring(0, 32), false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
