package dev.yamabiko.data;

import static dev.yamabiko.data.Loading.errorOf;
import static dev.yamabiko.data.Loading.input;
import static dev.yamabiko.data.Loading.inputs;
import static dev.yamabiko.data.Loading.targets;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.yamabiko.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders of images as classified examples. */
class ImageFolderTest {

  @TempDir private Path directory;

  private DataSource source(String folder, DataSource.Colour colour) {
    return new DataSource.Images(directory.resolve(folder), Optional.empty(), colour);
  }

  private DataSource rgb(String folder) {
    return source(folder, DataSource.Colour.RGB);
  }

  private DataSource grey(String folder) {
    return source(folder, DataSource.Colour.GREY);
  }

  private DataSource sized(String folder, int height, int width) {
    return new DataSource.Images(
        directory.resolve(folder),
        Optional.of(new DataSource.ImageSize(height, width)),
        DataSource.Colour.GREY);
  }

  private String error(DataSource source) {
    return errorOf(() -> Loading.load(source)).replace(directory + "/", "");
  }

  /** An image of width x height pixels of this grey. */
  private Path image(String file, int height, int width, int grey) {
    int[] pixels = new int[height * width];
    Arrays.fill(pixels, grey * 0x010101);
    return ImageFiles.write(directory.resolve(file), ImageFiles.rgb(width, pixels));
  }

  private Path image(String file, int grey) {
    return image(file, 1, 1, grey);
  }

  @Test
  void shouldGiveEachFolderAClassAndEachPixelItsPlace() {
    ImageFiles.write(directory.resolve("t/cat/a.png"), ImageFiles.rgb(1, 0xFF0033, 0x00FF66));
    ImageFiles.write(directory.resolve("t/dog/a.png"), ImageFiles.rgb(1, 0x000000, 0xFFFFFF));
    Dataset data = Loading.load(rgb("t")).train();
    assertEquals(Shape.of(3, 2, 1), data.inputShape());
    assertEquals(new Targets.Classes(List.of("cat", "dog")), data.targets());
    assertArrayEquals(new float[] {1, 0, 0, 1, 0.2f, 0.4f}, input(data, 0));
    assertArrayEquals(new float[] {0, 1}, targets(data));
  }

  @Test
  void shouldSortClassesAndFilesByCodePoint() {
    List<String> classes = List.of("10", "9", "Zebra", "apple");
    for (int i = 0; i < classes.size(); i++) {
      image("t/" + classes.get(i) + "/b.png", 20 * i + 10);
      image("t/" + classes.get(i) + "/B.png", 20 * i);
    }
    Dataset data = Loading.load(grey("t")).train();
    assertEquals(new Targets.Classes(classes), data.targets());
    for (int i = 0; i < data.size(); i++) {
      assertEquals(10 * i / 255f, inputs(data)[i]);
    }
  }

  @Test
  void shouldReadEveryExtensionInAnyCase() throws IOException {
    List<String> names = List.of("1.png", "2.PNG", "3.jpg", "4.Jpeg", "5.gif", "6.BMP");
    for (String name : names) {
      image("t/a/" + name, 8, 8, 255);
    }
    // Other names of JPEG, as some browsers give them.
    for (String name : List.of("7.jfif", "8.JPE")) {
      Files.copy(directory.resolve("t/a/3.jpg"), directory.resolve("t/a/" + name));
    }
    image("t/b/x.png", 8, 8, 0);
    assertEquals(9, Loading.load(grey("t")).train().size());
  }

  @Test
  void shouldLeaveOutHiddenAndOtherFiles() throws IOException {
    image("t/a/x.png", 1);
    image("t/b/x.png", 2);
    image("t/a/.hidden.png", 3);
    image("t/.git/x.png", 4);
    Files.writeString(directory.resolve("t/a/notes.txt"), "x");
    Files.writeString(directory.resolve("t/README"), "x");
    Files.createDirectory(directory.resolve("t/a/.thumbnails"));
    Dataset data = Loading.load(grey("t")).train();
    assertArrayEquals(new float[] {1 / 255f, 2 / 255f}, inputs(data));
  }

