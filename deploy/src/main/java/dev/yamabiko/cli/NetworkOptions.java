package dev.yamabiko.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** What options about a network must be. */
final class NetworkOptions {

  private static final Pattern BANDWIDTH =
      Pattern.compile("(\\d+(?:\\.\\d+)?)([kKmMgGtT])(b|bit|B)(?:/s|ps)?");

  private static final Pattern LATENCY = Pattern.compile("(\\d+(?:\\.\\d+)?)(ns|us|µs|ms|s)");

  private NetworkOptions() {}

  /** Bits per second: "10Gb", "1Gb/s", "100Mbit/s"; of "125MB/s" bytes. */
  static double bandwidth(CommandSpec spec, String name, String text) {
    Matcher matcher = BANDWIDTH.matcher(text);
    if (!matcher.matches() || Double.parseDouble(matcher.group(1)) == 0) {
      throw new ParameterException(
          spec.commandLine(),
          "%s expects bits per second above 0, as 10Gb, 1Gb/s or 100Mb, but got %s"
              .formatted(name, text));
    }
    double scale =
        switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
          case "k" -> 1e3;
          case "m" -> 1e6;
          case "g" -> 1e9;
          default -> 1e12;
        };
    int bits = matcher.group(3).equals("B") ? Byte.SIZE : 1;
    return Double.parseDouble(matcher.group(1)) * scale * bits;
  }

  /** Seconds: "50us", "1ms". */
  static double latency(CommandSpec spec, String name, String text) {
    Matcher matcher = LATENCY.matcher(text);
    if (!matcher.matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "%s expects a time, as 50us or 1ms, but got %s".formatted(name, text));
    }
    double scale =
        switch (matcher.group(2)) {
          case "ns" -> 1e-9;
          case "ms" -> 1e-3;
          case "s" -> 1;
          default -> 1e-6;
        };
    return Double.parseDouble(matcher.group(1)) * scale;
  }
}
