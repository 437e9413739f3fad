package dev.yamabiko.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import dev.yamabiko.cli.settings.NodeFile;
import dev.yamabiko.cli.settings.NodeKind;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PersistentVolumeClaim;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * The chart as Helm renders it: objects of Kubernetes' own API, and arguments and a configuration
 * that the command takes. Helm is a native library here, of this system alone.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
@Timeout(120)
class ChartTest {

  /** Throws for a field that the API does not know, or lacks. */
  private interface Schema {
    void check(JsonElement object) throws Exception;
  }

  private static final Map<String, Schema> SCHEMAS =
      Map.of(
          "apps/v1 StatefulSet", V1StatefulSet::validateJsonElement,
          "apps/v1 Deployment", V1Deployment::validateJsonElement,
          "v1 Service", V1Service::validateJsonElement,
          "v1 ConfigMap", V1ConfigMap::validateJsonElement,
          "v1 ServiceAccount", V1ServiceAccount::validateJsonElement,
          "v1 PersistentVolumeClaim", V1PersistentVolumeClaim::validateJsonElement,
          "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
          "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement,
          "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement);

  /** Which other projects' operators know. */
  private static final Set<String> FOREIGN =
      Set.of("cert-manager.io/v1 Certificate", "monitoring.coreos.com/v1 ServiceMonitor");

  private static final String DOMAIN = "demo-yamabiko-coordinator.train.svc.cluster.local";

  @TempDir private Path directory;
  private static RenderedChart plain;
  private static RenderedChart full;
  private static RenderedChart found;

  @BeforeAll
  static void render() {
    plain = RenderedChart.of("insecure=true");
    full =
        RenderedChart.of(
            "tls.enabled=true",
            "tls.certManager.enabled=true",
            "tls.certManager.issuerRef.name=ca",
            "tokens.existingSecret=users",
            "coordinator.replicas=2",
            "coordinator.persistence.accessModes[0]=ReadWriteMany",
            "parameters.replicas=2",
            "worker.threads=4",
            "worker.autoscaling.enabled=true",
            "serviceMonitor.enabled=true",
            "serviceMonitor.tokenSecret=scraper",
            "serviceMonitor.namespaceSelector.matchLabels.team=watch",
            "worker.cache.sizeLimit=10Gi",
            "worker.config=log-format = json",
            "worker.extraEnv[0].name=TOKEN",
            "worker.extraEnv[0].value=t",
            "worker.extraVolumes[0].name=jars",
            "worker.extraVolumeMounts[0].name=jars",
            "worker.extraVolumeMounts[0].mountPath=/jars",
            "coordinator.extraVolumes[0].name=sets",
            "coordinator.extraVolumeMounts[0].name=sets",
            "coordinator.extraVolumeMounts[0].mountPath=/sets",
            "parameters.extraEnv[0].name=TOKEN",
            "parameters.extraEnv[0].value=t");
    found = RenderedChart.of("insecure=true", "discovery=dns");
  }

  @Test
  void shouldPassHelmsOwnChecks() {
    LintResult result = new Helm(RenderedChart.CHART).lint().strict().call();
    assertFalse(result.isFailed(), () -> result.getMessages().toString());
  }

  @Test
  void shouldRefuseToTrustTheNetworkByDefault() {
    assertRefused("give tls.enabled=true");
    assertRefused("exclude each other", "insecure=true", "tls.enabled=true");
    assertRefused("tls.existingSecret", "tls.enabled=true");
    assertRefused("ReadWriteMany", "insecure=true", "coordinator.replicas=2");
    String many = "coordinator.replicas=2";
    String shared = "coordinator.persistence.accessModes[0]=ReadWriteMany";
    String none = "coordinator.persistence.enabled=false";
    assertRefused("coordinator.persistence.enabled=true", "insecure=true", many, shared, none);
    assertRefused(
        "would not be mounted",
        "insecure=true",
        none,
        "coordinator.persistence.existingClaim=mine");
    assertRefused("as 25Gi but found lots", "insecure=true", "worker.cache.sizeLimit=lots");
    assertRefused("discovery", "insecure=true", "discovery=guess");
  }

  private static void assertRefused(String reason, String... values) {
    Exception refused =
        assertThrows(IllegalStateException.class, () -> RenderedChart.of(values), reason);
    assertTrue(refused.getMessage().contains(reason), refused.getMessage());
  }

  @Test
  void shouldGiveObjectsOfTheApi() throws Exception {
    assertValid(plain);
    assertValid(full);
    for (String kind : FOREIGN) {
      assertFalse(full.ofKind(kind.split(" ")[1]).isEmpty(), kind);
    }
  }

  private static void assertValid(RenderedChart chart) throws Exception {
    assertTrue(chart.objects().size() > 10);
    for (Map<String, Object> object : chart.objects()) {
      String kind = object.get("apiVersion") + " " + object.get("kind");
      Schema schema = SCHEMAS.get(kind);
      if (schema == null) {
        assertTrue(FOREIGN.contains(kind), kind);
      } else {
        schema.check(new Gson().toJsonTree(object));
      }
    }
  }

  @Test
  void shouldFindAMistakeInAnObject() {
    Map<String, Object> mistaken =
        Map.of("spec", Map.of("selector", Map.of(), "serviceName", "x", "replica", 3));
    assertThrows(
        Exception.class, () -> V1StatefulSet.validateJsonElement(new Gson().toJsonTree(mistaken)));
  }

  @Test
  void shouldStartNodesAsTheCommandCanBeStarted() throws Exception {
    for (RenderedChart chart : List.of(plain, full, found)) {
      for (Map<String, Object> pod : chart.pods().values()) {
        List<String> given = new ArrayList<>();
        for (String argument : RenderedChart.arguments(pod)) {
          given.add(argument.replace("$(POD_NAME)", "pod-0").replace("$(POD_IP)", "10.1.2.3"));
        }
        CommandLine commands = commands();
        commands.parseArgs(given.toArray(String[]::new));
      }
      NodeFile read = file(chart, NodeKind.COORDINATOR);
      assertEquals(2552, read.port("bulk-port"));
      assertEquals(10L << 30, read.bytes("upload-bytes"));
    }
  }

  /** What a node of this kind finds in its {@code --config}. */
  private NodeFile file(RenderedChart chart, NodeKind kind) throws IOException {
    String name = kind + ".conf";
    String text =
        chart.ofKind("ConfigMap").stream()
            .map(map -> (String) RenderedChart.map(map, "data").get(name))
            .filter(Objects::nonNull)
            .findFirst()
            .orElseThrow();
    List<String> arguments = RenderedChart.arguments(chart.pods().get(kind.toString()));
    assertEquals("/etc/yamabiko/conf/" + name, arguments.get(arguments.indexOf("--config") + 1));
    Path file = Files.writeString(directory.resolve(name), text);
    return NodeFile.of(kind, Optional.of(file), directory);
  }

  /** An API that asks nobody who he is answers only where it is called by a name of its own. */
  @Test
  void shouldAnswerWhereItIsCalled() throws IOException {
    List<String> names =
        List.of(
            "demo-yamabiko",
            "demo-yamabiko.train",
            "demo-yamabiko.train.svc",
            "demo-yamabiko.train.svc.cluster.local");
    NodeFile read = file(plain, NodeKind.COORDINATOR);
    assertEquals(names, read.texts("http-names"));
    // By whose loopback a forwarded port comes.
    assertEquals("0.0.0.0", read.text("http-host"));
    RenderedChart more =
        RenderedChart.of("insecure=true", "coordinator.config=http-names += training.example");
    List<String> all = new ArrayList<>(names);
    all.add("training.example");
    assertEquals(all, file(more, NodeKind.COORDINATOR).texts("http-names"));
    List<?> certified =
        (List<?>) RenderedChart.map(full.ofKind("Certificate").get(0), "spec").get("dnsNames");
    assertTrue(certified.containsAll(names), certified.toString());
    assertTrue(certified.contains("localhost"), certified.toString());
  }

  @Test
  void shouldKeepDatasetsWithinAWorkersVolume() throws IOException {
    assertEquals(20L << 30, file(plain, NodeKind.WORKER).bytes("cache-bytes"));
    NodeFile smaller = file(full, NodeKind.WORKER);
    assertEquals(8L << 30, smaller.bytes("cache-bytes"));
    assertEquals("json", smaller.text("log-format"));
    RenderedChart own =
        RenderedChart.of(
            "insecure=true", "worker.cache.sizeLimit=1.5T", "worker.config=cache-bytes = 7");
    assertEquals(7, file(own, NodeKind.WORKER).bytes("cache-bytes"));
    RenderedChart bare = RenderedChart.of("insecure=true", "worker.cache.sizeLimit=10000000000");
    assertEquals(8_000_000_000L, file(bare, NodeKind.WORKER).bytes("cache-bytes"));
  }

  @Test
  void shouldWaitWhetherTheCoordinatorTakesANodeBeforeARolloutGoesOn() {
    for (String kind : List.of("Deployment", "StatefulSet")) {
      for (Map<String, Object> object : full.ofKind(kind)) {
        boolean joins = !RenderedChart.name(object).endsWith("-coordinator");
        Object seconds = RenderedChart.map(object, "spec").get("minReadySeconds");
        assertEquals(joins ? Integer.valueOf(20) : null, seconds, RenderedChart.name(object));
      }
    }
  }

  @Test
  void shouldNotKeepAMachineForANodeThatDoesNotWork() {
    List<Map<String, Object>> budgets = full.ofKind("PodDisruptionBudget");
    assertEquals(3, budgets.size());
    for (Map<String, Object> budget : budgets) {
      assertEquals(
          "AlwaysAllow", RenderedChart.map(budget, "spec").get("unhealthyPodEvictionPolicy"));
    }
  }

  @Test
  void shouldLetPrometheusScrape() {
    Map<String, Object> monitor = full.ofKind("ServiceMonitor").get(0);
    Map<String, Object> endpoint =
        RenderedChart.list(RenderedChart.map(monitor, "spec"), "endpoints").get(0);
    assertEquals(true, endpoint.get("honorLabels"));
    Map<String, Object> policy =
        full.ofKind("NetworkPolicy").stream()
            .filter(one -> RenderedChart.name(one).endsWith("-api"))
            .findFirst()
            .orElseThrow();
    Map<String, Object> ingress =
        RenderedChart.list(RenderedChart.map(policy, "spec"), "ingress").get(0);
    assertTrue(
        RenderedChart.list(ingress, "from")
            .contains(Map.of("namespaceSelector", Map.of("matchLabels", Map.of("team", "watch")))),
        ingress.toString());
  }

  @Test
  void shouldTellWaysToTheApiThatWork() throws IOException {
    String forward = "kubectl -n train port-forward service/demo-yamabiko 8080";
    String open = RenderedChart.notes(directory.resolve("open"), "insecure=true");
    assertTrue(open.contains(forward), open);
    assertTrue(open.contains("yamabiko workers --server http://localhost:8080\n"), open);
    assertFalse(open.contains("ca.crt") || open.contains("Prometheus"), open);
    String known =
        RenderedChart.notes(
            directory.resolve("known"),
            "tls.enabled=true",
            "tls.existingSecret=nodes",
            "tokens.existingSecret=users",
            "serviceMonitor.enabled=true");
    assertTrue(
        known.contains("get secret nodes -o jsonpath='{.data.ca\\.crt}' | base64 -d > ca.crt"),
        known);
    assertTrue(
        known.contains("--server https://localhost:8080 --ca ca.crt --token-file FILE\n"), known);
    assertTrue(known.contains("demo-yamabiko.train.svc, "), known);
    assertTrue(known.contains("scrapes are refused (401), unless serviceMonitor"), known);
    String certified =
        RenderedChart.notes(
            directory.resolve("certified"),
            "tls.enabled=true",
            "tls.existingSecret=nodes",
            "serviceMonitor.enabled=true");
    assertTrue(certified.contains("--server https://localhost:8080 --tls DIR\n"), certified);
    assertTrue(certified.contains("unless coordinator.config says open-metrics"), certified);
  }

  private CommandLine commands() {
    PrintStream nowhere = new PrintStream(new ByteArrayOutputStream());
    return Main.commands(
        new Session(
            nowhere,
            nowhere,
            directory,
            new Terminal(false, 80, true),
            false,
            new Interruption(Duration.ZERO, code -> {})));
  }

  @Test
  void shouldTellMembersOfEveryCoordinator() {
    String two = "demo-yamabiko-coordinator-0.%s:2551,demo-yamabiko-coordinator-1.%s:2551";
    for (String component : List.of("worker", "parameters")) {
      List<String> arguments = RenderedChart.arguments(full.pods().get(component));
      assertEquals(
          two.formatted(DOMAIN, DOMAIN), arguments.get(arguments.indexOf("--coordinator") + 1));
    }
    List<String> worker = RenderedChart.arguments(found.pods().get("worker"));
    assertEquals("dns:" + DOMAIN, worker.get(worker.indexOf("--coordinator") + 1));
    List<String> coordinator = RenderedChart.arguments(full.pods().get("coordinator"));
    // SRV records are named after the port.
    assertTrue(
        found.ofKind("Service").stream()
            .filter(service -> DOMAIN.startsWith(RenderedChart.name(service) + "."))
            .flatMap(
                service -> RenderedChart.list(RenderedChart.map(service, "spec"), "ports").stream())
            .anyMatch(port -> port.get("name").equals("control")));
    assertEquals("$(POD_NAME)." + DOMAIN, coordinator.get(coordinator.indexOf("--host") + 1));
  }

  /**
   * What the "restricted" pod security standard asks for, and a root file system that nobody
   * writes.
   */
  @Test
  void shouldRunNodesWithoutAnyRight() {
    assertEquals(Set.of("coordinator", "worker", "parameters"), full.pods().keySet());
    for (Map<String, Object> pod : full.pods().values()) {
      Map<String, Object> spec = RenderedChart.map(pod, "spec");
      assertEquals(false, spec.get("automountServiceAccountToken"));
      Map<String, Object> user = RenderedChart.map(spec, "securityContext");
      assertEquals(true, user.get("runAsNonRoot"));
      assertEquals(Map.of("type", "RuntimeDefault"), user.get("seccompProfile"));
      Map<String, Object> rights =
          RenderedChart.map(RenderedChart.container(pod), "securityContext");
      assertEquals(false, rights.get("allowPrivilegeEscalation"));
      assertEquals(true, rights.get("readOnlyRootFilesystem"));
      assertEquals(Map.of("drop", List.of("ALL")), rights.get("capabilities"));
    }
  }

  @Test
  void shouldReferToWhatThereIs() {
    for (RenderedChart chart : List.of(plain, full)) {
      for (Map<String, Object> pod : chart.pods().values()) {
        Map<String, Object> container = RenderedChart.container(pod);
        Set<Object> volumes = values(RenderedChart.list(RenderedChart.map(pod, "spec"), "volumes"));
        Set<Object> mounts = values(RenderedChart.list(container, "volumeMounts"));
        assertEquals(volumes, mounts);
        Set<Object> ports = values(RenderedChart.list(container, "ports"));
        for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
          assertTrue(
              ports.contains(RenderedChart.map(container, probe, "httpGet").get("port")), probe);
        }
      }
      for (Map<String, Object> service : chart.ofKind("Service")) {
        Map<String, Object> selector = RenderedChart.map(service, "spec", "selector");
        Map<String, Object> pod =
            chart.pods().get((String) selector.get("app.kubernetes.io/component"));
        assertTrue(
            RenderedChart.map(pod, "metadata", "labels")
                .entrySet()
                .containsAll(selector.entrySet()));
        Set<Object> ports = values(RenderedChart.list(RenderedChart.container(pod), "ports"));
        for (Map<String, Object> port :
            RenderedChart.list(RenderedChart.map(service, "spec"), "ports")) {
          assertTrue(ports.contains(port.get("targetPort")), RenderedChart.name(service));
        }
      }
    }
  }

  private static Set<Object> values(List<Map<String, Object>> named) {
    Set<Object> names = new HashSet<>();
    named.forEach(one -> names.add(one.get("name")));
    return names;
  }
}
