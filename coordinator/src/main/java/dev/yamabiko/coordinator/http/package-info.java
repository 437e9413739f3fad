/**
 * The coordinator's HTTP API, {@code /api/v1}: users submit jobs, look at them and steer them. It
 * asks the coordinator's actor for what changes, and reads what is written from the run
 * directories.
 *
 * <pre>
 *   POST jobs ──► JobRoutes ──► JobSubmission (parse, check) ──► SubmitJob ──► coordinator
 *   GET  jobs/ID/events ──► JobEventStream ◄── JobEvent ─────────────────────── coordinator
 *   PUT  data/SHA256 ──► UploadRoutes ──► UploadStore, which JobFiles reads for jobs
 *   GET  / and /ui/... ──► PageRoutes ──► PageFiles, on the class path
 * </pre>
 *
 * <p>A node that does not have the coordinator passes all of that on ({@link
 * dev.yamabiko.coordinator.http.PassedOn}).
 */
package dev.yamabiko.coordinator.http;
