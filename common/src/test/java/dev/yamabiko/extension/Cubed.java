package dev.yamabiko.extension;

/**
 * As a user might write one: Y = X^3.
 *
 * @param factor of the derivative, which is right for 3
 */
public record Cubed(float factor) implements ElementWise {

  @Override
  public String kind() {
    return "cubed";
  }

  @Override
  public float value(float x) {
    return x * x * x;
  }

  @Override
  public float derivative(float x) {
    return factor * (x * x);
  }

  @Override
  public double reference(double x) {
    return x * x * x;
  }
}
