package dev.yamabiko;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.yamabiko.coordinator.TrainingRun;
import dev.yamabiko.protocol.CoordinatorMessage;
import dev.yamabiko.protocol.NodeMessage;
import dev.yamabiko.protocol.OwnerEvent;
import dev.yamabiko.protocol.OwnerMessage;
import dev.yamabiko.protocol.RunMessage;
import dev.yamabiko.protocol.SliceMessage;
import dev.yamabiko.protocol.WorkerMessage;
import dev.yamabiko.slices.ParameterSlice;
import dev.yamabiko.worker.Worker;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The edges between modules and packages, and what the arithmetic may not call. */
@AnalyzeClasses(packages = "dev.yamabiko", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String[] PURE = {
    "dev.yamabiko.tensor..",
    "dev.yamabiko.nn..",
    "dev.yamabiko.optim..",
    "dev.yamabiko.data..",
    "dev.yamabiko.extension.."
  };

  private static final Set<String> MACHINE_DEPENDENT =
      Set.of(
          "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "exp", "expm1", "log", "log10",
          "log1p", "pow", "sinh", "cosh", "tanh", "cbrt", "hypot");

  @ArchTest
  static final ArchRule modulesPointOneWay =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("cli")
          .definedBy("dev.yamabiko.cli..")
          .layer("api")
          .definedBy("dev.yamabiko.api..", "dev.yamabiko.client..", "dev.yamabiko.local..")
          .layer("coordinator")
          .definedBy("dev.yamabiko.coordinator..")
          .layer("worker")
          .definedBy("dev.yamabiko.worker..")
          .layer("common")
          .definedBy(
              "dev.yamabiko.tensor..",
              "dev.yamabiko.nn..",
              "dev.yamabiko.optim..",
              "dev.yamabiko.data..",
              "dev.yamabiko.extension..",
              "dev.yamabiko.step..",
              "dev.yamabiko.job..",
              "dev.yamabiko.model..",
              "dev.yamabiko.protocol..",
              "dev.yamabiko.slices..",
              "dev.yamabiko.wire..")
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("api")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("coordinator")
          .mayOnlyBeAccessedByLayers("cli", "api")
          .whereLayer("worker")
          .mayOnlyBeAccessedByLayers("cli", "api");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices().matching("dev.yamabiko.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule arithmeticKnowsNoMessages =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("akka..", "com.esotericsoftware..", "io.netty..");

  /** They belong to the program that others are part of. */
  @ArchTest
  static final ArchRule onlyTheCommandSetsPropertiesOfTheJvm =
      noClasses()
          .that()
          .resideOutsideOfPackage("dev.yamabiko.cli..")
          .should()
          .callMethod(System.class, "setProperty", String.class, String.class);

  @ArchTest
  static final ArchRule arithmeticCallsNothingThatMachinesDisagreeOn =
      noClasses()
          .that()
          .resideInAnyPackage(PURE)
          .or()
          .resideInAPackage("dev.yamabiko.step..")
          .should()
          .callMethodWhere(
              new DescribedPredicate<>("Math.%s".formatted(new TreeSet<>(MACHINE_DEPENDENT))) {
                @Override
                public boolean test(com.tngtech.archunit.core.domain.JavaMethodCall call) {
                  AccessTarget target = call.getTarget();
                  return target.getOwner().isEquivalentTo(Math.class)
                      && MACHINE_DEPENDENT.contains(target.getName());
                }
              });

  @ArchTest
  static void everyMessageHasAHandler(JavaClasses classes) {
    assertHandled(classes, ParameterSlice.class.getName(), SliceMessage.class);
    assertHandled(classes, TrainingRun.class.getName(), RunMessage.class);
    assertHandled(classes, Worker.class.getName(), WorkerMessage.class);
    // Of these actors only their packages know.
    assertHandled(classes, "dev.yamabiko.coordinator.Coordinator", CoordinatorMessage.class);
    assertHandled(classes, "dev.yamabiko.coordinator.RemoteOwner", OwnerEvent.class);
    assertHandled(classes, "dev.yamabiko.slices.SliceOwner", OwnerMessage.class);
    assertHandled(classes, "dev.yamabiko.worker.WorkerAgent", NodeMessage.class);
  }

  private static void assertHandled(JavaClasses classes, String actor, Class<?> messages) {
    Set<String> asked =
        classes.get(actor).getInstanceofChecks().stream()
            .map(check -> check.getRawType())
            .map(JavaClass::getName)
            .collect(Collectors.toSet());
    Set<String> unhandled =
        Arrays.stream(messages.getPermittedSubclasses())
            .map(Class::getName)
            .filter(name -> !asked.contains(name))
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(Set.of(), unhandled, actor);
  }
}
