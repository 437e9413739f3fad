package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the documents show in Java compiles. */
class DocumentedJavaTest {

  private static final Pattern BLOCK =
      Pattern.compile("^```java\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  @TempDir private Path classes;

  @ParameterizedTest
  @ValueSource(strings = {"../README.md", "../docs/java.md"})
  void shouldCompile(String document) throws Exception {
    List<JavaFileObject> sources = new ArrayList<>();
    Matcher blocks = BLOCK.matcher(Files.readString(Path.of(document)));
    while (blocks.find()) {
      String block = blocks.group(1);
      if (block.startsWith("import ")) {
        sources.add(source(block.replaceFirst("(?s).*public class (\\w+).*", "$1"), block));
      } else {
        String name = "Example" + sources.size();
        sources.add(source(name, wrapped(name, block)));
      }
    }
    assertTrue(sources.size() > 1, "no blocks in " + document);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter problems = new StringWriter();
    List<String> options =
        List.of("-classpath", System.getProperty("java.class.path"), "-d", classes.toString());
    boolean compiled = compiler.getTask(problems, null, null, options, null, sources).call();
    assertEquals("", problems.toString());
    assertTrue(compiled);
  }

  /** What is shown of a method's inside may use a job and a log that were made before. */
  private static String wrapped(String name, String block) {
    return """
        import dev.yamabiko.api.*;
        import java.nio.file.Path;
        import java.time.Duration;
        import java.util.*;
        import java.util.concurrent.*;

        class %s {
          org.slf4j.Logger log;
          TrainingJob job;

          void shown() throws Exception {
            %s
          }
        }
        """
        .formatted(name, block);
  }

  private static JavaFileObject source(String name, String text) {
    return new SimpleJavaFileObject(
        URI.create("string:///" + name + ".java"), JavaFileObject.Kind.SOURCE) {
      @Override
      public CharSequence getCharContent(boolean ignoreEncodingErrors) {
        return text;
      }
    };
  }
}