  @Test
  void shouldStretchAllImagesToTheGivenSize() {
    ImageFiles.write(
        directory.resolve("t/a/x.png"), ImageFiles.rgb(4, 0x000000, 0x020202, 0x0A0A0A, 0x0C0C0C));
    image("t/b/x.png", 5, 3, 51);
    Dataset data = Loading.load(sized("t", 2, 2)).train();
    assertEquals(Shape.of(1, 2, 2), data.inputShape());
    assertArrayEquals(new float[] {1 / 255f, 11 / 255f, 1 / 255f, 11 / 255f}, input(data, 0));
    assertArrayEquals(new float[] {0.2f, 0.2f, 0.2f, 0.2f}, input(data, 1));
  }

  @Test
  void shouldAskForASizeWhenImagesDiffer() {
    image("t/a/x.png", 3, 4, 0);
    image("t/a/y.png", 3, 4, 0);
    image("t/b/x.png", 4, 3, 0);
    image("t/b/y.png", 5, 5, 0);
    assertEquals(
        "t: expected images of one size but a/x.png is 3x4 and b/x.png is 4x3 (height x width);"
            + " give a size to resize them",
        error(grey("t")).replace(directory.toString(), ""));
  }

  @Test
  void shouldGiveTheSameDataAgain() {
    for (int i = 0; i < 40; i++) {
      image("t/" + i % 3 + "/" + i + ".png", 3, 5, i);
    }
    assertEquals(hash(), hash());
  }

  private String hash() {
    return DatasetHash.sha256(Loading.load(sized("t", 4, 4)).train(), Optional.empty());
  }

  @Test
  void shouldNumberValidationClassesAsInTraining() {
    image("t/a/x.png", 1);
    image("t/b/x.png", 2);
    image("t/c/x.png", 3);
    image("v/c/x.png", 3);
    Dataset validation = Loading.validate(grey("t"), grey("v")).validation().orElseThrow();
    assertArrayEquals(new float[] {2}, targets(validation));
    assertEquals(3, ((Targets.Classes) validation.targets()).count());
  }

  @Test
  void shouldKnowAllClassesWhateverTheSplit() {
    image("t/a/x.png", 1);
    image("t/a/y.png", 1);
    image("t/a/z.png", 1);
    image("t/b/x.png", 2);
    LoadedData data = Loading.holdOut(grey("t"), 0.25, DataSpec.Split.CHRONOLOGICAL);
    assertEquals(new Targets.Classes(List.of("a", "b")), data.train().targets());
    assertArrayEquals(new float[] {1}, targets(data.validation().orElseThrow()));
  }

  @Test
  void shouldNameTheFileWhenTrainingLacksItsClass() {
    image("t/a/x.png", 1);
    image("t/b/x.png", 2);
    image("v/a/x.png", 1);
    image("v/zebra/x.png", 1);
    assertEquals(
        "v/zebra/x.png: class 'zebra' does not occur in the training part, whose classes are 'a',"
            + " 'b'",
        errorOf(() -> Loading.validate(grey("t"), grey("v"))).replace(directory + "/", ""));
  }

  @Test
  void shouldSayWhatTheDirectoryLacks() throws IOException {
    assertEquals("none: expected a directory but there is none", error(grey("none")));
    image("t/x.png", 1);
    assertEquals("t/x.png: expected a directory but found a file", error(grey("t/x.png")));
    assertEquals(
        "t: expected a folder of images for each class but found only images", error(grey("t")));
    Files.createDirectories(directory.resolve("empty"));
    assertEquals(
        "empty: expected a folder of images for each class but found an empty directory",
        error(grey("empty")));
    Files.writeString(directory.resolve("empty/README"), "x");
    assertEquals(
        "empty: expected a folder of images for each class but found only files",
        error(grey("empty")));
  }

