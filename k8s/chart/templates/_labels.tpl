{{- /* The labels of a service, given its name. */ -}}
{{- define "gdpo-labels" -}}
app.kubernetes.io/component: control-plane
app.kubernetes.io/name: {{ . }}
app.kubernetes.io/part-of: gdpo
{{- end }}
{{- define "gdpo-claim" -}}
{{ .Values.artifacts.existingClaim | default "gdpo-artifacts" }}
{{- end }}
