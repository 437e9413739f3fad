{{- define "yamabiko.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" }}
{{- end }}

{{/* Room is left for what is added to it: a name of a service has at most 63 letters. */}}
{{- define "yamabiko.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else }}
{{- $name := include "yamabiko.name" . }}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "yamabiko.selector" -}}
app.kubernetes.io/name: {{ include "yamabiko.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "yamabiko.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "yamabiko.selector" . }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "yamabiko.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "yamabiko.fullname" .) }}
{{- else }}
{{- .Values.serviceAccount.name | default "default" }}
{{- end }}
{{- end }}

{{- define "yamabiko.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* By which the API is called in the cluster; the first has no dot, and is everybody's own. */}}
{{- define "yamabiko.apiNames" -}}
{{- $name := include "yamabiko.fullname" . }}
{{- $space := printf "%s.%s" $name .Release.Namespace }}
{{- list $name $space (printf "%s.svc" $space) (printf "%s.svc.%s" $space .Values.clusterDomain) | toJson }}
{{- end }}

{{/* Names of pods in the DNS: of a StatefulSet's own service. */}}
{{- define "yamabiko.coordinatorDomain" -}}
{{ include "yamabiko.fullname" . }}-coordinator.{{ .Release.Namespace }}.svc.{{ .Values.clusterDomain }}
{{- end }}

{{- define "yamabiko.coordinators" -}}
{{- if eq .Values.discovery "dns" -}}
dns:{{ include "yamabiko.coordinatorDomain" . }}
{{- else -}}
{{- $name := include "yamabiko.fullname" . }}
{{- $domain := include "yamabiko.coordinatorDomain" . }}
{{- range $i := until (int .Values.coordinator.replicas) }}
{{- if $i }},{{ end }}{{ $name }}-coordinator-{{ $i }}.{{ $domain }}:2551
{{- end }}
{{- end }}
{{- end }}

{{- define "yamabiko.tlsSecret" -}}
{{- .Values.tls.existingSecret | default (printf "%s-tls" (include "yamabiko.fullname" .)) }}
{{- end }}

{{/* Nothing is assumed about the network. */}}
{{- define "yamabiko.check" -}}
{{- if not (or .Values.tls.enabled .Values.insecure) }}
{{- fail "give tls.enabled=true with a secret or cert-manager's issuer, or insecure=true for plain text between pods" }}
{{- end }}
{{- if and .Values.tls.enabled .Values.insecure }}
{{- fail "tls.enabled and insecure exclude each other" }}
{{- end }}
{{- if and .Values.tls.enabled (not .Values.tls.existingSecret) (not .Values.tls.certManager.enabled) }}
{{- fail "tls.enabled needs tls.existingSecret, or tls.certManager.enabled with an issuer" }}
{{- end }}
{{- if and .Values.tls.certManager.enabled (not .Values.tls.certManager.issuerRef.name) }}
{{- fail "tls.certManager.issuerRef.name is the issuer that signs the nodes' certificate" }}
{{- end }}
{{- if and (gt (int .Values.coordinator.replicas) 1) (not (has "ReadWriteMany" .Values.coordinator.persistence.accessModes)) (not .Values.coordinator.persistence.existingClaim) }}
{{- fail "more than one coordinator share one volume: coordinator.persistence.accessModes needs ReadWriteMany" }}
{{- end }}
{{- if not .Values.coordinator.persistence.enabled }}
{{- if gt (int .Values.coordinator.replicas) 1 }}
{{- fail "more than one coordinator share one volume, without which each would be a cluster of its own: coordinator.persistence.enabled=true" }}
{{- end }}
{{- if .Values.coordinator.persistence.existingClaim }}
{{- fail "coordinator.persistence.existingClaim would not be mounted: coordinator.persistence.enabled=true, or no claim" }}
{{- end }}
{{- end }}
{{- end }}

{{/* Arguments that all nodes have. */}}
{{- define "yamabiko.securityArgs" -}}
{{- if .Values.tls.enabled }}
- --tls
- /etc/yamabiko/tls
{{- else }}
- --insecure
{{- end }}
{{- end }}

{{- define "yamabiko.env" -}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: POD_IP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
- name: YAMABIKO_LOG
  value: {{ .root.Values.logLevel | quote }}
- name: YAMABIKO_HEALTH_PORT
  value: "8081"
{{- with .node.javaOptions }}
- name: JDK_JAVA_OPTIONS
  value: {{ . | quote }}
{{- end }}
{{- with .node.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What a worker may keep, in bytes: four fifths of its volume, whose limit is a quantity of Kubernetes. */}}
{{- define "yamabiko.cacheBytes" -}}
{{- $limit := .Values.worker.cache.sizeLimit }}
{{- if not (kindIs "string" $limit) }}
{{- $limit = printf "%.0f" (float64 $limit) }}
{{- end }}
{{- $number := regexFind "^[0-9]+([.][0-9]+)?([eE][0-9]+)?" $limit }}
{{- $unit := trimPrefix $number $limit }}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 "Ei" 1152921504606846976 }}
{{- if or (not $number) (not (hasKey $units $unit)) }}
{{- fail (printf "worker.cache.sizeLimit: expected a quantity as 25Gi but found %s" $limit) }}
{{- end }}
{{- mulf (float64 $number) (float64 (get $units $unit)) 0.8 | floor | int64 }}
{{- end }}

{{- define "yamabiko.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "yamabiko.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* The health port answers without a certificate or a token, and says nothing else. */}}
{{- define "yamabiko.probes" -}}
startupProbe:
  httpGet: {path: /health/alive, port: health}
  periodSeconds: 2
  failureThreshold: 90
livenessProbe:
  httpGet: {path: /health/alive, port: health}
  periodSeconds: 20
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /health/ready, port: health}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}

{{- define "yamabiko.placement" -}}
{{- with .node.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .node.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .node.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- if .node.affinity }}
affinity: {{- toYaml .node.affinity | nindent 2 }}
{{- else if .root.Values.podAntiAffinity }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: kubernetes.io/hostname
          labelSelector:
            matchLabels:
              {{- include "yamabiko.selector" .root | nindent 14 }}
              app.kubernetes.io/component: {{ .component }}
{{- end }}
{{- end }}

{{- define "yamabiko.mounts" -}}
- name: tmp
  mountPath: /tmp
{{- if .root.Values.tls.enabled }}
- name: tls
  mountPath: /etc/yamabiko/tls
  readOnly: true
{{- end }}
{{- with .node.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "yamabiko.volumes" -}}
- name: tmp
  emptyDir: {medium: Memory, sizeLimit: 64Mi}
{{- if .root.Values.tls.enabled }}
- name: tls
  secret:
    secretName: {{ include "yamabiko.tlsSecret" .root }}
    defaultMode: 0440
{{- end }}
{{- with .node.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}
