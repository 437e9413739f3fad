package dev.yamabiko.job;

import com.typesafe.config.ConfigValueType;
import dev.yamabiko.data.DataSource;
import dev.yamabiko.data.DataSource.Column;
import dev.yamabiko.data.DataSource.Header;
import dev.yamabiko.data.DataSource.MissingValues;
import dev.yamabiko.data.DataSource.Normalization;
import dev.yamabiko.data.DataSource.UnknownCategories;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * {@code csv { path, header = auto, separator = ",", columns = [...], targets = [...] | label, lags
 * = 0, normalize-inputs = standard, normalize-targets = standard, missing = error, categorical =
 * [...], unknown-categories = error }}.
 */
final class CsvParser {
  private static final String COLUMN = "a column's name or its 0-based index";
  private static final String COLUMNS = "a list of columns, each a name or a 0-based index,";

  private CsvParser() {}

  static DataSource.Csv parse(Variant csv) {
    Section options =
        csv.section(
            "path",
            "header",
            "separator",
            "columns",
            "targets",
            "label",
            "lags",
            "normalize-inputs",
            "normalize-targets",
            "missing",
            "categorical",
            "unknown-categories");
    Header header = header(options.at("header"));
    List<Column> columns = columns(options.at("columns"), header);
    List<Column> targets = columns(options.at("targets"), header);
    Optional<Column> label = label(options, header);
    return new DataSource.Csv(
        options.at("path").path(),
        header,
        separator(options.at("separator")),
        columns,
        targets,
        label,
        lags(options, label),
        options.at("normalize-inputs").oneOf(Normalization.class, Normalization.STANDARD),
        options.at("normalize-targets").oneOf(Normalization.class, Normalization.STANDARD),
        options.at("missing").oneOf(MissingValues.class, MissingValues.ERROR),
        columns(options.at("categorical"), header),
        unknownCategories(options));
  }

  private static UnknownCategories unknownCategories(Section options) {
    Node node = options.at("unknown-categories");
    if (node.given() && !options.at("categorical").given()) {
      throw node.error("there are no categories without categorical");
    }
    return node.oneOf(UnknownCategories.class, UnknownCategories.ERROR);
  }

  private static Header header(Node node) {
    if (!node.given()) {
      return Header.AUTO;
    }
    if (node.is(ConfigValueType.BOOLEAN)) {
      return node.flag(false) ? Header.TRUE : Header.FALSE;
    }
    if (node.is(ConfigValueType.STRING) && node.value().unwrapped().equals("auto")) {
      return Header.AUTO;
    }
    throw node.expected("auto, true or false");
  }

  private static char separator(Node node) {
    if (!node.given()) {
      return ',';
    }
    String expected = "one character (neither a double quote nor a line end)";
    String text = node.text(expected);
    if (text.length() != 1 || "\"\r\n".contains(text)) {
      throw node.expected(expected);
    }
    return text.charAt(0);
  }

  private static List<Column> columns(Node node, Header header) {
    Set<Column> columns = new LinkedHashSet<>();
    if (node.given()) {
      for (Node item : node.items(COLUMNS)) {
        if (!columns.add(column(item, header))) {
          throw item.error("expected each column once but found " + item.found() + " again");
        }
      }
    }
    return List.copyOf(columns);
  }

  private static Column column(Node node, Header header) {
    if (node.isInteger()) {
      return new Column.Indexed(node.integer(0));
    }
    Column column = new Column.Named(node.text(COLUMN));
    if (header == Header.FALSE) {
      throw node.expected("a 0-based index, because header = false,");
    }
    return column;
  }

  private static Optional<Column> label(Section options, Header header) {
    Node label = options.at("label");
    Node targets = options.at("targets");
    if (!label.given()) {
      if (!targets.given()) {
        throw options
            .node()
            .error("expected targets (numbers) or label (a class) but found neither");
      }
      return Optional.empty();
    }
    if (targets.given()) {
      throw label.error("expected targets (numbers) or label (a class) but found both");
    }
    if (options.at("normalize-targets").given()) {
      throw options
          .at("normalize-targets")
          .error("only targets can be scaled, but there is a label");
    }
    return Optional.of(column(label, header));
  }

  private static int lags(Section options, Optional<Column> label) {
    int lags = options.at("lags").integer(0, 0);
    if (lags > 0 && label.isPresent()) {
      throw options.at("lags").error("lags need targets, but there is a label");
    }
    return lags;
  }
}
