package dev.yamabiko.cli.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.yamabiko.cli.doctor.Finding.Result;
import dev.yamabiko.tensor.KernelFingerprint;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MachineChecksTest {

  private static final ZonedDateTime NOW =
      ZonedDateTime.of(2026, 11, 27, 10, 0, 0, 0, ZoneId.of("Europe/Berlin"));

  private int feature = 17;
  private Optional<String> slowness = Optional.empty();
  private Optional<String> fingerprint = Optional.of("0123456789abcdef");
  private long heapGiB = 4;
  private OptionalLong openFiles = OptionalLong.of(1 << 20);
  private ZonedDateTime now = NOW;

  private Machine machine() {
    return new Machine(
        feature,
        feature + ".0.1",
        "vector 256",
        slowness,
        fingerprint,
        2,
        heapGiB << 30,
        8L << 30,
        openFiles,
        now);
  }

  private static void assertResult(Result expected, Finding finding) {
    assertEquals(expected, finding.result(), finding.line());
    assertEquals(expected == Result.OK, finding.advice().isEmpty(), finding.line());
    assertEquals(1, finding.line().lines().count(), finding.line());
  }

  @Test
  void shouldFindNothingWrongWithAGoodMachine() {
    MachineChecks.of(machine()).forEach(finding -> assertResult(Result.OK, finding));
    assertEquals(
        "ok           clock         2026-11-27 10:00:00 +01:00, time zone Europe/Berlin",
        MachineChecks.clock(machine()).line());
  }

  @Test
  void shouldRefuseAnOldJava() {
    feature = 11;
    assertResult(Result.PROBLEM, MachineChecks.java(machine()));
  }

  @Test
  void shouldWarnOfSlowKernels() {
    slowness = Optional.of("computing with scalar kernels, many times slower: no module");
    Finding finding = MachineChecks.vectors(machine());
    assertResult(Result.WARNING, finding);
    assertTrue(finding.found().contains("no module"), finding.found());
  }

  @Test
  void shouldNotTrustAMachineThatComputesDifferently() {
    fingerprint = Optional.empty();
    assertResult(Result.PROBLEM, MachineChecks.vectors(machine()));
  }

  @ParameterizedTest
  @CsvSource({"0, WARNING", "1, OK", "6, OK", "7, WARNING", "8, WARNING", "9, PROBLEM"})
  void shouldHoldTheHeapAgainstTheMemory(long heap, Result expected) {
    heapGiB = heap;
    assertResult(expected, MachineChecks.memory(machine()));
  }

  @Test
  void shouldWarnOfFewOpenFiles() {
    openFiles = OptionalLong.of(1024);
    assertResult(Result.WARNING, MachineChecks.files(machine()));
    openFiles = OptionalLong.empty();
    assertResult(Result.OK, MachineChecks.files(machine()));
  }

  @Test
  void shouldFindAClockThatHasLostItsBattery() {
    now = NOW.withYear(1970);
    assertResult(Result.PROBLEM, MachineChecks.clock(machine()));
  }

  @Test
  void shouldKnowTheMachineThatItRunsOn() {
    Machine here = Machine.here();
    assertEquals(Runtime.version().feature(), here.feature());
    assertEquals(Optional.of(KernelFingerprint.ofThisJvm()), here.fingerprint());
    assertEquals(Runtime.getRuntime().maxMemory(), here.heapBytes());
    assertTrue(here.memoryBytes() > Bytes.GIB / 4, here.toString());
    assertEquals(5, MachineChecks.of(here).stream().map(Finding::check).distinct().count());
    assertEquals(
        List.of(Result.OK),
        MachineChecks.of(here).stream()
            .filter(finding -> finding.check().equals("java"))
            .map(Finding::result)
            .toList());
  }
}
