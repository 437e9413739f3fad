import dev.yamabiko.api.*;
import java.nio.file.Path;

public class Trips {
  public static void main(String[] args) {
    TrainingJob job = TrainingJob.file(Path.of("trips.conf")).set("epochs", 3);
    TrainingOptions options =
        TrainingOptions.defaults()
            .listener(p -> System.out.println("epoch " + p.epoch() + ": " + p.validation().get()));
    TrainingResult result = Yamabiko.train(job, options);
    System.out.println(result.status() + " " + result.weightsSha256().get());

    Model model = result.model();
    model.save(Path.of("trips.safetensors"));
    System.out.println(model.predictFile(Path.of("new.csv")));
  }
}
