package dev.yamabiko.benchmarks.compare.javacpp;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;
import static org.bytedeco.pytorch.global.torch.kaiming_normal_;
import static org.bytedeco.pytorch.global.torch.manual_seed;
import static org.bytedeco.pytorch.global.torch.max_pool2d;
import static org.bytedeco.pytorch.global.torch.relu;
import static org.bytedeco.pytorch.global.torch.set_num_threads;
import static org.bytedeco.pytorch.global.torch.zeros_;

import dev.yamabiko.benchmarks.compare.Cell;
import dev.yamabiko.benchmarks.compare.Contestant;
import dev.yamabiko.benchmarks.compare.ImageSet;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.FanModeType;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Nonlinearity;
import org.bytedeco.pytorch.SGD;
import org.bytedeco.pytorch.SGDOptions;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.kFanIn;
import org.bytedeco.pytorch.kReLU;

/**
 * libtorch by the generated bindings of JavaCPP: its C++ modules and optimizer, one native call for
 * each operation. All batches lie in libtorch's memory before the first step.
 */
public final class JavacppContestant implements Contestant {

  private record Batch(Tensor images, Tensor labels) {}

  private final boolean cnn;
  private final Module model = new Module();
  private final List<Conv2dImpl> convolutions = new ArrayList<>();
  private final List<LinearImpl> dense = new ArrayList<>();
  private final SGD optimizer;
  private final List<Batch> batches = new ArrayList<>();

  private JavacppContestant(Cell cell, ImageSet data) {
    set_num_threads(cell.threads());
    manual_seed(1);
    cnn = cell.isCnn();
    if (cnn) {
      convolution(1, 32);
      convolution(32, 64);
      dense(1600, 128);
      dense(128, ImageSet.CLASSES);
    } else {
      dense(ImageSet.PIXELS, 512);
      dense(512, 256);
      dense(256, ImageSet.CLASSES);
    }
    optimizer = new SGD(model.parameters(), new SGDOptions(LEARNING_RATE));
    int batch = cell.batch();
    for (int b = 0; b < data.size() / batch; b++) {
      float[] images = new float[batch * ImageSet.PIXELS];
      data.images(b, batch).get(images);
      batches.add(
          new Batch(
              Tensor.create(images, batch, 1, ImageSet.SIDE, ImageSet.SIDE),
              Tensor.create(data.labels(b, batch))));
    }
  }

  private void convolution(int in, int out) {
    Conv2dImpl layer = new Conv2dImpl(in, out, new LongPointer(3, 3));
    initialize(layer.weight(), layer.bias());
    convolutions.add(model.register_module("convolution" + convolutions.size(), layer));
  }

  private void dense(int in, int out) {
    LinearImpl layer = new LinearImpl(in, out);
    initialize(layer.weight(), layer.bias());
    dense.add(model.register_module("dense" + dense.size(), layer));
  }

  private static void initialize(Tensor weight, Tensor bias) {
    kaiming_normal_(weight, 0, new FanModeType(new kFanIn()), new Nonlinearity(new kReLU()));
    zeros_(bias);
  }

  @Override
  public float step(int b) {
    // Frees the step's tensors without waiting for the collector.
    PointerScope scope = new PointerScope();
    try {
      Tensor x = batches.get(b).images();
      for (Conv2dImpl layer : convolutions) {
        x = max_pool2d(relu(layer.forward(x)), 2, 2);
      }
      x = x.flatten(1, -1);
      for (LinearImpl layer : dense) {
        x = layer.forward(x);
        x = layer == dense.get(dense.size() - 1) ? x : relu(x);
      }
      Tensor loss = cross_entropy_loss(x, batches.get(b).labels());
      optimizer.zero_grad();
      loss.backward();
      float value = loss.item_float();
      optimizer.step();
      return value;
    } finally {
      scope.close();
    }
  }

  @Override
  public void close() {
    optimizer.close();
    model.close();
  }

  public static void main(String[] args) {
    Contestant.main(args, JavacppContestant::new);
  }
}
