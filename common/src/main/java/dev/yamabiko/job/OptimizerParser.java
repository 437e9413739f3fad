package dev.yamabiko.job;

import dev.yamabiko.extension.Interval;
import dev.yamabiko.optim.Adam;
import dev.yamabiko.optim.AdamW;
import dev.yamabiko.optim.Optimizer;
import dev.yamabiko.optim.RmsProp;
import dev.yamabiko.optim.Sgd;
import java.util.List;

/** {@code optimizer { sgd {...} }} or {@code adam}, and so on. */
final class OptimizerParser {
  static final List<String> OPTIMIZERS = List.of("sgd", "adam", "adamw", "rmsprop");
  private static final float SGD_LEARNING_RATE = 0.01f;

  private OptimizerParser() {}

  static Optimizer parse(Node node) {
    Extensions extensions = Extensions.ofThisJvm();
    Variant variant = node.variant(extensions.with(OPTIMIZERS, Category.OPTIMIZER));
    return switch (variant.name()) {
      case "sgd" -> sgd(variant);
      case "adam" -> adam(variant);
      case "adamw" -> adamW(variant);
      case "rmsprop" -> rmsProp(variant);
      default -> extensions.make(Category.OPTIMIZER, variant, Optimizer.class);
    };
  }

  private static Optimizer sgd(Variant variant) {
    Section options = variant.section("learning-rate", "momentum", "nesterov", "weight-decay");
    float momentum = options.at("momentum").single(Interval.BELOW_ONE, 0);
    boolean nesterov = options.at("nesterov").flag(false);
    if (nesterov && momentum == 0) {
      throw options.at("nesterov").error("expected momentum greater than 0 with nesterov = true");
    }
    return new Sgd(
        options.at("learning-rate").single(Interval.POSITIVE, SGD_LEARNING_RATE),
        momentum,
        nesterov,
        options.at("weight-decay").single(Interval.NOT_NEGATIVE, 0));
  }

  private static Optimizer adam(Variant variant) {
    Section options = variant.section("learning-rate", "beta1", "beta2", "epsilon", "weight-decay");
    return new Adam(
        options.at("learning-rate").single(Interval.POSITIVE, Adam.DEFAULT_LEARNING_RATE),
        options.at("beta1").single(Interval.BELOW_ONE, Adam.DEFAULT_BETA1),
        options.at("beta2").single(Interval.BELOW_ONE, Adam.DEFAULT_BETA2),
        options.at("epsilon").single(Interval.POSITIVE, Adam.DEFAULT_EPSILON),
        options.at("weight-decay").single(Interval.NOT_NEGATIVE, 0));
  }

  private static Optimizer adamW(Variant variant) {
    Section options = variant.section("learning-rate", "beta1", "beta2", "epsilon", "weight-decay");
    return new AdamW(
        options.at("learning-rate").single(Interval.POSITIVE, Adam.DEFAULT_LEARNING_RATE),
        options.at("beta1").single(Interval.BELOW_ONE, Adam.DEFAULT_BETA1),
        options.at("beta2").single(Interval.BELOW_ONE, Adam.DEFAULT_BETA2),
        options.at("epsilon").single(Interval.POSITIVE, Adam.DEFAULT_EPSILON),
        options.at("weight-decay").single(Interval.NOT_NEGATIVE, AdamW.DEFAULT_WEIGHT_DECAY));
  }

  private static Optimizer rmsProp(Variant variant) {
    Section options =
        variant.section("learning-rate", "alpha", "epsilon", "momentum", "weight-decay");
    return new RmsProp(
        options.at("learning-rate").single(Interval.POSITIVE, RmsProp.DEFAULT_LEARNING_RATE),
        options.at("alpha").single(Interval.BELOW_ONE, RmsProp.DEFAULT_ALPHA),
        options.at("epsilon").single(Interval.POSITIVE, RmsProp.DEFAULT_EPSILON),
        options.at("momentum").single(Interval.BELOW_ONE, 0),
        options.at("weight-decay").single(Interval.NOT_NEGATIVE, 0));
  }
}
