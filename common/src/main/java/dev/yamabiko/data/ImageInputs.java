package dev.yamabiko.data;

import dev.yamabiko.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Image files, one after the other.
 *
 * @param shape [channels, height, width]
 * @param resized whether training resized its images; otherwise they must have the model's size
 * @param byteValues what the model sees of each byte
 */
record ImageInputs(Shape shape, DataSource.Colour colour, boolean resized, float[] byteValues) {

  void readFile(Path file, InputSink sink) {
    read(file, name(file), new byte[shape.size()], new float[shape.size()], sink);
  }

  /**
   * Images that lie in the folder, and behind them those in its sub-folders, such as one per class;
   * each in the order of code points, so that the training folder gives the training order.
   */
  void readFolder(Path folder, InputSink sink) {
    List<Path> images = new ArrayList<>(images(folder));
    for (Path entry : ImageFolder.entries(folder)) {
      if (Files.isDirectory(entry)) {
        images.addAll(images(entry));
      }
    }
    if (images.isEmpty()) {
      throw new DataException(
          "%s: expected at least one image (%s) but found none"
              .formatted(folder, ImageNames.IN_WORDS));
    }
    byte[] bytes = new byte[shape.size()];
    float[] input = new float[shape.size()];
    for (Path image : images) {
      String name =
          image.getParent().equals(folder)
              ? name(image)
              : name(image.getParent()) + "/" + name(image);
      read(image, name, bytes, input, sink);
    }
  }

  private static List<Path> images(Path folder) {
    return ImageFolder.entries(folder).stream()
        .filter(entry -> !Files.isDirectory(entry) && ImageNames.isImage(entry))
        .toList();
  }

  private static String name(Path path) {
    return ImageFolder.name(path);
  }

  private void read(Path file, String name, byte[] bytes, float[] input, InputSink sink) {
    fit(file, ImageFile.read(file, colour), bytes, input);
    sink.accept(new InputOrigin.File(name), input);
  }

  /** One image that is no file. */
  float[] input(String name, BytePlanes image) {
    float[] input = new float[shape.size()];
    fit(name, image, new byte[shape.size()], input);
    return input;
  }

  private void fit(Object name, BytePlanes image, byte[] bytes, float[] input) {
    int height = shape.dimension(1);
    int width = shape.dimension(2);
    if (!resized && (image.height() != height || image.width() != width)) {
      throw new DataException(
          "%s: expected an image of %dx%d (height x width), because the model was trained without resizing, but found %dx%d"
              .formatted(name, height, width, image.height(), image.width()));
    }
    ImageResize.resize(image, height, width, bytes, 0);
    for (int i = 0; i < bytes.length; i++) {
      input[i] = byteValues[bytes[i] & 0xFF];
    }
  }
}
