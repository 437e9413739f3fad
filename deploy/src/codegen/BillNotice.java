import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Says in the build's output where the distribution lacks its bill of materials: Maven leaves the
 * goal that makes it out under {@code -o}, in a line that one has to know to look for. One of an
 * earlier build is removed, for it may name other libraries.
 *
 * <p>Usage: {@code java BillNotice.java offline=true|false BOM}
 */
final class BillNotice {

  private BillNotice() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 2) {
      throw new IllegalArgumentException("expected offline=true|false BOM");
    }
    Path bill = Path.of(args[1]);
    boolean offline = args[0].equals("offline=true");
    if (offline) {
      Files.deleteIfExists(bill);
    }
    if (!Files.exists(bill)) {
      System.out.printf(
          "WARNING: the distribution has no %s, its bill of materials: %s%n",
          bill.getFileName(),
          offline
              ? "the goal that makes it does not run while Maven is offline; build without -o for"
                  + " one"
              : "the goal that makes it did not run");
    }
  }
}
