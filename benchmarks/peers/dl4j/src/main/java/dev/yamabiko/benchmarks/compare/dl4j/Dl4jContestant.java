package dev.yamabiko.benchmarks.compare.dl4j;

import dev.yamabiko.benchmarks.compare.Cell;
import dev.yamabiko.benchmarks.compare.Contestant;
import dev.yamabiko.benchmarks.compare.ImageSet;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * Deeplearning4j with its native backend, oneDNN helpers and workspaces on, as they are by default.
 * All batches lie in its memory before the first step. OMP_NUM_THREADS sets its threads.
 */
public final class Dl4jContestant implements Contestant {

  private final MultiLayerNetwork network;
  private final List<DataSet> batches = new ArrayList<>();

  private Dl4jContestant(Cell cell, ImageSet data) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Sgd(LEARNING_RATE))
            .weightInit(WeightInit.RELU)
            .activation(Activation.RELU)
            .list();
    if (cell.isCnn()) {
      layers
          .layer(new ConvolutionLayer.Builder(3, 3).nOut(32).build())
          .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
          .layer(new ConvolutionLayer.Builder(3, 3).nOut(64).build())
          .layer(new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build())
          .layer(new DenseLayer.Builder().nOut(128).build())
          .setInputType(InputType.convolutional(ImageSet.SIDE, ImageSet.SIDE, 1));
    } else {
      layers
          .layer(new DenseLayer.Builder().nOut(512).build())
          .layer(new DenseLayer.Builder().nOut(256).build())
          .setInputType(InputType.feedForward(ImageSet.PIXELS));
    }
    layers.layer(
        new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .nOut(ImageSet.CLASSES)
            .activation(Activation.SOFTMAX)
            .build());
    network = new MultiLayerNetwork(layers.build());
    network.init();
    int batch = cell.batch();
    long[] shape =
        cell.isCnn()
            ? new long[] {batch, 1, ImageSet.SIDE, ImageSet.SIDE}
            : new long[] {batch, ImageSet.PIXELS};
    for (int b = 0; b < data.size() / batch; b++) {
      float[] images = new float[batch * ImageSet.PIXELS];
      data.images(b, batch).get(images);
      INDArray labels = Nd4j.create(data.oneHot(b, batch), new long[] {batch, ImageSet.CLASSES});
      batches.add(new DataSet(Nd4j.create(images, shape), labels));
    }
  }

  @Override
  public float step(int b) {
    network.fit(batches.get(b));
    return (float) network.score();
  }

  @Override
  public void close() {
    network.close();
  }

  public static void main(String[] args) {
    Contestant.main(args, Dl4jContestant::new);
  }
}
