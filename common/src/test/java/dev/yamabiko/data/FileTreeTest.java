package dev.yamabiko.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileTreeTest {

  private static final String HASH = ContentHash.of("content");

  @Test
  void shouldReadWhatItWrites() {
    FileTree tree =
        new FileTree(
            List.of(
                new FileTree.Entry(HASH, "a/with blank.png"), new FileTree.Entry(HASH, "b.png")));
    assertEquals(tree, FileTree.parse(tree.text()));
    assertEquals(new FileTree(List.of()), FileTree.parse(""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x", "/x", "a/../b", "a//b", "./x", "a/", "..", "a\\..\\b", "x\u0007", "a/./b"})
  void shouldRefusePathsThatDoNotStayBelow(String path) {
    String text = HASH + "  " + path + "\n";
    String message =
        assertThrows(IllegalArgumentException.class, () -> FileTree.parse(text)).getMessage();
    assertTrue(message.contains("expected a path below the directory"), message);
  }

  @Test
  void shouldRefuseNamesThatNoFileSystemHasRoomFor() {
    for (String path : List.of("\u00e4".repeat(128), "a/".repeat(1500) + "b")) {
      String text = HASH + "  " + path + "\n";
      String message =
          assertThrows(IllegalArgumentException.class, () -> FileTree.parse(text)).getMessage();
      assertTrue(message.contains("expected names of at most 255 bytes"), message);
    }
    String longest = "\u00e4".repeat(127) + "a";
    assertEquals(longest, FileTree.parse(HASH + "  " + longest).entries().get(0).path());
  }

  @Test
  void shouldRefuseOneNameForTwoThings() {
    String file = HASH + "  a\n";
    assertThrows(IllegalArgumentException.class, () -> FileTree.parse(file + file));
    assertThrows(IllegalArgumentException.class, () -> FileTree.parse(file + HASH + "  a/b/c\n"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"abc  x", "x", "# comment"})
  void shouldNameALineThatIsNone(String line) {
    String text = HASH + "  a\n" + line + "\n";
    String message =
        assertThrows(IllegalArgumentException.class, () -> FileTree.parse(text)).getMessage();
    assertTrue(message.startsWith("line 2 "), message);
    assertTrue(message.endsWith(" but found \"" + line + "\""), message);
  }
}
