package dev.yamabiko.cli.settings;

import java.util.regex.Pattern;

/** The reference of all settings in Markdown, made from what the nodes read. */
final class ConfigurationReference {

  /** Variables, paths and options. */
  private static final Pattern CODE =
      Pattern.compile("\\$YAMABIKO_[A-Z_]+|\\$XDG[\\w/]+|~/[\\w./-]*\\w|(?<![\\w-])--[a-z][a-z-]*");

  private ConfigurationReference() {}

  static String markdown(NodeReference reference) {
    StringBuilder text =
        new StringBuilder(
            """
            # Configuration

            `--config FILE` of `coordinator`, `worker` and `parameters` takes a file in HOCON, of which JSON is a subset. This page is made
            from [the file](../deploy/src/main/resources/dev/yamabiko/cli/settings/nodes.conf) that holds the defaults; a test keeps it so.

            - An option of the same name, `--http-port` for `http-port`, goes before the file, and the file before the default.
            - Every key may be left out; an unknown one is an error that names the nearest known.
            - Paths in a file are relative to the file, those of options and of defaults to the working directory.
            - Bytes are a number, or have a unit: `20 GiB`, `500 MB`. `${?NAME}` is an environment variable's value, if there is one.
            - [`conf`](../deploy/conf) has an example for each. `yamabiko doctor` says whether a node can be started with a file.

            The environment variables that nodes read are [elsewhere](operations.md#environment).
            """);
    for (NodeReference.Section section : reference.sections()) {
      text.append("\n## %s\n\n".formatted(section.title()));
      text.append("| key | default | takes | means |\n|---|---|---|---|\n");
      section.keys().forEach(key -> text.append(row(key)));
    }
    return text.toString();
  }

  private static String row(NodeReference.Key key) {
    String standard = key.standard().isEmpty() ? "none" : "`" + key.standard() + "`";
    return "| `%s` | %s | %s | %s |\n"
        .formatted(key.name(), standard, prose(key.takes()), prose(key.means()));
  }

  private static String prose(String text) {
    return CODE.matcher(text).replaceAll("`$0`").replace("|", "\\|");
  }
}
