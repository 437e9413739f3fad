package dev.yamabiko.data;

import java.awt.image.BufferedImage;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadUpdateListener;

/**
 * Asks a guard while ImageIO decodes an image. The file's bytes alone do not tell how that goes on:
 * a few of them can be a scan of a JPEG, for which the decoder makes the whole image once more. So
 * the guard is asked at every row as well. ImageIO lets what a listener throws through; what the
 * guard threw is kept all the same, to be told from what the decoder has to say.
 */
final class GuardedDecoding implements IIOReadUpdateListener {

  private final DecodingGuard guard;
  private RuntimeException end;

  GuardedDecoding(DecodingGuard guard) {
    this.guard = guard;
  }

  /** Throws what the guard has thrown, if it has. */
  void requireNotEnded() {
    if (end != null) {
      throw end;
    }
  }

  void sized(ImageFile.Size size) {
    asked(() -> guard.sized(size.height(), size.width()));
  }

  private void goesOn() {
    asked(guard::goesOn);
  }

  private void asked(Runnable question) {
    try {
      question.run();
    } catch (RuntimeException e) {
      end = e;
      throw e;
    }
  }

  InputStream stream(InputStream content) {
    return new FilterInputStream(content) {
      @Override
      public int read() throws IOException {
        goesOn();
        return super.read();
      }

      @Override
      public int read(byte[] into, int at, int most) throws IOException {
        goesOn();
        return super.read(into, at, most);
      }
    };
  }

  @Override
  public void imageUpdate(
      ImageReader reader,
      BufferedImage image,
      int x,
      int y,
      int width,
      int height,
      int periodX,
      int periodY,
      int[] bands) {
    goesOn();
  }

  @Override
  public void passStarted(
      ImageReader reader,
      BufferedImage image,
      int pass,
      int minPass,
      int maxPass,
      int x,
      int y,
      int periodX,
      int periodY,
      int[] bands) {
    goesOn();
  }

  @Override
  public void passComplete(ImageReader reader, BufferedImage image) {
    goesOn();
  }

  @Override
  public void thumbnailPassStarted(
      ImageReader reader,
      BufferedImage thumbnail,
      int pass,
      int minPass,
      int maxPass,
      int x,
      int y,
      int periodX,
      int periodY,
      int[] bands) {
    // Thumbnails are not decoded.
  }

  @Override
  public void thumbnailUpdate(
      ImageReader reader,
      BufferedImage thumbnail,
      int x,
      int y,
      int width,
      int height,
      int periodX,
      int periodY,
      int[] bands) {
    // Thumbnails are not decoded.
  }

  @Override
  public void thumbnailPassComplete(ImageReader reader, BufferedImage thumbnail) {
    // Thumbnails are not decoded.
  }
}
