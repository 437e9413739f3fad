package dev.yamabiko.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParsingCostTest {

  private static int depth(String text) {
    return ParsingCost.of(text).depth();
  }

  private static long copies(String text) {
    return ParsingCost.of(text).copies();
  }

  private static long merges(String text) {
    return ParsingCost.of(text).merges();
  }

  @Test
  void shouldCountWhatLiesInEachOther() {
    assertEquals(0, depth("a = 1"));
    assertEquals(3, depth("{ a = [ { b = 1 } ], c { d = 2 } }"));
    assertEquals(1, depth("[] [] {} []"));
    assertEquals(1, depth("] } [ ]"));
    assertEquals(100_000, depth("[".repeat(100_000)));
  }

  @Test
  void shouldCountNothingInTextsAndComments() {
    assertEquals(1, depth("{ a = \"[[[\", b = \"\\\"[[\" }"));
    assertEquals(1, depth("{ a = \"\"\"[[ \" [ \"\"\" }"));
    assertEquals(1, depth("{ # [[[\n // [[[\n }"));
    assertEquals(2, depth("{ \"]]]\" = [ ] }"));
    assertEquals(1, depth("{ \"\\"));
  }

  /** A text in three quotes may end with quotes of its own. */
  @Test
  void shouldEndALongTextWithTheLastOfItsQuotes() {
    assertEquals(2, depth("{ a = \"\"\"x\"\"\"\"\"\n b = [] }"));
    assertEquals(1, depth("{ a = \"\"\"\"\"\"\"\n b = \"[]\" }"));
  }

  @Test
  void shouldCountSubstitutionsAndAdditions() {
    assertEquals(3, ParsingCost.of("a = ${b}${?c}\na += 1").substitutions());
    assertEquals(0, ParsingCost.of("a = \"${b}\" # ${b} +=\nb = + $").substitutions());
  }

  @Test
  void shouldCopyNothingForWholeTexts() {
    assertEquals(0, copies("\"" + "a word ".repeat(1000) + "\""));
    assertEquals(0, copies("\"\"\"" + "a word\n".repeat(1000) + "\"\"\""));
    assertEquals(0, copies("#" + "a word ".repeat(1000)));
  }

  @Test
  void shouldCopyForEachPieceWhatCameBefore() {
    assertEquals(0 + 2 + 3, copies("a bc"));
    assertEquals(0 + 5, copies("\"a b\"\"c d\""));
    // Within the second list its own begins.
    assertEquals(0 + (0 + 1) + (4 + (0 + 1)), copies("[11][22]"));
  }

  @Test
  void shouldCopyNothingForSpaceAndEnds() {
    assertEquals(copies("[".repeat(100)), copies("[".repeat(100) + "]   ".repeat(100)));
  }

  @Test
  void shouldMergeWithTheKeysBefore() {
    assertEquals(0, merges("a = 1.5\nb = 2.5, \"c.d\" : x.y"));
    assertEquals(0 + 1 + 2, merges("a {}, b {}, c.d = 1"));
    assertEquals(0 + 3, merges("a { b = 1, c = 1 }, a { d = 1 }"));
    // The key c with b, the second a with the first one, but not with what lies in its list.
    assertEquals(1 + 1, merges("a = [ { b = 1, c { d = 1 } } ]\na {}"));
  }

  /** Where a value ends, the next one is not joined to it. */
  @ParameterizedTest
  @ValueSource(strings = {"word,", "word\n", "a=word,", "a:1\n", "\"word\" # and more\n"})
  void shouldGrowNoFasterThanTheTextWhereValuesAreShort(String value) {
    assertEquals(100 * copies(value), copies(value.repeat(100)), 1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"d of workers ", "true", "\"a,b\"", "[1,1]", "{a:1,b=2}", "[\n]", "${?x}"})
  void shouldGrowWithTheSquareWherePiecesAreSideBySide(String piece) {
    long once = copies("k = " + piece.repeat(1000));
    assertTrue(copies("k = " + piece.repeat(2000)) > 3.9 * once);
  }
}
