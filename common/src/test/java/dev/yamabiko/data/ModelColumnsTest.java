package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.inputs;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model sees each column in the place where training had it, or the data is refused. */
class ModelColumnsTest {

  @TempDir private Path directory;

  private Csv table(String name, String header) {
    return Csv.file(directory, name, header + "\n1,2,3,4\n5,6,7,8\n");
  }

  private static Dataset asSeenBy(LoadedData trained, Csv data) {
    return Loading.seenByModelOf(data.source(), trained, data.source());
  }

  private String refusal(LoadedData trained, Csv data) {
    return errorOf(() -> asSeenBy(trained, data)).replace(directory + "/", "");
  }

  @Test
  void shouldRefuseInputsInAnotherOrderThoughNothingIsScaled() {
    LoadedData trained = table("train.csv", "a,b,y,z").targets("y", "z").load();
    assertEquals(
        "this source does not fit the model: expected input column 'a' but found 'b' (new.csv)",
        refusal(trained, table("new.csv", "b,a,y,z").targets("y", "z")));
    assertEquals(
        "this source does not fit the model: expected input column 0 to be 'a' but found 'b'"
            + " (new.csv)",
        refusal(trained, table("new.csv", "a,b,y,z").columns("b", "a").targets("y", "z")));
  }

  @Test
  void shouldRefuseTargetsInAnotherOrder() {
    LoadedData trained = table("train.csv", "a,b,y,z").targets("y", "z").load();
    assertEquals(
        "this source does not fit the model: expected target 0 to be 'y' but found 'z' (new.csv)",
        refusal(trained, table("new.csv", "a,b,y,z").targets("z", "y")));
    assertEquals(
        "this source does not fit the model: expected target 1 to be 'z' but found 'y' (new.csv)",
        refusal(trained, table("new.csv", "a,b,x,y").targets("x", "y")));
  }

  @Test
  void shouldRefuseMoreColumnsThanTheModelHas() {
    LoadedData trained = table("train.csv", "a,b,y,z").targets("y", "z").load();
    assertEquals(
        "this source does not fit the model: expected lags = 0, 2 columns but found lags = 0, 3"
            + " columns (new.csv)",
        refusal(
            trained, Csv.file(directory, "new.csv", "a,b,c,y,z\n1,2,3,4,5\n").targets("y", "z")));
  }

  @Test
  void shouldTakeColumnsThatAreChosenUnderOtherNames() {
    LoadedData trained = table("train.csv", "a,b,y,z").targets("y", "z").load();
    Csv renamed = table("new.csv", "p,q,r,s").columns("p", "q").targets("r", "s");
    assertArrayEquals(inputs(trained.train()), inputs(asSeenBy(trained, renamed)));
  }

  @Test
  void shouldTakeATableWithoutAHeaderByPosition() {
    LoadedData trained = table("train.csv", "a,b,y,z").targets("y", "z").load();
    Csv bare = Csv.file(directory, "new.csv", "1,2,3,4\n5,6,7,8\n").targets(2, 3);
    assertArrayEquals(inputs(trained.train()), inputs(asSeenBy(trained, bare)));
    LoadedData byIndex = bare.load();
    Csv named = table("named.csv", "a,b,y,z").targets("y", "z");
    assertArrayEquals(inputs(byIndex.train()), inputs(asSeenBy(byIndex, named)));
  }
}
