package dev.yamabiko.job;

import com.typesafe.config.ConfigValue;
import java.util.List;

/**
 * A value that takes the place of what a job has at a key.
 *
 * @param path the key's parts, at least one
 * @param origin describes to Config where the setting was written, by a token of {@link Sources}
 * @param place the same for people
 */
record Setting(List<String> path, ConfigValue value, String origin, String place) {}
