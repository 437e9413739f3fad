package dev.yamabiko.cli;

import dev.yamabiko.data.OneLine;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells people how the trials of a sweep on a coordinator go. A terminal shows a table, redrawn in
 * place; elsewhere each change of a trial's status is a line.
 */
final class SweepProgress {

  /** The summary, the table's header, and the line that the cursor may need. */
  private static final int OTHER_ROWS = 3;

  private static final List<String> ORDER = List.of("running", "waiting", "completed", "failed");

  private final Session session;
  private final SweepTable table;
  private final LiveLines live;
  private final Map<String, String> said = new HashMap<>();

  SweepProgress(Session session, SweepTable table) {
    this.session = session;
    this.table = table;
    live = new LiveLines(session.err());
  }

  void show(List<Standing> standings) {
    if (session.terminal().steerable()) {
      draw(standings);
    } else {
      standings.forEach(this::sayChange);
    }
  }

  /** Trials that run first: there may be more of them than the terminal has lines. */
  private void draw(List<Standing> standings) {
    Terminal terminal = session.terminal();
    List<Standing> shown = new ArrayList<>(table.ranked(standings));
    shown.sort((a, b) -> Integer.compare(order(a), order(b)));
    int most = Math.max(1, terminal.rows() - OTHER_ROWS);
    if (shown.size() > most) {
      shown = shown.subList(0, most);
    }
    List<String> lines = new ArrayList<>();
    lines.add(table.summary(standings));
    lines.addAll(table.lines(shown, Instant.now(), Ink.PLAIN));
    live.draw(lines.stream().map(this::cut).toList());
  }

  private static int order(Standing standing) {
    int order = ORDER.indexOf(standing.status());
    return order < 0 ? ORDER.size() : order;
  }

  private String cut(String line) {
    int most = session.terminal().columns() - 1;
    return line.length() <= most ? line : line.substring(0, most);
  }

  private void sayChange(Standing standing) {
    String status = standing.status();
    if (!status.equals(said.put(standing.trial().name(), status))
        && (status.equals("running") || standing.hasEnded())) {
      session.err().println(line(standing, session.terminal().err()));
    }
  }

  /** "digits-s02 completed: validation loss 0.0123 accuracy 98.40 % (batch-size = 64)". */
  static String line(Standing standing, Ink ink) {
    String status = standing.status();
    String what = "";
    if (standing.isCompleted()) {
      what = ": " + standing.metrics();
    } else if (standing.job().object().get("error") != null) {
      what = ": " + standing.job().text("error");
    }
    return OneLine.of(standing.trial().name())
        + " "
        + ink.status(status)
        + OneLine.of("%s (%s)".formatted(what, standing.trial().describe()));
  }

  /** A line for good. */
  void say(String text) {
    live.above("yamabiko: " + text);
  }

  /** Leaves what is being redrawn. */
  void leave() {
    live.leave();
  }
}