  @Test
  void shouldWantAnImageInEachClass() throws IOException {
    image("t/a/x.png", 1);
    Files.createDirectory(directory.resolve("t/b"));
    Files.writeString(directory.resolve("t/b/x.txt"), "x");
    assertEquals(
        "t/b: expected at least one image (png, jpg, jpeg, jpe, jfif, gif, bmp) of class 'b' but"
            + " found none",
        error(grey("t")));
  }

  /** Left out unsaid, a part of the folder, or of one class, would be missing. */
  @ParameterizedTest
  @ValueSource(strings = {"webp", "tif", "tiff", "heic", "avif", "WebP"})
  void shouldRefusePicturesThatItCannotRead(String extension) throws IOException {
    image("t/a/x.png", 1);
    image("t/b/x.png", 2);
    Files.writeString(directory.resolve("t/b/y." + extension), "x");
    String why =
        ": expected an image (png, jpg, jpeg, jpe, jfif, gif, bmp) but found "
            + extension.toLowerCase(Locale.ROOT)
            + "; convert it, or take it out of the folder";
    assertEquals("t/b/y." + extension + why, error(grey("t")));
    ModelInputs inputs = new ModelInputs(grey("t"), Shape.of(1, 1, 1), List.of(), List.of());
    Path folder = directory.resolve("t");
    assertEquals(
        folder.resolve("b/y." + extension) + why,
        errorOf(() -> inputs.read(folder, (origin, input) -> {})));
  }

  /** Of a disk that is not there, perhaps: to train without its class is not what was meant. */
  @Test
  void shouldRefuseAClassWhoseLinkLeadsNowhere() throws IOException {
    image("t/a/x.png", 1);
    image("t/b/x.png", 2);
    Path link = directory.resolve("t/c");
    Files.createSymbolicLink(link, directory.resolve("elsewhere"));
    assertEquals(
        "t/c: expected a folder of images but found a link that leads nowhere", error(grey("t")));
    image("elsewhere/x.png", 3);
    assertEquals(3, Loading.load(grey("t")).train().size());
  }

  @Test
  void shouldWantTwoClassesToTrain() {
    image("t/a/x.png", 1);
    assertEquals(
        "t: expected at least two classes to tell apart but found only 'a'", error(grey("t")));
  }

  @Test
  void shouldRefuseFoldersWithinAClass() throws IOException {
    image("t/a/x.png", 1);
    image("t/b/deep/x.png", 1);
    assertEquals(
        "t/b/deep: expected images directly in their class's folder but found a folder",
        error(grey("t")));
  }

  @Test
  void shouldNameTheFirstFileThatCannotBeRead() throws IOException {
    for (int i = 10; i < 40; i++) {
      image("t/a/" + i + ".png", 1);
    }
    image("t/b/x.png", 1);
    for (int i : new int[] {37, 23, 31}) {
      Files.writeString(directory.resolve("t/a/" + i + ".png"), "x");
    }
    String expected = "t/a/23.png: expected a PNG, JPEG, GIF or BMP image but found something else";
    assertEquals(expected, error(grey("t")));
    assertEquals(expected, error(sized("t", 2, 2)));
  }

  @Test
  void shouldRefuseAnImageThatNoArrayHolds() {
    image("t/a/x.png", 1);
    image("t/b/x.png", 1);
    assertEquals(
        "t: an image of 1 x 65536x32768 bytes is too large for one array; expected at most 2147483639"
            + " bytes: set a smaller size",
        error(sized("t", 1 << 16, 1 << 15)));
  }

  @Test
  void shouldReadGreyFilesInAllThreeChannels() {
    BufferedImage grey =
        ImageFiles.samples(new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY), new int[] {51});
    ImageFiles.write(directory.resolve("t/a/x.png"), grey);
    image("t/b/x.png", 1);
    assertArrayEquals(new float[] {0.2f, 0.2f, 0.2f}, input(Loading.load(rgb("t")).train(), 0));
  }
}
