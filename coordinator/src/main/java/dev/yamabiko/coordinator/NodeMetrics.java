package dev.yamabiko.coordinator;

import dev.yamabiko.wire.MessageTable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Optional;

/**
 * What a coordinator's node tells Prometheus: its JVM, and the cluster, where it has the
 * coordinator. {@code docs/monitoring.md} lists it. Thread-safe.
 */
public final class NodeMetrics implements AutoCloseable {

  /** How a page is written. */
  public enum Format {
    TEXT("text/plain", "0.0.4"),
    OPEN_METRICS("application/openmetrics-text", "1.0.0");

    private final String mediaType;
    private final String version;

    Format(String mediaType, String version) {
      this.mediaType = mediaType;
      this.version = version;
    }

    /** Without parameters. */
    public String mediaType() {
      return mediaType;
    }

    public String contentType() {
      return "%s; version=%s; charset=utf-8".formatted(mediaType, version);
    }
  }

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final ClusterMetrics cluster = new ClusterMetrics(registry, System::nanoTime);

  public NodeMetrics() {
    registry.throwExceptionOnRegistrationFailure();
    gc.bindTo(registry);
    List.of(
            new JvmMemoryMetrics(),
            new JvmThreadMetrics(),
            new ClassLoaderMetrics(),
            new ProcessorMetrics(),
            new FileDescriptorMetrics(),
            new UptimeMetrics())
        .forEach(binder -> binder.bindTo(registry));
    buildInfo(registry);
  }

  private static void buildInfo(MeterRegistry registry) {
    String version = NodeMetrics.class.getPackage().getImplementationVersion();
    Gauge.builder("yamabiko.build.info", () -> 1)
        .description("What runs here: the labels say it, the value is 1")
        .tag("version", Optional.ofNullable(version).orElse("development"))
        .tag("protocol", String.valueOf(MessageTable.PROTOCOL_VERSION))
        .tag("java", Runtime.version().toString())
        .register(registry);
  }

  /** What the coordinator tells, for as long as it is here. */
  ClusterMetrics cluster() {
    return cluster;
  }

  /** All figures as they are now. */
  public String page(Format format) {
    cluster.forgetEnded();
    return registry.scrape(format.contentType());
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }
}
