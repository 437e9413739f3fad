/**
 * The trainer from Java: {@link dev.yamabiko.api.Yamabiko} trains in this JVM or names a
 * coordinator to submit to, {@link dev.yamabiko.api.Model} predicts. Programs use this package
 * alone; what else the artifact brings may change from one version to the next.
 */
package dev.yamabiko.api;
