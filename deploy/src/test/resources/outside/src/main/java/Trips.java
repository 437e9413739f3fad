import dev.yamabiko.api.*;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

public class Trips {
  public static void main(String[] args) {
    TrainingJob job = TrainingJob.file(Path.of(args[0])).set("epochs", 3);
    TrainingOptions options =
        TrainingOptions.defaults()
            .workers(Integer.parseInt(args[1]))
            .listener(p -> System.out.println("epoch " + p.epoch() + ": " + p.validation().get()));
    TrainingResult result = Yamabiko.train(job, options);
    System.out.println(result.status() + " " + result.weightsSha256().get());

    Model model = result.model();
    model.save(Path.of("trips.safetensors"));
    Map<String, Object> trip = new HashMap<>(Map.of("weather", "sunny", "day", "weekday"));
    trip.putAll(Map.of("area", "suburb", "distance_km", 6.5, "age", 19, "luggage_kg", 2.1));
    System.out.println(model.predict(trip));
  }
}
